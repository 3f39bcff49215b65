#include "owner_map.hpp"

#include <algorithm>

namespace godwit::session {

namespace {

using Ids = std::map<std::uint32_t, std::optional<std::uint32_t>>;

bool
is_known(const Ids& ids, std::uint32_t id)
{
  const auto found = ids.find(id);
  return found != ids.end() && found->second;
}

// Those that were not asked for yet.
std::vector<proto::OwnerName>
ask(Ids& ids, const std::vector<proto::OwnerName>& told)
{
  std::vector<proto::OwnerName> asked;
  std::copy_if(told.begin(), told.end(), std::back_inserter(asked),
               [&](const proto::OwnerName& owner) { return ids.try_emplace(owner.id).second; });
  return asked;
}

bool
fill(Ids& ids, const std::vector<proto::MappedId>& mapped)
{
  return std::all_of(mapped.begin(), mapped.end(), [&](const proto::MappedId& id) {
    const auto found = ids.find(id.id);
    const bool is_asked = found != ids.end() && !found->second;
    if (is_asked) {
      found->second = id.mapped;
    }
    return is_asked;
  });
}

} // namespace

proto::MapOwners
OwnerMap::learn(const proto::Owners& owners)
{
  proto::MapOwners request;
  if (m_owner) {
    request.users = ask(m_users, owners.users);
  }
  if (m_group) {
    request.groups = ask(m_groups, owners.groups);
  }
  return request;
}

Result<>
OwnerMap::learn(const proto::OwnersMapped& mapped)
{
  if (!fill(m_users, mapped.users) || !fill(m_groups, mapped.groups)) {
    return make_error(ErrorKind::protocol, "the agent mapped an owner that it was not asked for");
  }
  return {};
}

bool
OwnerMap::was_told(std::uint32_t uid, std::uint32_t gid) const
{
  return (!m_owner || m_users.contains(uid)) && (!m_group || m_groups.contains(gid));
}

bool
OwnerMap::knows(std::uint32_t uid, std::uint32_t gid) const
{
  if (m_last && m_last->uid == uid && m_last->gid == gid) {
    return true;
  }
  const bool known = (!m_owner || is_known(m_users, uid)) && (!m_group || is_known(m_groups, gid));
  if (known) {
    m_last = {uid, gid, user(uid), group(gid)};
  }
  return known;
}

void
OwnerMap::map(model::Entry& source) const
{
  if (knows(source)) {
    source.uid = m_last->mapped_uid;
    source.gid = m_last->mapped_gid;
  }
}

} // namespace godwit::session
