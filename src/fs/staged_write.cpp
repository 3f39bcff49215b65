// How bytes get into a StagedFile.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "godwit/fs/staged_file.hpp"

namespace godwit::fs {
namespace {

constexpr std::uint64_t block = 4096;

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
  return {};
}

Result<>
StagedFile::write_at(std::uint64_t offset, ByteView bytes)
{
  const std::uint64_t end = offset + bytes.size();
  // What was written before cannot become a hole again.
  if (!m_makes_holes || offset < m_written) {
    TRY(write_all(offset, bytes));
  } else {
    while (!bytes.empty()) {
      const std::size_t solid = run_length(offset, bytes, false);
      TRY(write_all(offset, bytes.first(solid)));
      const std::size_t hole = run_length(offset + solid, bytes.subspan(solid), true);
      bytes = bytes.subspan(solid + hole);
      offset += solid + hole;
    }
  }
  m_end = std::max(m_end, end);
  return {};
}

Result<std::size_t>
StagedFile::read_at(std::uint64_t offset, ByteSpan into)
{
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
