#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "godwit/model/entry.hpp"
#include "godwit/plan/removals.hpp"
#include "plan/name_list.hpp"

namespace godwit::plan
{

// A folder at the dest that stands where a non-folder belongs, and what goes with it.
struct Way {
  model::Entry folder;
  std::uint64_t for_number; // the action that waits
  Removals removals;
};

// A folder that the merge is in.
struct Level {
  enum class State : std::uint8_t {
    shared,  // both sides have it, and what only the dest has in it may go
    created, // only the source has it
    going,   // only the dest has it, and it goes
    stays,   // only the dest has it, and it stays: what it holds may be copied
    ignored, // nothing in it is looked at
  };
  static constexpr std::uint64_t no_action = static_cast<std::uint64_t>(-1);

  bool
  is_only_at_dest() const
  {
    return state == State::going || state == State::stays;
  }

  State state = State::shared;
  std::size_t path_bytes = 0;
  NameList
      source_names; // non-folders that the dest has not under that type: their action's number, or no_action
  NameList dest_names;               // non-folders that the source has not: see DestName
  std::vector<model::Entry> left_out; // by --existing, or of no wanted type: a folder may stand there yet
  std::optional<std::size_t> group;  // of the removals in it, once there is one
  Removals* removals = nullptr;      // going: what `record` belongs to
  Removals::Index record = Removals::none;
  bool may_be_emptied = true; // going: false where it makes way only if it is empty
  std::unique_ptr<Way> way;   // going, to make way
};

// What is kept of a non-folder at the dest, packed into a NameList's number.
struct DestName {
  model::Type type;
  Removals::Index removal; // or Removals::none

  std::uint64_t
  pack() const
  {
    return removal << 4U | static_cast<std::uint64_t>(type);
  }
  static DestName
  unpack(std::uint64_t packed)
  {
    const std::uint64_t removal = packed >> 4U;
    return {static_cast<model::Type>(packed & 15U),
            removal == Removals::none >> 4U ? Removals::none : removal};
  }
};

// The open folders, the root first. Holds one path.
class Levels
{
public:
  Levels() : m_levels(1) {}

  Level&
  top()
  {
    return m_levels.back();
  }
  bool
  is_at_root() const
  {
    return m_levels.size() == 1;
  }
  model::RelPath path() const;
  // Whether a path lies below the innermost folder.
  bool hold(const model::RelPath& path) const;
  Level& push(std::string_view path, Level::State state);
  void pop();

private:
  std::string m_path;
  std::vector<Level> m_levels;
};

} // namespace godwit::plan
