#pragma once

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include <doctest/doctest.h>

#include "godwit/base/channel.hpp"
#include "godwit/endpoint/local.hpp"
#include "godwit/endpoint/remote.hpp"

namespace godwit::test {

// An endpoint under test, and what it answered. Local does the work here; Remote
// has an agent do it, the real program on a socketpair.
class Subject
{
public:
  virtual ~Subject() = default;

  Result<proto::Opened> open(const proto::Open& request);
  void send(proto::Message message) { endpoint().send({std::move(message), {}}); }
  // The next answer; fails the test where none comes in time.
  proto::Message next();
  // The next answer, which must be of this type.
  template <class Answer> Answer expect()
  {
    proto::Message answer = next();
    if (const auto* fatal = std::get_if<proto::Fatal>(&answer)) {
      CAPTURE(fatal->text);
      REQUIRE(std::holds_alternative<Answer>(answer));
    }
    CAPTURE(answer.index());
    REQUIRE(std::holds_alternative<Answer>(answer));
    return std::get<Answer>(std::move(answer));
  }
  // Done of `id`, and of nothing else.
  void expect_done(std::uint64_t id);
  proto::Failed expect_failed(std::uint64_t id);
  // Finish, to Finished.
  proto::Finished finish();

protected:
  virtual endpoint::Endpoint& endpoint() = 0;
  endpoint::Answers answers()
  {
    return [this](endpoint::Parcel parcel) { m_answers.push(std::move(parcel)); };
  }

private:
  Channel<endpoint::Parcel> m_answers;
};

class LocalSubject : public Subject
{
public:
  LocalSubject();

protected:
  endpoint::Endpoint& endpoint() override { return *m_local; }

private:
  std::unique_ptr<endpoint::Local> m_local;
};

// `godwit agent` as a child, the other end of whose socketpair is fd().
class AgentProcess
{
public:
  AgentProcess();
  ~AgentProcess();
  AgentProcess(const AgentProcess&) = delete;
  AgentProcess& operator=(const AgentProcess&) = delete;

  int fd() const { return m_fd; }
  // Its exit code once the line is cut; 256 and more: a signal; -1: it does not end.
  int hang_up();

private:
  int m_fd = -1;
  pid_t m_pid = -1;
};

class RemoteSubject : public Subject
{
public:
  RemoteSubject();
  int hang_up();

protected:
  endpoint::Endpoint& endpoint() override { return *m_remote; }

private:
  AgentProcess m_agent;
  std::unique_ptr<endpoint::Remote> m_remote;
};

// It is a request that ends the run.
void expect_refusal(Subject& subject, proto::Message request);

model::RelPath path(std::string text);
proto::Open open_source(std::vector<std::string> operands);
proto::Open open_dest(std::string operand);
// Of all below the root.
proto::Scan scan_all(bool with_pages);
// What a listing holds, up to its end: entries, or the pages' entries, one by one asked for.
std::vector<model::Entry> listed(Subject& subject, const proto::Scan& scan);
model::Entry entry_at(Subject& subject, const proto::Scan& scan, const std::string& name);
model::Entry regular(const std::string& name, std::uint64_t size);
model::Entry folder(const std::string& name);
model::Entry link_to(const std::string& name, const std::string& target);
struct NewFile {
  std::uint64_t id = 0;
  model::Entry entry; // its size is that of `content`
  bool replaces = false;
  Bytes content;
};
proto::Put put_of(const proto::Open& open, std::vector<NewFile> files);
Bytes bytes_of(std::string_view text);

} // namespace godwit::test
