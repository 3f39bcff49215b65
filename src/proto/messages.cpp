#include "godwit/proto/messages.hpp"

#include <utility>

#include <fmt/format.h>

namespace godwit::proto {

namespace {

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

template <class T>
std::size_t
content_bytes(const std::vector<T>& files)
{
  std::size_t sum = 0;
  for (const T& file : files) {
    sum += file.content.size() + 96;
  }
  return sum;
}

struct PayloadSize {
  std::size_t operator()(const Ops& m) const { return m.chunk.size(); }
  std::size_t operator()(const Sums& m) const { return m.part.size(); }
  std::size_t operator()(const Gaps& m) const { return m.request.size(); }
  std::size_t operator()(const Contents& m) const { return content_bytes(m.files); }
  std::size_t operator()(const Put& m) const { return content_bytes(m.files); }
  std::size_t operator()(const Listed& m) const { return m.entries.size() * 96; }
  std::size_t operator()(const PageListed& m) const { return m.entries.size() * 96; }
  template <class T> std::size_t operator()(const T&) const { return 0; }
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
  Bytes body;
  body.reserve(64 + payload_bytes(message));
  Encoder encoder(body);
  std::visit([&](const auto& m) { encoder.put(m); }, message);
  const auto tag = std::visit([](const auto& m) { return static_cast<std::uint64_t>(m.tag); }, message);
  Encoder head(out);
  head.put_varint(tag);
  head.put_varint(body.size());
  head.put_bytes(body);
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

std::size_t
payload_bytes(const Message& message)
{
  return std::visit(PayloadSize{}, message);
}

} // namespace godwit::proto
