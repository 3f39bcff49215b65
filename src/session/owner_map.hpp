#pragma once

#include <map>
#include <set>

#include "godwit/endpoint/endpoint.hpp"
#include "godwit/model/entry.hpp"
#include "godwit/model/options.hpp"

namespace godwit::session {

// Which id of the dest stands for each of the source's: what the dest said of the
// names that the source told. Ids that are not to be set become keep_id.
class OwnerMap
{
public:
  explicit OwnerMap(const model::Options& options) : m_owner(options.owner), m_group(options.group) {}

  // What to ask the dest for: the ids of `owners`.
  proto::MapOwners learn(const proto::Owners& owners) const;
  void learn(const proto::OwnersMapped& mapped);
  bool knows(const model::Entry& source) const { return knows(source.uid, source.gid); }
  bool knows(std::uint32_t uid, std::uint32_t gid) const;
  // The entry as it should be at the dest; only where it knows() it.
  void map(model::Entry& source) const;
  std::uint32_t user(std::uint32_t uid) const { return m_owner ? m_users.at(uid) : model::keep_id; }
  std::uint32_t group(std::uint32_t gid) const { return m_group ? m_groups.at(gid) : model::keep_id; }

private:
  bool m_owner;
  bool m_group;
  std::map<std::uint32_t, std::uint32_t> m_users;
  std::map<std::uint32_t, std::uint32_t> m_groups;
};

} // namespace godwit::session
