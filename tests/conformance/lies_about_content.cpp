// A source that lies about the files it is asked for.

#include <unistd.h>

#include "godwit/delta/ops.hpp"
#include "liar.hpp"

namespace godwit::test {

namespace {

template <class Request>
Lie
at(std::function<void(Liar&, const Request&)> answer)
{
  return [answer = std::move(answer)](Liar& liar) {
    liar.on_request = [answer](Liar& l, proto::Message& request) {
      const auto* wanted = std::get_if<Request>(&request);
      if (wanted != nullptr) {
        answer(l, *wanted);
      }
      return wanted != nullptr;
    };
  };
}

using Outcome = proto::ReadOutcome;

// The first file has this outcome.
proto::Contents
contents_of(Liar& l, const proto::Read& read, Outcome first = Outcome::whole)
{
  proto::Contents contents;
  for (const proto::SourceFile& file : read.files) {
    const Bytes& content = l.contents[file.path.str()];
    const Outcome outcome = contents.files.empty() ? first : Outcome::whole;
    contents.files.push_back({file.id, outcome, 0, content.size(), file.mtime});
    if (outcome == Outcome::whole) {
      append(contents.content, content);
    }
  }
  const HashKey key(l.open.seed);
  StreamHash hash(key);
  hash.update(contents.content);
  contents.hash = hash.digest();
  return contents;
}

void
send_copy(Liar& l, const proto::Match& match, std::uint64_t from)
{
  delta::OpWriter writer([&](Bytes chunk) -> Result<> {
    l.wire.send(proto::Ops{match.file.id, std::move(chunk)});
    return {};
  });
  (void)!writer.copy(from, 1U << 20U);
  (void)!writer.finish();
  l.wire.send(proto::OpsEnd{match.file.id, Outcome::whole, {}, 1U << 20U, 0, 0, 0, {}});
}

void
add_reads(std::map<std::string, Lie>& lies)
{
  lies["contents_of_other_id"] = at<proto::Read>([](Liar& l, const proto::Read& read) {
    proto::Contents contents = contents_of(l, read);
    contents.files.front().id += 1000;
    l.wire.send(contents);
  });
  lies["contents_twice"] = at<proto::Read>([](Liar& l, const proto::Read& read) {
    l.wire.send(contents_of(l, read));
    l.wire.send(contents_of(l, read));
  });
  lies["contents_wrong_hash"] = at<proto::Read>([](Liar& l, const proto::Read& read) {
    proto::Contents contents = contents_of(l, read);
    ++contents.hash.low;
    l.wire.send(contents);
  });
  lies["contents_failed_twice"] = at<proto::Read>([](Liar& l, const proto::Read& read) {
    proto::Contents contents = contents_of(l, read, Outcome::changed);
    contents.files.push_back(contents.files.front());
    contents.files.back().outcome = Outcome::failed;
    l.wire.send(contents);
  });
  lies["contents_too_short"] = at<proto::Read>([](Liar& l, const proto::Read& read) {
    proto::Contents contents = contents_of(l, read);
    contents.content.pop_back();
    l.wire.send(contents);
  });
  lies["contents_too_long"] = at<proto::Read>([](Liar& l, const proto::Read& read) {
    proto::Contents contents = contents_of(l, read);
    contents.content.push_back(std::byte{'x'});
    l.wire.send(contents);
  });
  lies["contents_for_match"] = at<proto::Match>([](Liar& l, const proto::Match& match) {
    proto::Contents contents;
    contents.files = {{match.file.id, Outcome::whole, 0, 0, {}}};
    l.wire.send(contents);
  });
  lies["ops_for_read"] = at<proto::Read>(
      [](Liar& l, const proto::Read& read) { l.send_ops(read.files.front().id, l.contents["a/small"]); });
  lies["changes_forever"] = at<proto::Read>([](Liar& l, const proto::Read& read) {
    l.wire.send(contents_of(l, read, Outcome::changed));
  });
}

void
add_matches(std::map<std::string, Lie>& lies)
{
  lies["ops_after_end"] = at<proto::Match>([](Liar& l, const proto::Match& match) {
    const Bytes& content = l.contents["a/big"];
    l.send_ops(match.file.id, content);
    l.send_ops(match.file.id, content);
  });
  lies["ops_of_other_id"] = at<proto::Match>(
      [](Liar& l, const proto::Match& match) { l.send_ops(match.file.id + 1000, l.contents["a/big"]); });
  lies["ops_malformed"] = at<proto::Match>([](Liar& l, const proto::Match& match) {
    l.wire.send(proto::Ops{match.file.id, Bytes(10, std::byte{0xFF})});
    l.wire.send(proto::OpsEnd{match.file.id, Outcome::whole, {}, 10, 10, 0, 0, {}});
  });
  lies["ops_wrong_hash"] = at<proto::Match>([](Liar& l, const proto::Match& match) {
    const Bytes& content = l.contents["a/big"];
    l.wire.send(proto::OpsEnd{match.file.id, Outcome::whole, {}, content.size(), content.size(), 0, 0, {}});
  });
  lies["ops_without_end"] = at<proto::Match>([](Liar& l, const proto::Match& match) {
    delta::OpWriter writer([&](Bytes chunk) -> Result<> {
      l.wire.send(proto::Ops{match.file.id, std::move(chunk)});
      return {};
    });
    while (true) {
      (void)!writer.literal(l.contents["a/big"]);
    }
  });
  lies["copy_without_basis"] = at<proto::Match>([](Liar& l, const proto::Match& match) { send_copy(l, match, 0); });
  lies["copy_beyond_basis"] =
      at<proto::Match>([](Liar& l, const proto::Match& match) { send_copy(l, match, 1ULL << 60U); });
  lies["dies_at_match"] = at<proto::Match>([](Liar&, const proto::Match&) { ::_exit(0); });
  lies["dies_in_ops"] = at<proto::Match>([](Liar& l, const proto::Match& match) {
    const Bytes literal = {std::byte{4}, std::byte{'h'}, std::byte{'i'}};
    l.wire.send(proto::Ops{match.file.id, literal});
    ::_exit(0);
  });
}

} // namespace

std::map<std::string, Lie>
lies_about_content()
{
  std::map<std::string, Lie> lies;
  add_reads(lies);
  add_matches(lies);
  lies["sums_from_source"] = [](Liar& liar) {
    liar.after_list = [](Liar& l) { l.wire.send(proto::Sums{1, {}, true}); };
  };
  return lies;
}

} // namespace godwit::test
