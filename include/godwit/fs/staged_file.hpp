#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "godwit/base/bytes.hpp"
#include "godwit/base/io.hpp"
#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"
#include "godwit/fs/fd.hpp"
#include "godwit/fs/metadata.hpp"

namespace godwit::fs {

// How a file's content gets its name.
enum class Placing : std::uint8_t {
  link,   // a new name in an old folder: no name until linkat()
  rename, // a replacement, or a big file: a hidden temporary, 0600, that is renamed
  direct, // the folder itself is staged: under its own name from the start
};

// A new name whose content is larger gets a temporary with a name, which
// survives as a partial file.
inline constexpr std::uint64_t max_linked_bytes = 8U << 20U;

// A file that appears at its name complete or not at all (`direct`: its folder
// does). Destroyed without commit() it leaves nothing behind. `link` becomes
// `rename` where the file system has no unnamed files, and where the name is
// taken at commit(). Used by one thread at a time.
//
// The process's umask must be 0. System calls of one small file:
//   link:   openat, pwrite64, utimensat, linkat, close (+ fstat for the first file of a folder)
//   rename: openat, flock, pwrite64, fchmod, utimensat, renameat, close
//   direct: openat, pwrite64, utimensat, close
// and fchown and fchmod where the owner is another or the mode could not be
// given at open (set-id and sticky bits, another owner, a default ACL).
class StagedFile : public ReadAt
{
public:
  static Result<StagedFile>
  create(const Dir& parent, std::string_view name, const Metadata& wanted, Placing placing);
  StagedFile(StagedFile&& other) noexcept;
  StagedFile& operator=(StagedFile&& other) noexcept;
  ~StagedFile() override;

  // From now on runs of zeros of 4 KiB and more, aligned, become holes.
  void make_holes() { m_makes_holes = true; }
  // At the end of what append() and skip() added so far.
  Result<> append(ByteView bytes);
  // `length` bytes of zeros that take no room.
  Result<> skip(std::uint64_t length);
  Result<> write_at(std::uint64_t offset, ByteView bytes);
  Result<std::size_t> read_at(std::uint64_t offset, ByteSpan into) override;
  // For copies that the kernel makes; advance() tells what they appended.
  int fd() const { return m_fd.get(); }
  void advance(std::uint64_t length) { m_written = m_end += length; }
  std::uint64_t size() const { return m_end; }

  // Its owner, mode and time; after this only publish() or keep_as_partial().
  Result<> finish();
  // Puts it in place. A folder in the way: is_in_way(error), and the file is still
  // whole: publish() may be called once more.
  Result<> publish();
  // finish() and publish().
  Result<> commit();
  // Under `name` in `folder` instead, replacing what is there, 0600, without its time.
  Result<> keep_as_partial(const Dir& folder, std::string_view name);

private:
  StagedFile(Dir parent, std::string name, Metadata wanted);
  Result<> open(Placing placing);
  Result<> open_unnamed();
  Result<> open_named(const std::string& name, std::uint32_t mode);
  Result<> name_it(const Dir& folder);
  Result<> write_all(std::uint64_t offset, ByteView bytes);
  void discard();

  Dir m_parent;
  std::string m_name;
  std::string m_staged_name; // the name it has now; empty: none
  Metadata m_wanted;
  std::uint32_t m_mode_now = 0; // as given at open
  bool m_makes_holes = false;
  std::uint64_t m_end = 0;
  std::uint64_t m_written = 0; // how long the file on disk is
  Fd m_fd;
};

} // namespace godwit::fs
