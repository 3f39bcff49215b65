#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "godwit/base/result.hpp"

namespace godwit::fs {

// Names of users and groups, and back; every answer is kept. Any thread may ask.
class NameService
{
public:
  virtual ~NameService() = default;
  virtual std::optional<std::string> user_name(std::uint32_t uid) = 0;
  virtual std::optional<std::string> group_name(std::uint32_t gid) = 0;
  virtual std::optional<std::uint32_t> uid_of(const std::string& user) = 0;
  virtual std::optional<std::uint32_t> gid_of(const std::string& group) = 0;
  // Of a user; "" is who runs this ($HOME first).
  virtual std::optional<std::string> home_of(const std::string& user) = 0;
};

// Asks the system's databases in this process.
std::unique_ptr<NameService> make_direct_names();
// Asks a process forked now, which keeps the databases when this one is
// confined, and ends with it. To be called before there are threads.
Result<std::unique_ptr<NameService>> make_forked_names();

// The effective group and all others that this process is in, sorted.
std::vector<std::uint32_t> process_groups();

} // namespace godwit::fs
