// The content hash of a file, for -c.
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "godwit/base/bytes.hpp"
#include "godwit/fs/walk.hpp"

namespace godwit::fs {
namespace {

constexpr std::size_t buffer_bytes = 256U << 10U;

// Fills `buffer` as far as the file goes; -1 and errno.
ssize_t
read_full(int fd, ByteSpan buffer)
{
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t count = ::read(fd, buffer.data() + done, buffer.size() - done);
    if (count == 0) {
      break;
    }
    if (count == -1 && errno != EINTR) {
      return -1;
    }
    done += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return static_cast<ssize_t>(done);
}

} // namespace

Result<Hash128>
digest_file(int folder, const char* name, const HashKey& key, Links links)
{
  const int follow = links == Links::follow_all ? 0 : O_NOFOLLOW;
  const Fd file(::openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | follow));
  thread_local Bytes buffer(buffer_bytes);
  ssize_t count = file ? read_full(file.get(), buffer) : -1;
  if (count == -1) {
    return sys_error("cannot read a file to hash it");
  }
  ByteView bytes = ByteView(buffer).first(static_cast<std::size_t>(count));
  if (bytes.size() < buffer.size()) {
    return key.hash128(bytes);
  }
  StreamHash hash(key);
  while (!bytes.empty()) {
    hash.update(bytes);
    count = read_full(file.get(), buffer);
    if (count == -1) {
      return sys_error("cannot read a file to hash it");
    }
    bytes = ByteView(buffer).first(static_cast<std::size_t>(count));
  }
  return hash.digest();
}

} // namespace godwit::fs
