#include "godwit/proto/messages.hpp"

#include <utility>

#include <fmt/format.h>

#include "godwit/base/assert.hpp"

namespace godwit::proto {

namespace {

constexpr std::size_t length_bytes = 3; // 2 MiB: more than any message

template <std::size_t... Index>
Result<Message>
decode_as(std::uint64_t tag, ByteView fields, std::index_sequence<Index...>)
{
  std::optional<Message> found;
  Decoder decoder(fields);
  const auto attempt = [&]<class T>(std::type_identity<T>) {
    if (static_cast<std::uint64_t>(T::tag) == tag) {
      T message;
      decoder.get_message(message);
      found.emplace(std::move(message));
    }
  };
  (attempt(std::type_identity<std::variant_alternative_t<Index, Message>>{}), ...);
  if (!found) {
    return make_error(ErrorKind::protocol, fmt::format("cannot decode message: unknown tag {}", tag));
  }
  if (!decoder.ok()) {
    return make_error(ErrorKind::protocol, fmt::format("cannot decode message {}: {}", tag, decoder.error()));
  }
  return *std::move(found);
}

struct PayloadSize {
  std::size_t operator()(const Ops& m) const { return m.chunk.size(); }
  std::size_t operator()(const Sums& m) const { return m.part.size(); }
  std::size_t operator()(const Gaps& m) const { return m.request.size(); }
  std::size_t operator()(const Contents& m) const { return m.content.size() + m.files.size() * entry_overhead; }
  std::size_t operator()(const Put& m) const { return m.content.size() + m.files.size() * entry_overhead; }
  std::size_t operator()(const Listed& m) const { return m.entries.size() * entry_overhead; }
  std::size_t operator()(const PageListed& m) const { return m.entries.size() * entry_overhead; }
  std::size_t operator()(const Differences& m) const { return m.entries.size() * entry_overhead; }
  template <class T> std::size_t operator()(const T&) const { return 0; }
};

struct OfListing {
  bool operator()(const Scan&) const { return true; }
  bool operator()(const Owners&) const { return true; }
  bool operator()(const MapOwners&) const { return true; }
  bool operator()(const OwnersMapped&) const { return true; }
  bool operator()(const Page&) const { return true; }
  bool operator()(const PagesSettled&) const { return true; }
  bool operator()(const RunsWanted&) const { return true; }
  bool operator()(const Runs&) const { return true; }
  bool operator()(const DifferencesWanted&) const { return true; }
  bool operator()(const Differences&) const { return true; }
  bool operator()(const PageWanted&) const { return true; }
  bool operator()(const PageListed&) const { return true; }
  bool operator()(const Listed&) const { return true; }
  bool operator()(const ListError&) const { return true; }
  bool operator()(const ListEnd&) const { return true; }
  template <class T> bool operator()(const T&) const { return false; }
};

template <class T>
void
describe_fields(std::string& out)
{
  std::apply(
      [&](const auto&... f) { ((out += fmt::format(" {}<={}", f.name, f.limit)), ...); }, T::fields());
}

template <std::size_t... Index>
std::string
describe_all(std::index_sequence<Index...>)
{
  std::string out;
  const auto line = [&]<class T>(std::type_identity<T>) {
    out += fmt::format("{}:", static_cast<int>(T::tag));
    describe_fields<T>(out);
    out += '\n';
  };
  (line(std::type_identity<std::variant_alternative_t<Index, Message>>{}), ...);
  return out;
}

} // namespace

void
encode(const Message& message, Bytes& out)
{
  Encoder encoder(out);
  encoder.put_varint(std::visit([](const auto& m) { return static_cast<std::uint64_t>(m.tag); }, message));
  const std::size_t length_at = out.size();
  out.resize(length_at + length_bytes);
  std::visit([&](const auto& m) { encoder.put(m); }, message);
  std::size_t length = out.size() - length_at - length_bytes;
  ASSERT(length < std::size_t{1} << (7 * length_bytes));
  for (std::size_t i = 0; i < length_bytes; ++i) { // a varint of fixed width: its value comes after its place
    const bool is_last = i + 1 == length_bytes;
    out[length_at + i] = static_cast<std::byte>((length & 0x7FU) | (is_last ? 0U : 0x80U));
    length >>= 7U;
  }
}

Result<Message>
decode(std::uint64_t tag, ByteView fields)
{
  return decode_as(tag, fields, std::make_index_sequence<std::variant_size_v<Message>>());
}

std::string
describe()
{
  return describe_all(std::make_index_sequence<std::variant_size_v<Message>>());
}

bool
is_about_listing(const Message& message)
{
  return std::visit(OfListing{}, message);
}

std::size_t
payload_bytes(const Message& message)
{
  return std::visit(PayloadSize{}, message);
}

} // namespace godwit::proto
