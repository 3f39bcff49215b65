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
  content.resize(static_cast<std::size_t>(size) + 1);
  ssize_t count = 0;
  do {
    count = ::read(file.get(), content.data(), content.size());
  } while (count == -1 && errno == EINTR);
  if (count != static_cast<ssize_t>(size)) {
    return false;
  }
  content.resize(static_cast<std::size_t>(size));
  const auto after = stat_fd(file.get(), {});
  return after && after->is_regular() && after->size == size && after->mtime == mtime && after->ctime < start;
}

} // namespace godwit::fs
