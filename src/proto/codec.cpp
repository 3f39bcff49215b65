#include "godwit/proto/codec.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace godwit::proto {

void
Encoder::put_varint(std::uint64_t value)
{
  while (value >= 0x80) {
    m_out.push_back(static_cast<std::byte>(value | 0x80U));
    value >>= 7U;
  }
  m_out.push_back(static_cast<std::byte>(value));
}

void
Encoder::put_bytes(ByteView bytes)
{
  append(m_out, bytes);
}

void
Encoder::put_counted(ByteView bytes)
{
  put_varint(bytes.size());
  put_bytes(bytes);
}

void
Encoder::put_special(const Hash128& value)
{
  std::array<std::byte, 16> bytes;
  store_le(bytes.data(), value.low);
  store_le(bytes.data() + 8, value.high);
  put_bytes(bytes);
}

void
Encoder::put_special(const model::Time& value)
{
  put(value.seconds);
  put(value.nanoseconds);
}

void
Encoder::put_special(const model::ScopeItem& value)
{
  put(value.path);
  put(value.is_listed);
  put(value.contents);
  put(value.bases);
}

void
Encoder::put_special(const model::FilterRule& value)
{
  std::uint32_t flags = 0;
  for (const bool flag : {value.for_source, value.for_dest, value.has_side, value.folders_only, value.anchored,
                          value.whole_path, value.absolute, value.negated, value.perishable}) {
    flags = flags << 1U | (flag ? 1U : 0U);
  }
  put(value.kind);
  put(flags);
  put(value.pattern);
}

void
Encoder::put_special(const std::vector<model::Entry>& entries)
{
  put_varint(entries.size());
  const model::RelPath none;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    put_entry(entries[i], i == 0 ? none : entries[i - 1].path);
  }
}

void
Encoder::put_entry(const model::Entry& entry, const model::RelPath& previous)
{
  const std::string_view path = entry.path.view();
  const std::string_view before = previous.view();
  const auto differ = std::mismatch(path.begin(), path.end(), before.begin(), before.end());
  const auto shared = static_cast<std::size_t>(differ.first - path.begin());
  put_varint(shared);
  put_counted(as_bytes(path.substr(shared)));
  put(entry.type);
  put(entry.flags);
  put(entry.mode);
  put(entry.uid);
  put(entry.gid);
  put(entry.base);
  put(entry.mtime);
  switch (entry.type) {
  case model::Type::regular:
    put(entry.size);
    put(entry.digest() != Hash128{});
    if (entry.digest() != Hash128{}) {
      put(entry.digest());
    }
    break;
  case model::Type::char_device:
  case model::Type::block_device:
    put(entry.device());
    break;
  case model::Type::folder:
    put(entry.size); // for lists alone
    put(entry.target()); // of one that was reached through a link
    break;
  default:
    put(entry.target());
  }
}

void
Decoder::fail(std::string why)
{
  if (ok()) {
    m_error = std::move(why);
  }
  m_rest = {};
}

std::uint64_t
Decoder::get_varint()
{
  if (!m_rest.empty() && m_rest.front() < std::byte{0x80}) { // most are so small
    const auto value = std::to_integer<std::uint64_t>(m_rest.front());
    m_rest = m_rest.subspan(1);
    return value;
  }
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (m_rest.empty()) {
      fail("message ends inside a number");
      return 0;
    }
    const auto byte = std::to_integer<std::uint64_t>(m_rest.front());
    m_rest = m_rest.subspan(1);
    if (shift == 63 && byte > 1) {
      break;
    }
    value |= (byte & 0x7FU) << shift;
    if (byte < 0x80) {
      return value;
    }
  }
  fail("number longer than 64 bits");
  return 0;
}

ByteView
Decoder::get_bytes(std::size_t count)
{
  if (count > m_rest.size()) {
    fail(fmt::format("message ends {} bytes early", count - m_rest.size()));
    return {};
  }
  const ByteView bytes = m_rest.first(count);
  m_rest = m_rest.subspan(count);
  return bytes;
}

std::uint64_t
Decoder::get_up_to(std::uint64_t most)
{
  const std::uint64_t value = get_varint();
  if (value > most) {
    fail(fmt::format("number {} above its maximum {}", value, most));
    return 0;
  }
  return value;
}

