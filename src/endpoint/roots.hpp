#pragma once

#include <string>
#include <vector>

#include "godwit/base/hash.hpp"
#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"
#include "godwit/fs/metadata.hpp"
#include "godwit/fs/names.hpp"
#include "godwit/fs/sandbox_linux.hpp"
#include "godwit/fs/walk.hpp"
#include "godwit/proto/messages.hpp"

namespace godwit::endpoint {

// Whether a leading ~ and wildcards of operands are ours to expand: an agent's,
// since no shell saw them.
enum class Expand : std::uint8_t { no, yes };

// The folders that the operands named, open; nothing outside them is ever
// touched. Made once, immutable afterwards, shared by all threads.
struct Roots {
  proto::Open request;
  HashKey key{HashKey::Seed{}};
  std::vector<fs::Base> bases; // source: by number; dest: one, unless it is missing in a dry run
  std::string partial_name;    // dest: a folder of this name beside each target, or
  fs::Dir partial_folder;      // one folder for all; neither: nothing partial is kept
  std::string absolute;        // the first base's path, for rules that look at it
  bool is_super = false;

  const fs::Dir& dest() const { return bases.front().dir; }
  // What an entry is to have at the dest, as this run was asked.
  fs::Metadata metadata_for(const model::Entry& entry) const;
  Result<fs::Sandbox> confine(int accepts_on) const;
};

// Opens (at the dest: makes, where that is asked for) what `request` names and
// fills in the answer. A source operand that cannot be opened is a record in the answer.
Result<Roots> open_roots(const proto::Open& request, Expand expand, fs::NameService& names, proto::Opened& answer);

} // namespace godwit::endpoint
