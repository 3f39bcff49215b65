#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "godwit/base/result.hpp"

namespace godwit::fs {

// One question to the databases of users and groups; nothing is kept. Used by
// one thread at a time.
class NameLookup
{
public:
  virtual ~NameLookup() = default;
  virtual std::optional<std::string> user_name(std::uint32_t uid) = 0;
  virtual std::optional<std::string> group_name(std::uint32_t gid) = 0;
  virtual std::optional<std::uint32_t> uid_of(const std::string& user) = 0;
  virtual std::optional<std::uint32_t> gid_of(const std::string& group) = 0;
  virtual std::optional<std::string> home_of(const std::string& user) = 0; // "": who runs this
};

std::unique_ptr<NameLookup> make_direct_lookup();
// Forks a process that does it, and asks that.
Result<std::unique_ptr<NameLookup>> make_forked_lookup();

} // namespace godwit::fs
