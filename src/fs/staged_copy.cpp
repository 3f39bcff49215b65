#include "godwit/fs/staged_copy.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <unistd.h>

#include "godwit/base/bytes.hpp"

namespace godwit::fs {
namespace {

constexpr std::size_t buffer_bytes = 1U << 20U;
constexpr off_t no_end = std::numeric_limits<off_t>::max();

// Where the next hole, or the next data, begins; `otherwise` where the file system cannot tell.
off_t
find(int from, std::uint64_t at, int whence, off_t otherwise)
{
  const off_t found = ::lseek(from, static_cast<off_t>(at), whence);
  return found == -1 ? (errno == ENXIO ? no_end : otherwise) : found;
}

Result<std::size_t>
read_at(int from, std::uint64_t at, ByteSpan into, const std::string& what)
{
  ssize_t count = 0;
  do {
    count = ::pread(from, into.data(), into.size(), static_cast<off_t>(at));
  } while (count == -1 && errno == EINTR);
  return count == -1 ? Result<std::size_t>(sys_error("cannot read " + what)) : static_cast<std::size_t>(count);
}

} // namespace

Result<>
copy_into(StagedFile& staged, int from, const std::string& what)
{
  TRY_ASSIGN(const Stat before, stat_fd(from, what));
  const bool is_sparse = before.allocated < before.size;
  Bytes buffer(buffer_bytes);
  auto data_end = static_cast<std::uint64_t>(is_sparse ? 0 : no_end);
  while (true) {
    if (staged.size() == data_end) {
      const std::uint64_t at = staged.size();
      const auto data = static_cast<std::uint64_t>(find(from, at, SEEK_DATA, static_cast<off_t>(at)));
      TRY(staged.skip(std::min(data, std::max(before.size, at)) - at));
      data_end = static_cast<std::uint64_t>(find(from, staged.size(), SEEK_HOLE, no_end));
    }
    const std::uint64_t at = staged.size();
    const ByteSpan wanted = ByteSpan(buffer).first(std::min<std::uint64_t>(buffer.size(), data_end - at));
    TRY_ASSIGN(const std::size_t count, read_at(from, at, wanted, what));
    if (count == 0) {
      return {};
    }
    TRY(staged.append(ByteView(buffer).first(count)));
  }
}

} // namespace godwit::fs
