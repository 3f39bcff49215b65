#include "liar.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include <poll.h>
#include <unistd.h>

#include "godwit/base/content_hash.hpp"
#include "godwit/delta/ops.hpp"
#include "godwit/delta/signature.hpp"

namespace godwit::test {

namespace {

constexpr std::array<unsigned char, 16> magic = {0x89, 'G',  'D',  'W',  'T',  0x0D, 0x0A, 0x1A,
                                                 0x0A, 0x00, 0xFF, 0xC5, 0x3E, 0x97, 0x81, 0xE2};
constexpr std::size_t big_bytes = 300'000;

Bytes
pattern(std::size_t size)
{
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::byte>((i * 2654435761U) >> 13U);
  }
  return bytes;
}

} // namespace

model::RelPath
path(std::string text)
{
  auto parsed = model::RelPath::parse(std::move(text));
  if (!parsed) {
    std::abort();
  }
  return *std::move(parsed);
}

model::Entry
regular(const std::string& name, std::uint64_t size)
{
  model::Entry entry;
  entry.path = path(name);
  entry.mode = 0644;
  entry.mtime = {1'600'000'000, 0};
  entry.size = size;
  return entry;
}

model::Entry
folder(const std::string& name)
{
  model::Entry entry = regular(name, 0);
  entry.type = model::Type::folder;
  entry.mode = 0755;
  return entry;
}

model::Entry
symlink(const std::string& name, const std::string& target)
{
  model::Entry entry = regular(name, 0);
  entry.type = model::Type::symlink;
  entry.mode = 0777;
  entry.set_target(target);
  return entry;
}

void
Wire::send_raw(ByteView wire)
{
  while (!wire.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, wire.data(), wire.size());
    if (count > 0) {
      wire = wire.subspan(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      ::_exit(0); // it hung up on us, as it should
    }
  }
}

proto::Message
Wire::receive()
{
  std::array<std::byte, 65536> buffer;
  while (true) {
    auto next = m_reader.next();
    if (!next) {
      ::_exit(99);
    }
    if (*next && !std::holds_alternative<proto::Keepalive>(**next) && !std::holds_alternative<proto::Pace>(**next)) {
      return **std::move(next);
    }
    if (*next) {
      continue;
    }
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count <= 0) {
      ::_exit(0);
    }
    m_reader.feed(ByteView(buffer).first(static_cast<std::size_t>(count)));
  }
}

void
Wire::drain()
{
  std::array<std::byte, 65536> buffer;
  while (::read(STDIN_FILENO, buffer.data(), buffer.size()) > 0) {
  }
  ::_exit(0);
}

