#include "godwit/fs/names.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>

#include <unistd.h>

#include "name_lookup.hpp"

namespace godwit::fs {
namespace {

// Keeps what a lookup found, and that it found nothing.
class KeptNames : public NameService
{
public:
  explicit KeptNames(std::unique_ptr<NameLookup> lookup) : m_lookup(std::move(lookup)) {}

  std::optional<std::string> user_name(std::uint32_t uid) override
  {
    return kept(m_users, uid, &NameLookup::user_name);
  }
  std::optional<std::string> group_name(std::uint32_t gid) override
  {
    return kept(m_groups, gid, &NameLookup::group_name);
  }
  std::optional<std::uint32_t> uid_of(const std::string& user) override
  {
    return kept(m_uids, user, &NameLookup::uid_of);
  }
  std::optional<std::uint32_t> gid_of(const std::string& group) override
  {
    return kept(m_gids, group, &NameLookup::gid_of);
  }
  std::optional<std::string> home_of(const std::string& user) override
  {
    const char* home = user.empty() ? std::getenv("HOME") : nullptr;
    return home != nullptr && *home != '\0' ? std::string(home) : kept(m_homes, user, &NameLookup::home_of);
  }

private:
  template <class Key, class Value, class Ask>
  std::optional<Value> kept(std::map<Key, std::optional<Value>>& in, const Key& key, Ask ask)
  {
    const std::scoped_lock lock(m_mutex);
    const auto found = in.find(key);
    return found != in.end() ? found->second : in.emplace(key, ((*m_lookup).*ask)(key)).first->second;
  }

  std::mutex m_mutex;
  std::unique_ptr<NameLookup> m_lookup;
  std::map<std::uint32_t, std::optional<std::string>> m_users;
  std::map<std::uint32_t, std::optional<std::string>> m_groups;
  std::map<std::string, std::optional<std::uint32_t>> m_uids;
  std::map<std::string, std::optional<std::uint32_t>> m_gids;
  std::map<std::string, std::optional<std::string>> m_homes;
};

} // namespace

std::unique_ptr<NameService>
make_direct_names()
{
  return std::make_unique<KeptNames>(make_direct_lookup());
}

Result<std::unique_ptr<NameService>>
make_forked_names()
{
  TRY_ASSIGN(auto lookup, make_forked_lookup());
  return std::unique_ptr<NameService>(std::make_unique<KeptNames>(std::move(lookup)));
}

std::vector<std::uint32_t>
process_groups()
{
  const int count = ::getgroups(0, nullptr);
  std::vector<gid_t> groups(count > 0 ? static_cast<std::size_t>(count) : 0);
  const int got = count > 0 ? ::getgroups(count, groups.data()) : 0;
  groups.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  groups.push_back(::getegid());
  std::ranges::sort(groups);
  groups.erase(std::ranges::unique(groups).begin(), groups.end());
  return {groups.begin(), groups.end()};
}

} // namespace godwit::fs
