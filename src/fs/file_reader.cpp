#include "godwit/fs/file_reader.hpp"

#include <cerrno>

#include <unistd.h>

namespace godwit::fs {

Result<std::size_t>
FileReader::read_at(std::uint64_t offset, ByteSpan into)
{
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count =
        ::pread(m_file.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (count == -1 && errno == EINTR) {
      continue;
    }
    if (count == -1) {
      return sys_error("cannot read " + m_label);
    }
    if (count == 0) {
      break;
    }
    done += static_cast<std::size_t>(count);
  }
  return done;
}

// Where the file system cannot tell, all of it may be data.
DataRange
FileReader::data_from(std::uint64_t offset)
{
  const off_t data = ::lseek(m_file.get(), static_cast<off_t>(offset), SEEK_DATA);
  if (data == -1) {
    return {errno == ENXIO ? DataRange::no_end : offset, DataRange::no_end};
  }
  const off_t hole = ::lseek(m_file.get(), data, SEEK_HOLE);
  return {static_cast<std::uint64_t>(data), hole == -1 ? DataRange::no_end : static_cast<std::uint64_t>(hole)};
}

} // namespace godwit::fs
