#include "owner_map.hpp"

namespace godwit::session {

proto::MapOwners
OwnerMap::learn(const proto::Owners& owners) const
{
  proto::MapOwners request;
  if (m_owner) {
    request.users = owners.users;
  }
  if (m_group) {
    request.groups = owners.groups;
  }
  return request;
}

void
OwnerMap::learn(const proto::OwnersMapped& mapped)
{
  for (const proto::MappedId& user : mapped.users) {
    m_users[user.id] = user.mapped;
  }
  for (const proto::MappedId& group : mapped.groups) {
    m_groups[group.id] = group.mapped;
  }
}

bool
OwnerMap::knows(std::uint32_t uid, std::uint32_t gid) const
{
  return (!m_owner || m_users.contains(uid)) && (!m_group || m_groups.contains(gid));
}

void
OwnerMap::map(model::Entry& source) const
{
  source.uid = user(source.uid);
  source.gid = group(source.gid);
}

} // namespace godwit::session
