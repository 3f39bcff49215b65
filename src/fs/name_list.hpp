#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::fs {

// What a folder's listing says of a name.
enum class NameKind : std::uint8_t { non_folder, folder, link, unknown };

struct ListedName {
  std::uint64_t key = 0;   // the first bytes in which names differ, for sorting
  std::uint32_t at = 0;    // where its bytes stand
  std::uint32_t place = 0; // which of the folders that are united here holds it
  std::uint8_t length = 0;
  NameKind kind = NameKind::unknown;
};

// The names of one folder, or of several that are united: 24 bytes each, and their bytes.
class NameList
{
public:
  void clear();
  // Appends what the open folder `fd` holds, through `buffer`. Returns 0, or the
  // errno and nothing appended; ENAMETOOLONG where a name has more than 255 bytes.
  int read(int fd, std::uint32_t place, std::span<char> buffer);
  void add(std::string_view name, std::uint32_t place, NameKind kind);
  // Non-folders first, then folders, in listing order; equal names by place.
  void sort();
  // After sort(): drops the non-folders and the room they took.
  void keep_folders();

  // All of them; after sort() also cut in two. All kinds but `folder` count as non-folders.
  std::span<ListedName> all() { return m_names; }
  std::span<const ListedName> non_folders() const { return std::span(m_names).first(m_folders_from); }
  std::span<const ListedName> folders() const { return std::span(m_names).subspan(m_folders_from); }
  // After sort().
  bool has(std::string_view name, bool is_folder) const;

  std::string_view text(const ListedName& name) const { return {&m_bytes[name.at], name.length}; }
  const char* c_str(const ListedName& name) const { return &m_bytes[name.at]; }

private:
  bool add_listed(const char* name, std::uint32_t place, unsigned char type);
  std::size_t common_prefix() const;
  bool is_before(const ListedName& a, const ListedName& b) const;

  std::vector<char> m_bytes;
  std::vector<ListedName> m_names;
  std::size_t m_folders_from = 0;
};

} // namespace godwit::fs
