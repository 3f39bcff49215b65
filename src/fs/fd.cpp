#include "godwit/fs/fd.hpp"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace godwit::fs
{

Fd&
Fd::operator=(Fd&& other) noexcept
{
  if (this != &other) {
    reset();
    m_fd = std::exchange(other.m_fd, -1);
  }
  return *this;
}

void
Fd::reset()
{
  if (m_fd >= 0) {
    ::close(std::exchange(m_fd, -1));
  }
}

bool
Fd::close()
{
  return m_fd < 0 || ::close(std::exchange(m_fd, -1)) == 0 || errno == EINTR;
}

Result<Fd>
Fd::duplicate() const
{
  const int copy = ::fcntl(m_fd, F_DUPFD_CLOEXEC, 0);
  if (copy == -1) {
    return sys_error("cannot duplicate a file descriptor");
  }
  return Fd(copy);
}

} // namespace godwit::fs
