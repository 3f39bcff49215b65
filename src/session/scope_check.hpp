#pragma once

#include <optional>

#include "godwit/base/result.hpp"
#include "godwit/model/entry.hpp"
#include "godwit/model/scope.hpp"

namespace godwit::session {

// What a peer lists must be something that it was asked to list: an item of the
// scope, or a name below contents.
Result<> check_in_scope(const model::Entry& entry, const model::Scope& scope);

// A listing of a peer, or a stretch of one: in order, no name twice, and none
// without the folder that it lies in.
class ListingCheck
{
public:
  explicit ListingCheck(const model::Scope& scope) : m_scope(&scope) {}
  // A stretch that begins behind `last`.
  ListingCheck(const model::Scope& scope, const model::RelPath& last, bool last_is_folder)
      : m_scope(&scope), m_last(last), m_last_is_folder(last_is_folder)
  {
  }

  // The next entry; an error of kind protocol where it may not be that.
  Result<> add(const model::Entry& entry);
  bool ends_at(const model::RelPath& path, bool is_folder) const
  {
    return m_last == path && m_last_is_folder == is_folder;
  }

private:
  bool has_parent(const model::RelPath& path) const;

  const model::Scope* m_scope;
  std::optional<model::RelPath> m_last;
  bool m_last_is_folder = false;
};

} // namespace godwit::session
