#pragma once

#include <array>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace godwit::cli::test
{

// A file without a name; what was written to it can be read back.
class Captured
{
public:
  Captured() : m_fd(::memfd_create("captured", MFD_CLOEXEC)) {}
  ~Captured() { ::close(m_fd); }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  int
  fd() const
  {
    return m_fd;
  }
  std::string
  text() const
  {
    std::string all;
    std::array<char, 8192> piece;
    ssize_t count = 0;
    while ((count = ::pread(m_fd, piece.data(), piece.size(), static_cast<off_t>(all.size()))) > 0) {
      all.append(piece.data(), static_cast<std::size_t>(count));
    }
    return all;
  }

private:
  int m_fd;
};

} // namespace godwit::cli::test
