#pragma once

#include <map>
#include <optional>

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
  proto::MapOwners learn(const proto::Owners& owners);
  // An error: an id that was not asked for, or was answered before.
  Result<> learn(const proto::OwnersMapped& mapped);
  // Whether the source told the names of these ids, so that knows() will come true.
  bool was_told(std::uint32_t uid, std::uint32_t gid) const;
  bool knows(const model::Entry& source) const { return knows(source.uid, source.gid); }
  bool knows(std::uint32_t uid, std::uint32_t gid) const;
  // The entry as it should be at the dest; only where it knows() it.
  void map(model::Entry& source) const;
  std::uint32_t user(std::uint32_t uid) const { return m_owner ? m_users.at(uid).value() : model::keep_id; }
  std::uint32_t group(std::uint32_t gid) const { return m_group ? m_groups.at(gid).value() : model::keep_id; }

private:
  using Ids = std::map<std::uint32_t, std::optional<std::uint32_t>>; // without a value: asked for

  bool m_owner;
  bool m_group;
  struct Known {
    std::uint32_t uid, gid;
    std::uint32_t mapped_uid, mapped_gid;
  };
  mutable std::optional<Known> m_last; // what knows() found last: mostly all entries are of one owner
  Ids m_users;
  Ids m_groups;
};

} // namespace godwit::session