void
Wire::fall_silent()
{
  pollfd hung_up{STDIN_FILENO, 0, 0};
  ::poll(&hung_up, 1, 60'000);
  ::_exit(0);
}

void
Liar::run()
{
  at_start(*this);
  greet();
  if (!std::holds_alternative<proto::Hello>(wire.receive())) {
    ::_exit(98);
  }
  proto::Message first = wire.receive();
  open = std::get<proto::Open>(first);
  if (is_source()) {
    opened.operands = {{0, path("a"), false, model::Type::folder, 0, 0, open.operands.front()}};
    contents = {{"a/big", pattern(big_bytes)}, {"a/small", pattern(5)}};
    entries = {folder("a"), regular("a/big", big_bytes), symlink("a/link", "small"), regular("a/small", 5)};
    owners = {{{0, "root"}}, {{0, "root"}}};
  } else {
    contents = {{"big", pattern(big_bytes - 1)}};
    entries = {folder(""), regular("big", big_bytes - 1)};
  }
  before_opened(*this);
  wire.send(opened);
  after_opened(*this);
  while (true) {
    proto::Message request = wire.receive();
    if (auto* wanted = std::get_if<proto::Scan>(&request)) {
      scan = std::move(*wanted);
      if (!on_scan(*this)) {
        list();
      }
      after_list(*this);
    } else if (!on_request(*this, request)) {
      answer(request);
    }
  }
}

void
Liar::greet()
{
  wire.send_raw(std::as_bytes(std::span(magic)));
  wire.send(proto::Hello{proto::protocol_version, proto::protocol_version, 0, "godwit (a liar)"});
}

void
Liar::list()
{
  list_entries();
  wire.send(proto::ListEnd{});
}

void
Liar::list_entries()
{
  if (is_source()) {
    wire.send(owners);
  }
  if (scan.recipe.number == 0) {
    wire.send(proto::Listed{entries});
    return;
  }
  proto::Page page;
  page.last = entries.back().path;
  page.last_is_folder = entries.back().is_folder();
  page.count = static_cast<std::uint32_t>(entries.size());
  for (const model::Entry& entry : entries) {
    if (page.owners.empty() || page.owners.back().uid != entry.uid) {
      page.owners.push_back({entry.uid, entry.gid});
    }
  }
  wire.send(page);
}

void
Liar::answer(proto::Message& request)
{
  if (const auto* wanted = std::get_if<proto::PageWanted>(&request)) {
    answer(*wanted);
  } else if (const auto* read = std::get_if<proto::Read>(&request)) {
    answer(*read);
  } else if (const auto* match = std::get_if<proto::Match>(&request)) {
    answer(*match);
  } else if (const auto* map = std::get_if<proto::MapOwners>(&request)) {
    answer(*map);
  } else if (const auto* signature = std::get_if<proto::Signature>(&request)) {
    answer(*signature);
  } else if (const auto* put = std::get_if<proto::Put>(&request)) {
    answer(*put);
  } else if (const auto* end = std::get_if<proto::OpsEnd>(&request)) {
    done(end->id);
  } else if (const auto* make = std::get_if<proto::Make>(&request)) {
    done(make->id);
  } else if (const auto* set = std::get_if<proto::SetMetadata>(&request)) {
    done(set->id);
  } else if (const auto* remove = std::get_if<proto::Remove>(&request)) {
    done(remove->id);
  } else if (std::holds_alternative<proto::Finish>(request)) {
    wire.send(proto::Finished{});
    wire.drain();
  }
}

void
Liar::answer(const proto::PageWanted& request)
{
  wire.send(proto::PageListed{request.page, true, entries});
}

void
Liar::answer(const proto::Read& request)
{
  const HashKey key(open.seed);
  StreamHash hash(key);
  proto::Contents answer;
  for (const proto::SourceFile& file : request.files) {
    const Bytes& content = contents[file.path.str()];
    answer.files.push_back({file.id, proto::ReadOutcome::whole, 0, content.size(), file.mtime});
    append(answer.content, content);
  }
  hash.update(answer.content);
  answer.hash = hash.digest();
  wire.send(answer);
}

void
Liar::answer(const proto::Match& request)
{
  send_ops(request.file.id, contents[request.file.path.str()]);
}

void
Liar::send_ops(std::uint64_t id, const Bytes& content)
{
  delta::OpWriter writer([&](Bytes chunk) -> Result<> {
    wire.send(proto::Ops{id, std::move(chunk)});
    return {};
  });
  (void)!writer.literal(content);
  (void)!writer.finish();
  const HashKey key(open.seed);
  ContentHash hash(key);
  hash.update(content);
  wire.send(proto::OpsEnd{id, proto::ReadOutcome::whole, hash.digest(), content.size(), content.size(), 0, 0, {}});
}

void
Liar::answer(const proto::Signature& request)
{
  const HashKey key(open.seed);
  const Bytes& basis = contents[request.path.str()];
  delta::SignatureBuilder builder(key, basis.size());
  builder.update(basis);
  Bytes sums;
  delta::encode(builder.finish(), sums);
  wire.send(proto::Sums{request.id, std::move(sums), true});
}

void
Liar::answer(const proto::MapOwners& request)
{
  proto::OwnersMapped mapped;
  for (const proto::OwnerName& user : request.users) {
    mapped.users.push_back({user.id, user.id});
  }
  for (const proto::OwnerName& group : request.groups) {
    mapped.groups.push_back({group.id, group.id});
  }
  wire.send(mapped);
}

void
Liar::answer(const proto::Put& request)
{
  proto::Done all;
  for (const proto::PutFile& file : request.files) {
    all.ids.push_back(file.id);
  }
  wire.send(all);
}

model::Entry*
Liar::find(std::string_view wanted)
{
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const model::Entry& e) { return e.path.str() == wanted; });
  return found == entries.end() ? nullptr : &*found;
}

} // namespace godwit::test
