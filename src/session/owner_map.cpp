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
OwnerMap::knows(const model::Entry& source) const
{
  return (!m_owner || m_users.contains(source.uid)) && (!m_group || m_groups.contains(source.gid));
}

void
OwnerMap::map(model::Entry& source) const
{
  source.uid = m_owner ? m_users.at(source.uid) : model::keep_id;
  source.gid = m_group ? m_groups.at(source.gid) : model::keep_id;
}

} // namespace godwit::session
