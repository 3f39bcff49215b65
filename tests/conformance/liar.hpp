#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "godwit/proto/frame.hpp"
#include "godwit/proto/messages.hpp"
#include "chunk_maker.hpp"

namespace godwit::test {

// The agent's end of the wire: blocking, and free to send what no codec would.
class Wire
{
public:
  void send(const proto::Message& message) { send_plain(ChunkMaker::encoded(message)); }
  // `message` with each byte `from` turned into `to`.
  void send_edited(const proto::Message& message, char from, char to)
  {
    send_plain(ChunkMaker::encoded(message, from, to));
  }
  void send_plain(ByteView plain) { send_raw(m_chunks.chunks(plain)); }
  void send_compressed(ByteView content) { send_raw(m_chunks.chunk(content, ChunkMaker::compressed_bit)); }
  void send_raw(ByteView wire);
  ChunkMaker& chunks() { return m_chunks; }
  // The next message that is no keepalive and no Pace. At the end of the stream the process ends.
  proto::Message receive();
  // Reads and drops until the other side is gone.
  [[noreturn]] void drain();
  // Says nothing more, and reads nothing, until the other side is gone.
  [[noreturn]] void fall_silent();

private:
  ChunkMaker m_chunks;
  proto::FrameReader m_reader;
};

// An agent that is honest but for what a lie changes. Its tree as a source: the
// folder `a` with `big`, `link` and `small`; as a dest: the root with an older `big`.
struct Liar {
  Wire wire;
  proto::Open open;
  proto::Opened opened;
  proto::Scan scan;
  proto::Owners owners;
  std::vector<model::Entry> entries;
  std::map<std::string, Bytes> contents;
  // Stages at which a lie may act. Those that return true have done all that was to do.
  std::function<void(Liar&)> at_start = [](Liar&) {};
  std::function<void(Liar&)> before_opened = [](Liar&) {};
  std::function<void(Liar&)> after_opened = [](Liar&) {};
  std::function<bool(Liar&)> on_scan = [](Liar&) { return false; };
  std::function<void(Liar&)> after_list = [](Liar&) {};
  std::function<bool(Liar&, proto::Message&)> on_request = [](Liar&, proto::Message&) { return false; };

  [[noreturn]] void run();
  void greet();
  void list();
  void list_entries();
  void answer(proto::Message& request);
  void answer(const proto::PageWanted& request);
  void answer(const proto::Read& request);
  void answer(const proto::Match& request);
  void answer(const proto::Signature& request);
  void answer(const proto::MapOwners& request);
  void answer(const proto::Put& request);
  void send_ops(std::uint64_t id, const Bytes& content);

  model::Entry* find(std::string_view path);
  bool is_source() const { return open.role == proto::Role::source; }
  void done(std::uint64_t id) { wire.send(proto::Done{{id}}); }
};

model::RelPath path(std::string text);
model::Entry regular(const std::string& name, std::uint64_t size);
model::Entry folder(const std::string& name);
model::Entry symlink(const std::string& name, const std::string& target);

using Lie = std::function<void(Liar&)>;
// By name. What each makes of a Liar before it runs.
std::map<std::string, Lie> lies_about_greeting();
std::map<std::string, Lie> lies_about_names();
std::map<std::string, Lie> lies_about_pages();
std::map<std::string, Lie> lies_about_content();
std::map<std::string, Lie> lies_of_a_dest();

} // namespace godwit::test
