#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "godwit/model/action.hpp"

namespace godwit::plan {

// How many more names may go in this run (--max-delete).
class DeleteLimit
{
public:
  DeleteLimit() = default;
  explicit DeleteLimit(std::optional<std::uint64_t> most) : m_left(most) {}

  // Whether one more may go; a refusal is counted.
  bool take();
  std::uint64_t skipped() const { return m_skipped; }

private:
  std::optional<std::uint64_t> m_left;
  std::uint64_t m_skipped = 0;
};

// The names that are to go, and the order in which they do: folder by folder in listing order, inside one
// from the last name to the first, contents before their folder. Each is one unlink or rmdir, never
// recursive. Holds a name and 40 bytes of each.
class Removals
{
public:
  using Index = std::size_t;
  static constexpr Index none = static_cast<Index>(-1);

  // Opens the group of a folder that stays; its names are added with add().
  std::size_t open_group(std::string folder);
  // `parent` is the record of the folder that goes and holds the name, or `none` where that is the group's own
  // folder. In listing order within a group.
  Index add(std::size_t group, Index parent, std::string_view name, model::Type type);
  // The name is not to go after all.
  void withdraw(Index index);
  // Something in the folder stays: so does the folder, and all above it.
  void keep(Index folder);

  bool is_empty() const { return m_records.empty(); }

  // The next in order: `remove`, or `skip` with the reason `delete_limit` or `not_empty`. Not numbered.
  // Nothing: that was all. Nothing may be added after the first call.
  std::optional<model::Action> next(DeleteLimit& limit);

private:
  enum class State : std::uint8_t { goes, holds_kept, holds_limited, withdrawn };
  struct Record {
    Index parent;
    std::size_t name_at;
    std::size_t group;
    std::uint8_t name_bytes;
    model::Type type;
    State state;
  };
  struct Group {
    std::string folder;
    std::vector<Index> records;
  };

  std::string_view name_of(const Record& record) const;
  std::string path_of(const Record& record) const;
  std::optional<model::Action> settle(Record& record, DeleteLimit& limit);

  std::string m_names;
  std::vector<Record> m_records;
  std::vector<Group> m_groups;
  std::size_t m_next_group = 0;
};

} // namespace godwit::plan
