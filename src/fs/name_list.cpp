#include "name_list.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <functional>

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace godwit::fs {
namespace {

constexpr std::size_t max_name_bytes = 255;
// struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name.
constexpr std::size_t length_at = 16;
constexpr std::size_t type_at = 18;
constexpr std::size_t name_at = 19;

NameKind
kind_of(unsigned char type)
{
  switch (type) {
  case DT_DIR: return NameKind::folder;
  case DT_LNK: return NameKind::link;
  case DT_UNKNOWN: return NameKind::unknown;
  default: return NameKind::non_folder;
  }
}

bool
is_dot(const char* name)
{
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

bool
is_folder(const ListedName& name)
{
  return name.kind == NameKind::folder;
}

// Bytewise, a folder's name with its `/`.
int
order(std::string_view a, std::string_view b, bool are_folders)
{
  const std::size_t shared = std::min(a.size(), b.size());
  const int difference = std::memcmp(a.data(), b.data(), shared);
  if (difference != 0 || a.size() == b.size()) {
    return difference;
  }
  const bool a_ends = a.size() < b.size();
  const auto next = static_cast<unsigned char>(a_ends ? b[shared] : a[shared]);
  const int end_is_less = !are_folders || '/' < next ? -1 : 1;
  return a_ends ? end_is_less : -end_is_less;
}

std::uint64_t
key_of(std::string_view rest, bool of_folder)
{
  char bytes[8] = {};
  const std::size_t count = std::min(rest.size(), sizeof bytes);
  std::memcpy(bytes, rest.data(), count);
  if (of_folder && count < sizeof bytes) {
    bytes[count] = '/';
  }
  std::uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

} // namespace

void
NameList::clear()
{
  m_bytes.clear();
  m_names.clear();
  m_folders_from = 0;
}

int
NameList::read(int fd, std::uint32_t place, std::span<char> buffer)
{
  const std::size_t bytes_before = m_bytes.size();
  const std::size_t names_before = m_names.size();
  long count = 0;
  int error = 0;
  while (error == 0 && (count = ::syscall(SYS_getdents64, fd, buffer.data(), buffer.size())) > 0) {
    const char* at = buffer.data();
    const char* const end = at + count;
    while (at < end) {
      if (!is_dot(at + name_at) &&
          !add_listed(at + name_at, place, static_cast<unsigned char>(at[type_at]))) {
        error = ENAMETOOLONG;
      }
      std::uint16_t length;
      std::memcpy(&length, at + length_at, sizeof length);
      at += length;
    }
  }
  error = count < 0 ? errno : error;
  if (error != 0) {
    m_bytes.resize(bytes_before);
    m_names.resize(names_before);
  }
  return error;
}

bool
NameList::add_listed(const char* name, std::uint32_t place, unsigned char type)
{
  const std::string_view text(name);
  if (text.size() > max_name_bytes) {
    return false;
  }
  add(text, place, kind_of(type));
  return true;
}

void
NameList::add(std::string_view name, std::uint32_t place, NameKind kind)
{
  ListedName listed;
  listed.at = static_cast<std::uint32_t>(m_bytes.size());
  listed.length = static_cast<std::uint8_t>(name.size());
  listed.place = place;
  listed.kind = kind;
  m_names.push_back(listed);
  m_bytes.insert(m_bytes.end(), name.begin(), name.end());
  m_bytes.push_back('\0');
}

std::size_t
NameList::common_prefix() const
{
  if (m_names.empty()) {
    return 0;
  }
  const std::string_view first = text(m_names.front());
  std::size_t length = first.size();
  for (const ListedName& name : m_names) {
    const std::string_view other = text(name);
    length = std::min(length, other.size());
    if (std::memcmp(first.data(), other.data(), length) != 0) {
      length = static_cast<std::size_t>(std::ranges::mismatch(first, other).in1 - first.begin());
    }
  }
  return length;
}

bool
NameList::is_before(const ListedName& a, const ListedName& b) const
{
  if (is_folder(a) != is_folder(b)) {
    return is_folder(b);
  }
  if (a.key != b.key) {
    return a.key < b.key;
  }
  const int difference = order(text(a), text(b), is_folder(a));
  return difference != 0 ? difference < 0 : a.place < b.place;
}

void
NameList::sort()
{
  const std::size_t skip = common_prefix();
  for (ListedName& name : m_names) {
    name.key = key_of(text(name).substr(skip), is_folder(name));
  }
  std::ranges::sort(m_names, [this](const ListedName& a, const ListedName& b) { return is_before(a, b); });
  const auto first_folder = std::ranges::partition_point(m_names, std::not_fn(is_folder));
  m_folders_from = static_cast<std::size_t>(first_folder - m_names.begin());
}

bool
NameList::has(std::string_view name, bool as_folder) const
{
  const auto part = as_folder ? folders() : non_folders();
  const auto at = std::ranges::lower_bound(
      part, name, [&](std::string_view a, std::string_view b) { return order(a, b, as_folder) < 0; },
      [this](const ListedName& listed) { return text(listed); });
  return at != part.end() && text(*at) == name;
}

void
NameList::keep_folders()
{
  NameList kept;
  for (const ListedName& folder : folders()) {
    kept.add(text(folder), folder.place, folder.kind);
  }
  *this = std::move(kept);
}

} // namespace godwit::fs
