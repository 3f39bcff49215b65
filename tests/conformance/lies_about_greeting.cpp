// Lies about the stream itself and its beginning and end, for either role.

#include <cstdlib>

#include <unistd.h>

#include <zstd.h>

#include "liar.hpp"

namespace godwit::test {

namespace {

Lie
at_start(std::function<void(Liar&)> act)
{
  return [act = std::move(act)](Liar& liar) { liar.at_start = act; };
}

// After Opened, when the controller expects answers to its requests.
Lie
instead_of_list(std::function<void(Liar&)> act)
{
  return [act = std::move(act)](Liar& liar) {
    liar.on_scan = [act](Liar& l) -> bool {
      act(l);
      l.wire.drain();
    };
  };
}

Lie
instead_of_list(proto::Message message)
{
  return instead_of_list([message = std::move(message)](Liar& liar) { liar.wire.send(message); });
}

void
say(std::string_view text)
{
  Wire().send_raw(as_bytes(text));
}

Bytes
compressed(ByteView plain, int window_log)
{
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  Bytes content(ZSTD_compressBound(plain.size()) + 64);
  ZSTD_inBuffer in{plain.data(), plain.size(), 0};
  ZSTD_outBuffer out{content.data(), content.size(), 0};
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush);
  ZSTD_freeCCtx(context);
  content.resize(out.pos);
  return content;
}

Bytes
bytes_of(std::initializer_list<unsigned> values)
{
  Bytes bytes;
  for (const unsigned value : values) {
    bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

// The head of a message that announces `length` bytes.
Bytes
head_of(unsigned tag, std::uint64_t length)
{
  Bytes head;
  proto::Encoder encoder(head);
  encoder.put_varint(tag);
  encoder.put_varint(length);
  return head;
}

void
begin_with(Liar& liar, const proto::Message& message)
{
  liar.greet();
  (void)liar.wire.receive();
  liar.wire.send(message);
  liar.wire.drain();
}

void
send_magic_and(Liar& liar, const proto::Message& message)
{
  static constexpr unsigned char magic[] = {0x89, 'G',  'D',  'W',  'T',  0x0D, 0x0A, 0x1A,
                                            0x0A, 0x00, 0xFF, 0xC5, 0x3E, 0x97, 0x81, 0xE2};
  liar.wire.send_raw(std::as_bytes(std::span(magic)));
  liar.wire.send(message);
  liar.wire.drain();
}

[[noreturn]] void
die(Liar&)
{
  ::_exit(0);
}

template <class Request>
Lie
die_at()
{
  return [](Liar& liar) {
    liar.on_request = [](Liar&, proto::Message& request) {
      if (std::holds_alternative<Request>(request)) {
        ::_exit(0);
      }
      return false;
    };
  };
}

void
add_deaths(std::map<std::string, Lie>& lies)
{
  lies["dies_unheard"] = at_start(die);
  lies["dies_greeted"] = at_start([](Liar& liar) {
    liar.greet();
    ::_exit(0);
  });
  lies["dies_at_open"] = [](Liar& liar) { liar.before_opened = die; };
  lies["dies_opened"] = [](Liar& liar) { liar.after_opened = die; };
  lies["dies_at_scan"] = instead_of_list(die);
  lies["dies_listed"] = [](Liar& liar) { liar.after_list = die; };
  lies["dies_at_page"] = die_at<proto::PageWanted>();
  lies["dies_at_finish"] = die_at<proto::Finish>();
  lies["dies_in_message"] = instead_of_list([](Liar& liar) {
    liar.wire.send_plain(head_of(static_cast<unsigned>(proto::Tag::list_error), 100));
    ::_exit(0);
  });
  lies["dies_in_chunk"] = instead_of_list([](Liar& liar) {
    const Bytes chunk = liar.wire.chunks().chunk(ChunkMaker::encoded(proto::ListEnd{}));
    liar.wire.send_raw(ByteView(chunk).first(chunk.size() - 1));
    ::_exit(0);
  });
}

void
add_frames(std::map<std::string, Lie>& lies)
{
  lies["message_too_long"] = instead_of_list([](Liar& liar) { liar.wire.send_plain(head_of(9, 1ULL << 30U)); });
  lies["unknown_tag"] = instead_of_list([](Liar& liar) { liar.wire.send_plain(head_of(120, 0)); });
  lies["endless_number"] = instead_of_list([](Liar& liar) { liar.wire.send_plain(Bytes(64, std::byte{0xFF})); });
  lies["short_fields"] = instead_of_list([](Liar& liar) {
    Bytes message = head_of(static_cast<unsigned>(proto::Tag::done), 1);
    message.push_back(std::byte{100}); // a hundred ids, of which there is none
    liar.wire.send_plain(message);
  });
  lies["chunk_too_long"] = instead_of_list([](Liar& liar) {
    liar.wire.send_raw(liar.wire.chunks().header(0x7FFFFFFFU, {}));
  });
  lies["chunk_damaged"] = instead_of_list([](Liar& liar) {
    Bytes chunk = liar.wire.chunks().chunk(ChunkMaker::encoded(proto::ListEnd{}));
    chunk.back() ^= std::byte{1};
    liar.wire.send_raw(chunk);
  });
  lies["chunk_twice"] = instead_of_list([](Liar& liar) {
    const Bytes chunk = liar.wire.chunks().chunk(ChunkMaker::encoded(proto::Notice{9, "twice"}));
    liar.wire.send_raw(chunk);
    liar.wire.send_raw(chunk);
  });
  lies["corrupt_zstd"] = instead_of_list([](Liar& liar) {
    liar.wire.send_compressed(bytes_of({1, 2, 3, 4, 5, 6, 7, 8}));
  });
  lies["zstd_bomb"] = instead_of_list([](Liar& liar) {
    liar.wire.send_compressed(compressed(Bytes(16U << 20U, std::byte{0}), 20));
  });
  lies["zstd_window"] = instead_of_list([](Liar& liar) { liar.wire.send_compressed(compressed(Bytes(64), 27)); });
}

} // namespace

std::map<std::string, Lie>
lies_about_greeting()
{
  std::map<std::string, Lie> lies;
  lies["honest"] = [](Liar&) {};
  lies["slow_to_open"] = [](Liar& liar) { // honest, but waits for what comes in the same flight
    liar.before_opened = [](Liar& l) {
      proto::Message next = l.wire.receive();
      if (!std::holds_alternative<proto::Scan>(next)) {
        ::_exit(97);
      }
      l.scan = std::get<proto::Scan>(std::move(next));
    };
    liar.after_opened = [](Liar& l) { l.list(); };
  };
  lies["garbage"] = at_start([](Liar&) {
    say("Welcome to this host\n\x1b[2J");
    ::_exit(0);
  });
  lies["endless_garbage"] = at_start([](Liar&) {
    while (true) {
      say("All your base are belong to us\n");
    }
  });
  lies["silence"] = at_start([](Liar& liar) { liar.wire.fall_silent(); });
  lies["silence_later"] = instead_of_list([](Liar& liar) { liar.wire.fall_silent(); });
  lies["other_version"] = at_start([](Liar& liar) {
    send_magic_and(liar, proto::Hello{77, 76, 0, "godwit \x1b[2J from the future"});
  });
  lies["no_hello"] = at_start([](Liar& liar) { send_magic_and(liar, proto::Done{{1}}); });
  lies["garbage_for_opened"] = at_start([](Liar& liar) {
    liar.greet();
    liar.wire.send_raw(Bytes(64, std::byte{0xEE}));
    liar.wire.drain();
  });
  lies["hello_twice"] = at_start([](Liar& liar) { begin_with(liar, proto::Hello{}); });
  lies["done_for_opened"] = at_start([](Liar& liar) { begin_with(liar, proto::Done{{1}}); });
  lies["opened_twice"] = [](Liar& liar) { liar.after_opened = [](Liar& l) { l.wire.send(l.opened); }; };
  lies["early_finished"] = instead_of_list(proto::Finished{});
  lies["request"] = instead_of_list(proto::Remove{1, path("a"), true});
  lies["open"] = instead_of_list(proto::Open{});
  lies["unknown_done"] = instead_of_list(proto::Done{{123'456}});
  lies["unknown_failed"] = instead_of_list(proto::Failed{123'456, ErrorKind::system, 5, "no such luck", false});
  lies["fatal_with_success"] = instead_of_list(proto::Fatal{ErrorKind::system, 5, "all is well", 256});
  lies["fatal_with_escapes"] = instead_of_list(proto::Fatal{ErrorKind::protocol, 0, "\x1b[2Jgone\ngodwit: done", 0});
  add_deaths(lies);
  add_frames(lies);
  return lies;
}

} // namespace godwit::test
