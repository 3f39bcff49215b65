#pragma once

#include <cstdint>
#include <compare>
#include <memory>
#include <string>
#include <utility>

#include "godwit/base/hash.hpp"
#include "godwit/model/path.hpp"

namespace godwit::model {

enum class Type : std::uint8_t {
  regular,
  folder,
  symlink,
  fifo,
  socket,
  char_device,
  block_device,
  unknown, // a name that could not be read; its error has been reported
};

// Since 1970-01-01 UTC; seconds may be negative, nanoseconds are 0 to 999,999,999.
struct Time {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  auto operator<=>(const Time&) const = default;
};

// An owner that is not to be looked at or set.
inline constexpr std::uint32_t keep_id = 0xFFFFFFFFU;

// What only some entries have: behind one pointer, none where all of it is empty.
class EntryExtras
{
public:
  struct Fields {
    Hash128 digest;
    std::uint64_t device = 0;
    std::string target;
  };

  EntryExtras() = default;
  EntryExtras(const EntryExtras& other) : m_fields(other.m_fields ? std::make_unique<Fields>(*other.m_fields) : nullptr)
  {
  }
  EntryExtras(EntryExtras&&) noexcept = default;
  EntryExtras& operator=(const EntryExtras& other) { return *this = EntryExtras(other); }
  EntryExtras& operator=(EntryExtras&&) noexcept = default;
  ~EntryExtras() = default;

  const Fields& get() const
  {
    static const Fields none;
    return m_fields ? *m_fields : none;
  }
  template <class Value> void set(Value Fields::*field, Value value)
  {
    if (!m_fields) {
      if (value == Value()) {
        return;
      }
      m_fields = std::make_unique<Fields>();
    }
    (*m_fields).*field = std::move(value);
  }

private:
  std::unique_ptr<Fields> m_fields;
};

// One name in a tree. There may be many under way, so a regular file takes 56 bytes and those of its path.
struct Entry {
  enum Flag : std::uint8_t {
    is_protected = 1, // dest: may not be removed
    is_incomplete = 2, // a folder that could not be read whole
    through_link = 4, // dest, -K: a folder reached through a link
    is_mount = 8, // a folder on another file system under -x: listed, not entered
    is_sparse = 32, // source: a regular file with holes
    leads_outside = 64, // dest, -K: with through_link: it leads out of the root, and is not entered
    inherits_group_bit = 128, // a new folder without -p: keeps the set-group-id bit that the one around it hands on
    is_perishable = 16, // dest: may not be removed, unless the folder that holds it is
  };

  RelPath path;
  EntryExtras extras;
  std::uint64_t size = 0; // regular files: bytes; folders: as the kernel says, for lists alone
  Time mtime;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t base = 0; // source: number of the base folder it was found in
  std::uint16_t mode = 0; // permission, set-id and sticky bits: 07777
  Type type = Type::regular;
  std::uint8_t flags = 0;

  const Hash128& digest() const { return extras.get().digest; }     // regular files with --checksum: of the content
  std::uint64_t device() const { return extras.get().device; }      // devices: st_rdev
  const std::string& target() const { return extras.get().target; } // symlinks
  void set_digest(const Hash128& digest) { extras.set(&EntryExtras::Fields::digest, digest); }
  void set_device(std::uint64_t device) { extras.set(&EntryExtras::Fields::device, device); }
  void set_target(std::string target) { extras.set(&EntryExtras::Fields::target, std::move(target)); }

  bool is_folder() const { return type == Type::folder; }
  bool is_regular() const { return type == Type::regular; }
  bool has(Flag flag) const { return (flags & flag) != 0; }
};

inline std::strong_ordering
listing_order(const Entry& a, const Entry& b)
{
  return listing_order(a.path, a.is_folder(), b.path, b.is_folder());
}

} // namespace godwit::model
