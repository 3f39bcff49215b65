#include "godwit/fs/listed_file.hpp"

#include <cerrno>
#include <ctime>

#include <fcntl.h>
#include <unistd.h>

namespace godwit::fs {
namespace {

// What the kernel stamps a change with that happens now; never earlier than this.
model::Time
time_of_changes()
{
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return {now.tv_sec, static_cast<std::uint32_t>(now.tv_nsec)};
}

} // namespace

Result<bool>
read_as_listed(const Dir& folder, std::string_view name, std::uint64_t size, model::Time mtime, Bytes& content)
{
  const model::Time start = time_of_changes();
  TRY_ASSIGN(const Fd file, folder.open_unseen(name, O_RDONLY));
  const auto bytes = static_cast<std::size_t>(size);
  const std::size_t at = content.size();
  content.resize(at + bytes + 1); // one more would show that it grew
  ssize_t count = 0;
  do {
    count = ::read(file.get(), content.data() + at, bytes + 1);
  } while (count == -1 && errno == EINTR);
  const auto after = stat_fd(file.get(), {});
  const bool is_as_listed = count == static_cast<ssize_t>(size) && after && after->is_regular() &&
                            after->size == size && after->mtime == mtime && after->ctime < start;
  content.resize(at + (is_as_listed ? bytes : 0));
  return is_as_listed;
}

} // namespace godwit::fs
