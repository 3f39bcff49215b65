#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "godwit/model/action.hpp"

namespace godwit::plan
{

// How many more names may go in this run (--max-delete).
class DeleteLimit
{
public:
  DeleteLimit() = default;
  explicit DeleteLimit(std::optional<std::uint64_t> most) : m_left(most) {}

  void
  give_back(std::uint64_t names)
  {
    m_left = m_left ? std::optional(*m_left + names) : std::nullopt;
  }
  // Without counting a refusal.
  bool
  take_if_left(std::uint64_t names)
  {
    if (m_left && *m_left < names) {
      return false;
    }
    m_left = m_left ? std::optional(*m_left - names) : std::nullopt;
    return true;
  }
  bool
  is_used_up() const
  {
    return m_left == 0U;
  }
  // Whether one more may go; a refusal is counted.
  bool take();
  void
  count_skipped()
  {
    ++m_skipped;
  }
  std::uint64_t
  skipped() const
  {
    return m_skipped;
  }
  std::optional<std::uint64_t>
  left() const
  {
    return m_left;
  }

private:
  std::optional<std::uint64_t> m_left;
  std::uint64_t m_skipped = 0;
};

// The names that are to go, and the order in which they do, which is rsync's: folder by folder in listing
// order, inside one from the last name to the first, contents before their folder. Each is one unlink or
// rmdir, never recursive. Holds of each its name and 32 bytes.
class Removals
{
public:
  using Index = std::uint64_t;
  static constexpr Index none = static_cast<Index>(-1);

  // A group: a folder that stays, and what goes in it.
  std::size_t open_group(model::RelPath folder);
  // In listing order within a group.
  Index add(std::size_t group, std::string_view name, model::Type type);
  // Of a name in a folder that goes itself.
  Index add_in(Index folder, std::string_view name, model::Type type);
  // The folder makes way for something else: no limit holds it.
  void exempt(Index folder);
  // The name is not to go after all.
  void withdraw(Index index);
  // It is to go all the same.
  void restore(Index index);
  // Nothing in the folder stays, as far as it is known.
  bool is_emptied(Index folder) const;
  // The folder has been renamed: what is to go in it stands there now. The root: it has not.
  void relocate(Index folder, const model::RelPath& to);
  // Something in the folder stays: so does the folder, and all above it.
  void keep(Index folder);
  // As keep(), of a folder that could not be read.
  void keep_unread(Index folder);

  // How many have not been given by next(), those that stay among them.
  std::size_t
  left() const
  {
    return m_left;
  }

  // The next in order: `remove`, or `skip` with the reason `delete_limit`, `not_empty` or `unread`. Not numbered.
  // Nothing: that was all. Nothing may be added after the first call.
  std::optional<model::Action> next(DeleteLimit& limit);

private:
  enum class State : std::uint8_t { goes, exempt, holds_something, withdrawn };
  struct Record {
    Index parent;
    std::uint64_t name_at;
    std::uint32_t group;
    std::uint8_t name_bytes;
    model::Type type;
    State state;
  };
  struct Group {
    model::RelPath folder;
    std::vector<Index> records;
  };

  void sort_groups();
  model::RelPath path_of(const Record& record) const;
  model::Action settle(Record& record, DeleteLimit& limit);

  std::string m_names;
  std::map<Index, model::RelPath> m_relocated;
  std::set<Index> m_unread;
  std::vector<Record> m_records;
  std::vector<Group> m_groups;
  std::size_t m_left = 0;
  std::size_t m_next_group = 0;
  bool m_is_sorted = false;
};

} // namespace godwit::plan
