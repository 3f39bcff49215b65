#pragma once
// Byte buffers and views, little-endian load and store.

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace godwit {

static_assert(std::endian::native == std::endian::little, "big-endian hosts are not supported");

using ByteView = std::span<const std::byte>;
using ByteSpan = std::span<std::byte>;

// Leaves new elements of a vector uninitialised: for buffers that are filled at once.
template <class T> struct UninitialisedAllocator : std::allocator<T> {
  template <class U> struct rebind {
    using other = UninitialisedAllocator<U>;
  };
  template <class U> void construct(U* at) { ::new (static_cast<void*>(at)) U; }
  template <class U, class... Args> void construct(U* at, Args&&... args)
  {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }
};

// An owned buffer. resize() does not clear: whoever grows it fills it.
using Bytes = std::vector<std::byte, UninitialisedAllocator<std::byte>>;

inline ByteView
as_bytes(std::string_view text)
{
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline std::string_view
as_text(ByteView bytes)
{
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void
append(Bytes& to, ByteView bytes)
{
  if (bytes.empty()) {
    return;
  }
  const std::size_t at = to.size();
  if (at + bytes.size() > to.capacity()) {
    to.reserve(std::max(at + bytes.size(), 2 * to.capacity()));
  }
  to.resize(at + bytes.size());
  std::memcpy(to.data() + at, bytes.data(), bytes.size());
}

// Takes the first `count` bytes away.
inline void
drop_front(Bytes& from, std::size_t count)
{
  const std::size_t left = from.size() - count;
  if (left != 0 && count != 0) {
    std::memmove(from.data(), from.data() + count, left);
  }
  from.resize(left);
}

template <std::unsigned_integral T>
T
load_le(const std::byte* at)
{
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <std::unsigned_integral T>
void
store_le(std::byte* at, T value)
{
  std::memcpy(at, &value, sizeof value);
}

} // namespace godwit
