#include "content_hash.hpp"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

#include "local_read.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t buffer_bytes = 256U << 10U;
constexpr std::uint64_t sample_bytes = 64U << 10U;

// A stretch into the hash; false: it cannot be read, or ends before.
bool
add_stretch(StreamHash& hash, int fd, std::uint64_t at, std::uint64_t length, const std::atomic<bool>& stopped)
{
  thread_local Bytes buffer(buffer_bytes);
  while (length > 0 && !stopped) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, buffer.size()));
    const ssize_t count = ::pread(fd, buffer.data(), wanted, static_cast<off_t>(at));
    if (count == 0 || (count < 0 && errno != EINTR)) {
      return false;
    }
    const auto got = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    hash.update(ByteView(buffer).first(got));
    at += got;
    length -= got;
  }
  return !stopped;
}

bool
add_content(StreamHash& hash, int fd, const proto::HashFile& request, const std::atomic<bool>& stopped)
{
  const std::uint64_t size = request.file.size;
  if (!request.sampled || size <= 3 * sample_bytes) {
    return add_stretch(hash, fd, 0, size, stopped);
  }
  return add_stretch(hash, fd, 0, sample_bytes, stopped) &&
         add_stretch(hash, fd, size / 2 - sample_bytes / 2, sample_bytes, stopped) &&
         add_stretch(hash, fd, size - sample_bytes, sample_bytes, stopped);
}

} // namespace

std::uint64_t
state_of(const fs::Stat& stat, const HashKey& key)
{
  const std::uint64_t fields[] = {stat.size,
                                  static_cast<std::uint64_t>(stat.mtime.seconds),
                                  stat.mtime.nanoseconds,
                                  static_cast<std::uint64_t>(stat.ctime.seconds),
                                  stat.ctime.nanoseconds,
                                  stat.inode};
  return key.hash64(std::as_bytes(std::span(fields)));
}

proto::HashedFile
hash_content(const proto::HashFile& request, int fd, const fs::Stat& before, const HashKey& key,
             const std::atomic<bool>& stopped)
{
  proto::HashedFile result;
  result.id = request.file.id;
  result.outcome = proto::ReadOutcome::changed;
  if (before.size != request.file.size || before.mtime != request.file.mtime) {
    return result;
  }
  StreamHash hash(key);
  if (!add_content(hash, fd, request, stopped)) {
    result.outcome = proto::ReadOutcome::failed;
    return result;
  }
  const auto after = fs::stat_fd(fd, "file");
  if (after && is_unchanged(*after, before)) {
    result.outcome = proto::ReadOutcome::whole;
    result.hash = hash.digest();
    result.state = state_of(*after, key);
  }
  return result;
}

proto::HashedFile
not_hashed(const proto::HashFile& request, const Error& why)
{
  proto::HashedFile result;
  result.id = request.file.id;
  result.outcome = outcome_of(why);
  return result;
}

} // namespace godwit::endpoint
