#pragma once

#include <utility>

#include "godwit/base/result.hpp"

namespace godwit::fs
{

// A file descriptor with one owner, closed by the destructor. Every descriptor
// of the program is close-on-exec: whoever opens one says so in the same call.
// Movable between threads, used by one at a time.
class Fd
{
public:
  Fd() = default;
  explicit Fd(int fd) : m_fd(fd) {}
  Fd(Fd&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { reset(); }

  int
  get() const
  {
    return m_fd;
  }
  explicit operator bool() const { return m_fd >= 0; }
  // Gives the descriptor up; the caller closes it.
  [[nodiscard]] int
  release()
  {
    return std::exchange(m_fd, -1);
  }
  // Closes it now, errors ignored.
  void reset();
  // Closes it now. For descriptors that were written to, where an error of
  // close (NFS, quotas) means lost bytes: then it is false, and errno set. EINTR counts as closed.
  bool close();
  // A second descriptor of the same open file, close-on-exec.
  Result<Fd> duplicate() const;

private:
  int m_fd = -1;
};

} // namespace godwit::fs
