#include "name_lookup.hpp"

#include <cerrno>
#include <vector>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace godwit::fs {
namespace {

constexpr std::size_t first_buffer_bytes = 1024;
constexpr std::size_t max_buffer_bytes = 16U << 20U; // groups may have a hundred thousand members

// `ask` is one of get{pw,gr}{uid,gid,nam}_r with its key bound; `read` takes what is needed from the record.
template <class Record, class Ask, class Read>
auto
look_up(Ask ask, Read read) -> std::optional<decltype(read(Record{}))>
{
  std::vector<char> buffer(first_buffer_bytes);
  while (true) {
    Record record{};
    Record* found = nullptr;
    const int error = ask(&record, buffer.data(), buffer.size(), &found);
    if (error == ERANGE && buffer.size() < max_buffer_bytes) {
      buffer.resize(buffer.size() * 4);
    } else if (error != EINTR) {
      return error == 0 && found != nullptr ? std::optional(read(record)) : std::nullopt;
    }
  }
}

class DirectLookup : public NameLookup
{
public:
  std::optional<std::string> user_name(std::uint32_t uid) override
  {
    return look_up<passwd>([uid](auto... rest) { return ::getpwuid_r(uid, rest...); },
                           [](const passwd& user) { return std::string(user.pw_name); });
  }
  std::optional<std::string> group_name(std::uint32_t gid) override
  {
    return look_up<group>([gid](auto... rest) { return ::getgrgid_r(gid, rest...); },
                          [](const group& each) { return std::string(each.gr_name); });
  }
  std::optional<std::uint32_t> uid_of(const std::string& user) override
  {
    return look_up<passwd>([&](auto... rest) { return ::getpwnam_r(user.c_str(), rest...); },
                           [](const passwd& found) { return static_cast<std::uint32_t>(found.pw_uid); });
  }
  std::optional<std::uint32_t> gid_of(const std::string& name) override
  {
    return look_up<group>([&](auto... rest) { return ::getgrnam_r(name.c_str(), rest...); },
                          [](const group& found) { return static_cast<std::uint32_t>(found.gr_gid); });
  }
  std::optional<std::string> home_of(const std::string& user) override
  {
    const auto ask = [&](auto... rest) {
      return user.empty() ? ::getpwuid_r(::getuid(), rest...) : ::getpwnam_r(user.c_str(), rest...);
    };
    return look_up<passwd>(ask, [](const passwd& found) { return std::string(found.pw_dir); });
  }
};

} // namespace

std::unique_ptr<NameLookup>
make_direct_lookup()
{
  return std::make_unique<DirectLookup>();
}

} // namespace godwit::fs
