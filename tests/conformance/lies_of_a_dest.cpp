// A dest that lies about what it is asked to do.

#include <map>

#include <unistd.h>

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

Lie
after_list(std::function<void(Liar&)> act)
{
  return [act = std::move(act)](Liar& liar) { liar.after_list = act; };
}

Lie
before_opened(std::function<void(Liar&)> act)
{
  return [act = std::move(act)](Liar& liar) { liar.before_opened = act; };
}

// Every request that makes something fails so, however often it comes.
Lie
fails_all(const proto::Failed& how)
{
  return [how](Liar& liar) {
    liar.on_request = [how](Liar& l, proto::Message& request) {
      const auto fail = [&](std::uint64_t id) {
        proto::Failed failed = how;
        failed.id = id;
        l.wire.send(failed);
      };
      if (const auto* put = std::get_if<proto::Put>(&request)) {
        for (const proto::PutFile& file : put->files) {
          fail(file.id);
        }
      } else if (const auto* end = std::get_if<proto::OpsEnd>(&request)) {
        fail(end->id);
      } else if (const auto* make = std::get_if<proto::Make>(&request)) {
        fail(make->id);
      } else {
        return false;
      }
      return true;
    };
  };
}

void
add_sums(std::map<std::string, Lie>& lies)
{
  lies["sums_unasked"] = after_list([](Liar& l) { l.wire.send(proto::Sums{123'456, {}, true}); });
  lies["sums_endless"] = at<proto::Signature>([](Liar& l, const proto::Signature& request) {
    while (true) {
      l.wire.send(proto::Sums{request.id, Bytes(proto::max_chunk_bytes, std::byte{1}), false});
    }
  });
  lies["sums_after_last"] = at<proto::Signature>([](Liar& l, const proto::Signature& request) {
    l.wire.send(proto::Sums{request.id, {}, true});
    l.wire.send(proto::Sums{request.id, {}, true});
  });
  lies["sums_garbage"] = at<proto::Signature>([](Liar& l, const proto::Signature& request) {
    l.wire.send(proto::Sums{request.id, Bytes(1000, std::byte{0xEE}), true});
  });
  lies["sums_for_put"] = at<proto::Put>([](Liar& l, const proto::Put& put) {
    l.wire.send(proto::Sums{put.files.front().id, {}, true});
  });
}

// The check of what was made of cut sums fails; with full ones it holds.
void
fail_cut_sums(Liar& liar)
{
  liar.on_request = [full = std::map<std::uint64_t, bool>()](Liar& l, proto::Message& request) mutable {
    if (const auto* signature = std::get_if<proto::Signature>(&request)) {
      full[signature->id] = signature->full;
      return false;
    }
    const auto* end = std::get_if<proto::OpsEnd>(&request);
    if (end == nullptr) {
      return false;
    }
    const auto found = full.find(end->id);
    if (found != full.end() && !found->second) {
      l.wire.send(proto::Failed{end->id, ErrorKind::verify, 0, "not what was read", false});
    } else {
      l.done(end->id);
    }
    return true;
  };
}

} // namespace

std::map<std::string, Lie>
lies_of_a_dest()
{
  std::map<std::string, Lie> lies;
  add_sums(lies);
  lies["new_name_unasked"] = before_opened([](Liar& l) { l.opened.new_name = "other"; });
  lies["new_name_outside"] = before_opened([](Liar& l) { l.opened.new_name = "../../canary/x"; });
  lies["hashes_unasked"] = after_list([](Liar& l) {
    l.wire.send(proto::Hashes{{{4711, proto::ReadOutcome::whole, {}, 0}}});
  });
  lies["owners_unasked"] = after_list([](Liar& l) { l.wire.send(proto::OwnersMapped{{{4711, 0}}, {}}); });
  lies["owners_twice"] = at<proto::MapOwners>([](Liar& l, const proto::MapOwners& request) {
    l.answer(request);
    l.answer(request);
  });
  lies["owners_never"] = at<proto::MapOwners>([](Liar& l, const proto::MapOwners&) { l.wire.fall_silent(); });
  lies["done_before_end"] = at<proto::Apply>([](Liar& l, const proto::Apply& request) { l.done(request.id); });
  lies["done_for_signature"] = at<proto::Signature>([](Liar& l, const proto::Signature& request) {
    l.done(request.id);
    l.answer(request);
  });
  lies["done_twice"] = at<proto::OpsEnd>([](Liar& l, const proto::OpsEnd& end) {
    l.wire.send(proto::Done{{end.id, end.id}});
  });
  lies["contents_from_dest"] = after_list([](Liar& l) { l.wire.send(proto::Contents{}); });
  lies["in_way_forever"] = fails_all({0, ErrorKind::system, 17, "in the way", true});
  lies["verify_forever"] = fails_all({0, ErrorKind::verify, 0, "not what was read", false});
  lies["verify_of_cut_sums"] = fail_cut_sums;
  lies["escapes_in_failure"] = fails_all({0, ErrorKind::system, 5, "\x1b[2Jgone\ngodwit: done", false});
  lies["dies_at_apply"] = at<proto::Apply>([](Liar&, const proto::Apply&) { ::_exit(0); });
  lies["dies_at_put"] = at<proto::Put>([](Liar&, const proto::Put&) { ::_exit(0); });
  return lies;
}

} // namespace godwit::test