std::size_t
Decoder::get_count(std::size_t limit)
{
  const auto count = static_cast<std::size_t>(get_up_to(limit));
  if (count > m_rest.size()) {
    fail(fmt::format("{} bytes or elements announced, {} bytes left", count, m_rest.size()));
    return 0;
  }
  return count;
}

void
Decoder::get_special(std::string& value, std::size_t limit)
{
  value = as_text(get_bytes(get_count(limit)));
}

void
Decoder::get_special(Bytes& value, std::size_t limit)
{
  const ByteView bytes = get_bytes(get_count(limit));
  value.clear();
  append(value, bytes);
}

void
Decoder::get_special(model::RelPath& value, std::size_t)
{
  auto path = model::RelPath::parse(as_text(get_bytes(get_count(model::RelPath::max_bytes))));
  if (!path) {
    fail(std::move(path).error().text);
    return;
  }
  value = *std::move(path);
}

void
Decoder::get_special(Hash128& value, std::size_t)
{
  const ByteView bytes = get_bytes(16);
  if (ok()) {
    value = {load_le<std::uint64_t>(bytes.data()), load_le<std::uint64_t>(bytes.data() + 8)};
  }
}

void
Decoder::get_special(HashKey::Seed& value, std::size_t)
{
  const ByteView bytes = get_bytes(value.size());
  std::copy(bytes.begin(), bytes.end(), value.begin());
}

void
Decoder::get_special(model::Time& value, std::size_t limit)
{
  get(value.seconds, limit);
  value.nanoseconds = static_cast<std::uint32_t>(get_below(1'000'000'000));
}

void
Decoder::get_special(model::ScopeItem& value, std::size_t limit)
{
  get(value.path, limit);
  get(value.is_listed, limit);
  get(value.contents, limit);
  get(value.bases, limit);
}

void
Decoder::get_special(model::FilterRule& value, std::size_t limit)
{
  get(value.kind, limit);
  auto flags = static_cast<std::uint32_t>(get_below(1U << 9U));
  for (bool* flag : {&value.perishable, &value.negated, &value.absolute, &value.whole_path, &value.anchored,
                     &value.folders_only, &value.has_side, &value.for_dest, &value.for_source}) {
    *flag = (flags & 1U) != 0;
    flags >>= 1U;
  }
  get(value.pattern, limit);
}

void
Decoder::get_special(model::Entry& value, std::size_t)
{
  get_entry(value, model::RelPath());
}

void
Decoder::get_special(std::vector<model::Entry>& entries, std::size_t limit)
{
  const std::size_t count = get_count(limit);
  const model::RelPath none;
  entries.reserve(count); // at most one entry a byte of a message of 1 MiB
  for (std::size_t i = 0; i < count && ok(); ++i) {
    model::Entry entry;
    get_entry(entry, entries.empty() ? none : entries.back().path);
    entries.push_back(std::move(entry));
  }
}

void
Decoder::get_entry(model::Entry& entry, const model::RelPath& previous)
{
  const auto shared = static_cast<std::size_t>(get_up_to(previous.view().size()));
  const ByteView rest = get_bytes(get_count(model::RelPath::max_bytes));
  if (!ok()) {
    return;
  }
  auto path = shared == 0 ? model::RelPath::parse(as_text(rest))
                          : model::RelPath::parse(std::string(previous.view().substr(0, shared)).append(as_text(rest)));
  if (!path) {
    fail(std::move(path).error().text);
    return;
  }
  entry.path = *std::move(path);
  get(entry.type, 0);
  get(entry.flags, 0);
  entry.mode = static_cast<std::uint16_t>(get_below(010000));
  get(entry.uid, 0);
  get(entry.gid, 0);
  get(entry.base, 0);
  get(entry.mtime, 0);
  switch (entry.type) {
  case model::Type::regular: {
    get(entry.size, 0);
    bool has_digest = false;
    get(has_digest, 0);
    if (has_digest) {
      Hash128 digest;
      get(digest, 0);
      entry.set_digest(digest);
    }
    break;
  }
  case model::Type::char_device:
  case model::Type::block_device: {
    std::uint64_t device = 0;
    get(device, 0);
    entry.set_device(device);
    break;
  }
  case model::Type::folder:
    get(entry.size, 0);
    [[fallthrough]];
  default:
    std::string target;
    get(target, 4095);
    if (target.find('\0') != std::string::npos) {
      fail("link target with a NUL byte");
    }
    entry.set_target(std::move(target));
  }
}

} // namespace godwit::proto
