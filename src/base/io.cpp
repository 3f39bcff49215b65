#include "godwit/base/io.hpp"

#include <algorithm>

namespace godwit {

Result<std::size_t>
MemoryReadAt::read_at(std::uint64_t offset, ByteSpan into)
{
  if (offset >= m_bytes.size()) {
    return std::size_t{0};
  }
  const ByteView rest = m_bytes.subspan(static_cast<std::size_t>(offset));
  const std::size_t count = std::min(rest.size(), into.size());
  std::copy_n(rest.begin(), count, into.begin());
  return count;
}

} // namespace godwit
