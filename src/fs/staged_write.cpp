// How bytes get into a StagedFile.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "godwit/fs/direct_writer.hpp"
#include "godwit/fs/staged_file.hpp"

namespace godwit::fs {
namespace {

constexpr std::uint64_t block = 4096;
constexpr std::uint64_t max_zeros = 256U << 10U; // written at once, where nothing can be punched
constexpr std::uint64_t disk_step = 16U << 20U;

bool
is_zero(ByteView bytes)
{
  return bytes.front() == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

// How many bytes from the front are to be written, or left out, alike: block by block, of which
// those at both ends may be cut.
std::size_t
run_length(std::uint64_t offset, ByteView bytes, bool of_zeros)
{
  std::size_t length = 0;
  while (length < bytes.size()) {
    const std::uint64_t in_block = (offset + length) % block;
    const auto step =
        static_cast<std::size_t>(std::min<std::uint64_t>(block - in_block, bytes.size() - length));
    const bool is_hole = is_zero(bytes.subspan(length, step));
    if (is_hole != of_zeros) {
      break;
    }
    length += step;
  }
  return length;
}

} // namespace

Result<>
StagedFile::write_all(std::uint64_t offset, ByteView bytes)
{
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(m_fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count == -1 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return sys_error("cannot write " + m_parent.label(m_name), count == 0 ? ENOSPC : errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
    m_written = std::max(m_written, offset);
  }
  note_written(m_written);
  return {};
}

// What fails is told by the next call that can.
void
StagedFile::advance(std::uint64_t length)
{
  m_end += length;
  if (const Result<> ended = end_direct(); !ended) {
    m_failed = ended.error();
  }
  m_written = m_end;
  note_written(m_written);
}

void
StagedFile::note_written(std::uint64_t end)
{
  if (m_is_awaited && end >= m_begun + disk_step) {
    begin_writing(end);
  }
}

// What goes wrong is told to whoever waits for it.
void
StagedFile::begin_writing(std::uint64_t end)
{
  if (end > m_begun) {
    (void)!::sync_file_range(m_fd.get(), static_cast<off_t>(m_begun), static_cast<off_t>(end - m_begun),
                             SYNC_FILE_RANGE_WRITE);
    m_begun = end;
  }
}

Result<>
StagedFile::write_at(std::uint64_t offset, ByteView bytes)
{
  TRY(end_direct());
  const std::uint64_t end = offset + bytes.size();
  if (!m_makes_holes) {
    TRY(write_all(offset, bytes));
  } else {
    while (!bytes.empty()) {
      const std::size_t solid = run_length(offset, bytes, false);
      TRY(write_all(offset, bytes.first(solid)));
      const std::size_t hole = run_length(offset + solid, bytes.subspan(solid), true);
      TRY(clear(offset + solid, hole));
      bytes = bytes.subspan(solid + hole);
      offset += solid + hole;
    }
  }
  m_end = std::max(m_end, end);
  return {};
}

// Makes zeros of a range. Beyond what was written or reserved it is a hole as it is.
Result<>
StagedFile::clear(std::uint64_t offset, std::uint64_t length)
{
  const std::uint64_t used = std::max(m_written, m_makes_holes ? m_reserved : 0);
  const std::uint64_t end = std::min(offset + length, used);
  if (offset >= end) {
    return {};
  }
  const int way = (m_makes_holes ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE) | FALLOC_FL_KEEP_SIZE;
  if (::fallocate(m_fd.get(), way, static_cast<off_t>(offset), static_cast<off_t>(end - offset)) == 0) {
    return {};
  }
  const Bytes zeros(std::min(end - offset, max_zeros), std::byte{0});
  const std::uint64_t old_end = std::min(end, m_written);
  while (offset < old_end) {
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(old_end - offset, zeros.size()));
    TRY(write_all(offset, ByteView(zeros).first(step)));
    offset += step;
  }
  return {};
}

Result<>
StagedFile::append(ByteView bytes)
{
  if (m_failed) {
    return *m_failed;
  }
  if (m_direct) {
    const auto taken = m_direct->append(bytes);
    m_end = m_direct->end();
    TRY(taken);
    if (*taken == bytes.size()) {
      return {};
    }
    bytes = bytes.subspan(*taken);
  }
  return write_at(m_end, bytes);
}

ByteSpan
StagedFile::room(std::size_t most)
{
  return m_direct ? m_direct->room(most) : ByteSpan();
}

// From here on the file is written through the page cache.
Result<>
StagedFile::end_direct()
{
  if (m_failed) {
    return *m_failed;
  }
  if (!m_direct) {
    return {};
  }
  TRY_ASSIGN(const ByteView rest, m_direct->stop());
  m_begun = m_direct->written(); // it is on disk
  m_written = std::max(m_written, m_begun);
  TRY(write_all(m_begun, rest));
  const bool has_room_left = m_direct->reserved() > m_written;
  m_direct.reset();
  return has_room_left ? set_size() : Result<>();
}

// As it is in memory, with nothing allocated beyond.
Result<>
StagedFile::set_size()
{
  if (::ftruncate(m_fd.get(), static_cast<off_t>(m_end)) != 0) {
    return sys_error("cannot set size of " + m_parent.label(m_name));
  }
  m_written = m_end;
  return {};
}

Result<>
StagedFile::skip(std::uint64_t length)
{
  TRY(end_direct());
  TRY(clear(m_end, length));
  m_end += length;
  return {};
}

// What a file system cannot reserve is written all the same.
Result<>
StagedFile::prepare(const Room& room)
{
  m_makes_holes = room.makes_holes;
  m_is_awaited = room.is_awaited;
  if (room.direct_bytes != 0 && !room.makes_holes && !m_is_in_place) {
    m_direct = std::make_unique<DirectWriter>(m_fd.get(), m_parent.label(m_name),
                                              room.reserved != 0 ? 0 : room.direct_bytes);
  }
  if (room.reserved == 0) {
    return {};
  }
  // Where holes are to be punched into it the size grows too: ext4 punches none behind the end.
  const int way = room.makes_holes ? 0 : FALLOC_FL_KEEP_SIZE;
  if (::fallocate(m_fd.get(), way, 0, static_cast<off_t>(room.reserved)) == 0) {
    m_reserved = room.reserved;
    return {};
  }
  const bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  return is_full ? Result<>(sys_error("cannot write " + m_parent.label(m_name))) : Result<>();
}

Result<std::size_t>
StagedFile::read_at(std::uint64_t offset, ByteSpan into)
{
  TRY(end_direct());
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count =
        ::pread(m_fd.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (count == -1 && errno == EINTR) {
      continue;
    }
    if (count == -1) {
      return sys_error("cannot read " + m_parent.label(m_name));
    }
    if (count == 0) {
      break;
    }
    done += static_cast<std::size_t>(count);
  }
  // A hole at the end is not on disk before finish().
  const std::uint64_t end = std::min<std::uint64_t>(offset + into.size(), m_end);
  if (offset + done < end) {
    const auto rest = static_cast<std::size_t>(end - offset - done);
    std::memset(into.data() + done, 0, rest);
    done += rest;
  }
  return done;
}

} // namespace godwit::fs
