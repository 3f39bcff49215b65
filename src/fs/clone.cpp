#include "godwit/fs/clone.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "godwit/base/bytes.hpp"

namespace godwit::fs {
namespace {

constexpr std::uint64_t no_end = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t report_bytes = 16U << 20U;
constexpr std::size_t buffer_bytes = 256U << 10U; // stays in the second-level cache between its two calls

// One copy under way: the data of a file, run by run.
class Copy
{
public:
  Copy(int from, int to, const std::string& what, const GoesOn& goes_on)
      : m_from(from), m_to(to), m_what(what), m_goes_on(goes_on)
  {
  }

  Result<Copied> run();

private:
  Result<bool> copy_data(std::uint64_t end);
  Result<std::uint64_t> step(std::uint64_t length);
  Result<std::uint64_t> read_and_write(std::uint64_t length);
  Result<> write_out(ByteView bytes) const;
  std::uint64_t find(int whence) const;

  int m_from;
  int m_to;
  const std::string& m_what;
  const GoesOn& m_goes_on;
  bool m_by_kernel = true;
  std::uint64_t m_at = 0;
  Bytes m_buffer;
};

// The next data or hole from m_at on; no_end where there is no more.
std::uint64_t
Copy::find(int whence) const
{
  const off_t at = ::lseek(m_from, static_cast<off_t>(m_at), whence);
  if (at >= 0) {
    return static_cast<std::uint64_t>(at);
  }
  return whence == SEEK_DATA && errno != ENXIO ? m_at : no_end;
}

Result<Copied>
Copy::run()
{
  TRY_ASSIGN(const Stat before, stat_fd(m_from, m_what));
  if (before.size != 0 && ::ioctl(m_to, FICLONE, m_from) == 0) {
    TRY_ASSIGN(const Stat made, stat_fd(m_to, m_what));
    return Copied{made.size, CopyWay::clone};
  }
  // Files of /proc say size 0 and have no holes.
  const bool is_sparse = before.allocated < before.size;
  bool goes_on = true;
  while (goes_on) {
    const std::uint64_t hole_from = m_at;
    m_at = is_sparse ? find(SEEK_DATA) : m_at;
    if (m_at == no_end) {
      m_at = hole_from;
      break;
    }
    const std::uint64_t end = is_sparse ? find(SEEK_HOLE) : no_end;
    TRY_ASSIGN(goes_on, copy_data(end));
  }
  TRY_ASSIGN(const Stat after, stat_fd(m_from, m_what));
  if (is_sparse && after.size > m_at) {
    if (::ftruncate(m_to, static_cast<off_t>(after.size)) != 0) {
      return sys_error("cannot extend " + m_what);
    }
    m_at = after.size;
  }
  return Copied{m_at, m_by_kernel ? CopyWay::kernel_copy : CopyWay::read_write};
}

// False where the file ended before `end`.
Result<bool>
Copy::copy_data(std::uint64_t end)
{
  std::uint64_t report_at = m_at + report_bytes;
  while (m_at < end) {
    TRY_ASSIGN(const std::uint64_t done, step(std::min(end - m_at, report_bytes)));
    if (done == 0) {
      return false;
    }
    m_at += done;
    if (m_goes_on && m_at >= report_at) {
      if (!m_goes_on(m_at)) {
        return make_error(ErrorKind::stopped, "cannot copy " + m_what + ": stopped");
      }
      report_at = m_at + report_bytes;
    }
  }
  return true;
}

Result<std::uint64_t>
Copy::step(std::uint64_t length)
{
  if (m_by_kernel) {
    auto from_at = static_cast<loff_t>(m_at);
    auto to_at = static_cast<loff_t>(m_at);
    const ssize_t count = ::copy_file_range(m_from, &from_at, m_to, &to_at, length, 0);
    if (count > 0) {
      return static_cast<std::uint64_t>(count);
    }
    if (count == -1 && (errno == ENOSPC || errno == EDQUOT || errno == EIO)) {
      return sys_error("cannot write " + m_what);
    }
    if (count == -1) {
      m_by_kernel = false;
    }
  }
  // Also where the kernel saw the end: it sees one at once in files without a size.
  return read_and_write(length);
}

Result<std::uint64_t>
Copy::read_and_write(std::uint64_t length)
{
  m_buffer.resize(buffer_bytes);
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, buffer_bytes));
  ssize_t count = 0;
  do {
    count = ::pread(m_from, m_buffer.data(), wanted, static_cast<off_t>(m_at));
  } while (count == -1 && errno == EINTR);
  if (count == -1) {
    return sys_error("cannot read " + m_what);
  }
  TRY(write_out(ByteView(m_buffer).first(static_cast<std::size_t>(count))));
  return static_cast<std::uint64_t>(count);
}

Result<>
Copy::write_out(ByteView bytes) const
{
  std::uint64_t at = m_at;
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(m_to, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (count == -1 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return sys_error("cannot write " + m_what, count == 0 ? ENOSPC : errno);
    }
    at += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

} // namespace

Result<Copied>
copy_whole(int from, int to, const std::string& what, const GoesOn& goes_on)
{
  return Copy(from, to, what, goes_on).run();
}

bool
clone_range(int from, std::uint64_t from_at, int to, std::uint64_t to_at, std::uint64_t length)
{
  file_clone_range range{};
  range.src_fd = from;
  range.src_offset = from_at;
  range.src_length = length;
  range.dest_offset = to_at;
  return length != 0 && ::ioctl(to, FICLONERANGE, &range) == 0; // a length of 0 would mean 'to the end'
}

std::uint64_t
copy_range(int from, std::uint64_t from_at, int to, std::uint64_t to_at, std::uint64_t length)
{
  auto source_at = static_cast<loff_t>(from_at);
  auto dest_at = static_cast<loff_t>(to_at);
  const ssize_t count = ::copy_file_range(from, &source_at, to, &dest_at, length, 0);
  return count > 0 ? static_cast<std::uint64_t>(count) : 0;
}

} // namespace godwit::fs
