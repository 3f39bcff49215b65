#pragma once

#include <cstdint>
#include <memory>
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

class DirectWriter;

// How a file's content gets its name.
enum class Placing : std::uint8_t {
  link,   // a new name in an old folder: no name until linkat()
  rename, // a replacement, or a big file: a hidden temporary, 0600, that is renamed
  direct, // the folder itself is staged: under its own name from the start
  in_place, // what stands there is overwritten, and stays as far as it was when it ends early
};

// How a file takes room.
struct Room {
  bool makes_holes = false; // runs of zeros of 4 KiB and more, aligned, become holes
  std::uint64_t reserved = 0; // bytes to allocate before anything is written
  bool is_awaited = false; // somebody will wait for the disk: it begins to write as soon as there is enough
  // Of a file of about so many bytes, what is appended goes past the page cache where that can be; 0: none does.
  // A killed process then loses two pieces of it (DirectWriter) that would else have stayed in its temporary, which
  // ends with a hole.
  std::uint64_t direct_bytes = 0;
};

// A new name whose content is larger gets a temporary with a name, which
// survives as a partial file.
inline constexpr std::uint64_t max_linked_bytes = 8U << 20U;

// A file that appears at its name complete or not at all (`direct`: its folder
// does). Destroyed without commit() it leaves nothing behind. `link` becomes
// `rename` where the file system has no unnamed files, and where the name is
// taken at commit(); `in_place` does where no regular file stands. `in_place`
// alone promises none of this: its user has waived it. Used by one thread at a time.
//
// The process's umask must be 0. System calls of one small file:
//   link:   openat, pwrite64, utimensat, linkat, close (+ fstat for the first file of a folder)
//   rename: openat, flock, pwrite64, fchmod, utimensat, renameat, close
//   direct: openat, pwrite64, utimensat, close
//   in_place: openat, statx, pwrite64, statx, utimensat, close (and ftruncate where it gets shorter)
// a file that is written past the page cache: also those of DirectWriter, and ftruncate;
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

  // Before anything is written. No room to be had: an error, as from a write.
  Result<> prepare(const Room& room);
  // At the end of what was added so far.
  Result<> append(ByteView bytes);
  // Where the next bytes may be put, up to `most`, so that append() of them, from there, copies nothing.
  // Empty: nowhere.
  ByteSpan room(std::size_t most);
  // `length` bytes of zeros, without writing them where that can be.
  Result<> skip(std::uint64_t length);
  // in_place: the next `length` bytes are there as they should be.
  void keep(std::uint64_t length) { m_end += length; }
  Result<> write_at(std::uint64_t offset, ByteView bytes);
  Result<std::size_t> read_at(std::uint64_t offset, ByteSpan into) override;
  // For copies that the kernel makes; advance() tells what they appended at size(). While room() lends
  // any, what was appended before may come into the file later, and all but clones are refused (O_DIRECT).
  int fd() const { return m_fd.get(); }
  void advance(std::uint64_t length);
  // While the kernel copies: it has come this far.
  void note_written(std::uint64_t end);
  std::uint64_t size() const { return m_end; }
  // in_place: how much stood there; else 0.
  std::uint64_t old_size() const { return m_old_size; }
  bool is_in_place() const { return m_is_in_place; }

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
  Result<> open_in_place();
  Result<OpenedFile> open_unwritable(const Stat& there);
  Result<> finish_in_place();
  Result<> close();
  Result<> clear(std::uint64_t offset, std::uint64_t length);
  Result<> name_it(const Dir& folder);
  Result<> write_all(std::uint64_t offset, ByteView bytes);
  void begin_writing(std::uint64_t end);
  Result<> end_direct();
  Result<> set_size();
  void discard();

  Dir m_parent;
  std::string m_name;
  std::string m_staged_name; // the name it has now; empty: none
  Metadata m_wanted;
  std::uint32_t m_mode_now = 0; // as given at open
  bool m_makes_holes = false;
  bool m_is_in_place = false;
  std::optional<std::uint32_t> m_lent_mode; // in_place: the mode it had before it was made writable
  std::uint64_t m_old_size = 0; // of what stood there: below it is something else than zeros
  std::uint64_t m_reserved = 0; // below it blocks are allocated
  std::uint64_t m_end = 0;
  std::uint64_t m_written = 0; // how long the file on disk is
  std::uint64_t m_begun = 0;   // the disk was told to write what lies below it
  std::optional<Error> m_failed; // in advance(), for the next call that can tell
  bool m_is_awaited = false;
  Fd m_fd;
  std::unique_ptr<DirectWriter> m_direct; // what was appended may still be in it; null: it goes through the page cache
};

} // namespace godwit::fs
