#include "subject.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace godwit::test {

namespace {

constexpr auto patience = std::chrono::seconds(60);

endpoint::LocalSettings
settings()
{
  endpoint::LocalSettings wanted;
  wanted.user_umask = 022;
  return wanted;
}

} // namespace

Result<proto::Opened>
Subject::open(const proto::Open& request)
{
  endpoint().begin(request);
  proto::Message answer = next();
  if (const auto* fatal = std::get_if<proto::Fatal>(&answer)) {
    return Error{fatal->kind, fatal->errno_value, fatal->text, fatal->exit_code};
  }
  REQUIRE(std::holds_alternative<proto::Opened>(answer));
  return std::get<proto::Opened>(std::move(answer));
}

proto::Message
Subject::next()
{
  auto parcel = m_answers.pop_until(std::chrono::steady_clock::now() + patience);
  REQUIRE(parcel);
  return std::move(parcel->message);
}

void
Subject::expect_done(std::uint64_t id)
{
  const proto::Message answer = next();
  if (const auto* failed = std::get_if<proto::Failed>(&answer)) {
    CAPTURE(failed->text);
    REQUIRE(failed == nullptr);
  }
  const auto* done = std::get_if<proto::Done>(&answer);
  REQUIRE(done != nullptr);
  CHECK(done->ids == std::vector<std::uint64_t>{id});
}

proto::Failed
Subject::expect_failed(std::uint64_t id)
{
  proto::Message answer = next();
  while (std::holds_alternative<proto::Done>(answer) && std::get<proto::Done>(answer).ids.empty()) {
    answer = next();
  }
  REQUIRE(std::holds_alternative<proto::Failed>(answer));
  CHECK(std::get<proto::Failed>(answer).id == id);
  return std::get<proto::Failed>(answer);
}

proto::Finished
Subject::finish()
{
  send(proto::Finish{});
  proto::Message answer = next();
  while (std::holds_alternative<proto::Done>(answer) && std::get<proto::Done>(answer).ids.empty()) {
    answer = next();
  }
  REQUIRE(std::holds_alternative<proto::Finished>(answer));
  return std::get<proto::Finished>(std::move(answer));
}

LocalSubject::LocalSubject() : m_local(endpoint::Local::make(answers(), settings())) {}

AgentProcess::AgentProcess()
{
  std::signal(SIGPIPE, SIG_IGN); // as the program does
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  m_pid = ::fork();
  REQUIRE(m_pid != -1);
  if (m_pid == 0) {
    ::dup2(ends[1], STDIN_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(GODWIT_PROGRAM, "godwit", "agent", nullptr);
    ::_exit(125);
  }
  ::close(ends[1]);
  m_fd = ends[0];
}

AgentProcess::~AgentProcess()
{
  (void)hang_up();
}

int
AgentProcess::hang_up()
{
  if (m_pid == -1) {
    return 0;
  }
  ::shutdown(m_fd, SHUT_RDWR);
  ::close(m_fd);
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, m_pid, 0));
  pollfd ended{handle, POLLIN, 0};
  const auto patience_ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  const bool in_time = ::poll(&ended, 1, static_cast<int>(patience_ms)) == 1;
  ::close(handle);
  if (!in_time) {
    ::kill(m_pid, SIGKILL);
  }
  int status = 0;
  ::waitpid(m_pid, &status, 0);
  m_pid = -1;
  return !in_time ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

RemoteSubject::RemoteSubject()
{
  m_remote = std::make_unique<endpoint::Remote>(m_agent.fd(), m_agent.fd(), endpoint::LinkSettings(), answers());
  REQUIRE(m_remote->greet(std::chrono::steady_clock::now() + patience));
}

int
RemoteSubject::hang_up()
{
  m_remote.reset();
  return m_agent.hang_up();
}

void
expect_refusal(Subject& subject, proto::Message request)
{
  subject.send(std::move(request));
  const auto fatal = subject.expect<proto::Fatal>();
  CHECK(fatal.kind == ErrorKind::protocol);
}

model::RelPath
path(std::string text)
{
  auto parsed = model::RelPath::parse(std::move(text));
  REQUIRE(parsed);
  return *std::move(parsed);
}

proto::Open
open_source(std::vector<std::string> operands)
{
  proto::Open open;
  open.role = proto::Role::source;
  open.operands = std::move(operands);
  open.recursive = true;
  return open;
}

proto::Open
open_dest(std::string operand)
{
  proto::Open open;
  open.role = proto::Role::dest;
  open.operands = {std::move(operand)};
  open.recursive = true;
  open.times = true;
  open.folder_times = true;
  return open;
}

proto::Scan
scan_all(bool with_pages)
{
  proto::Scan scan;
  scan.scope.push_back({{}, true, true, {}});
  scan.depth = model::Depth::all;
  scan.recipe.number = with_pages ? 1 : 0;
  return scan;
}

std::vector<model::Entry>
listed(Subject& subject, const proto::Scan& scan)
{
  std::vector<model::Entry> entries;
  std::uint64_t pages = 0;
  std::uint64_t settled = 0;
  bool has_ended = false;
  subject.send(scan);
  while (!has_ended || settled != pages) {
    proto::Message answer = subject.next();
    if (auto* batch = std::get_if<proto::Listed>(&answer)) {
      std::move(batch->entries.begin(), batch->entries.end(), std::back_inserter(entries));
    } else if (std::holds_alternative<proto::Page>(answer)) {
      subject.send(proto::PageWanted{pages++});
    } else if (auto* part = std::get_if<proto::PageListed>(&answer)) {
      std::move(part->entries.begin(), part->entries.end(), std::back_inserter(entries));
      settled = part->is_last_part ? part->page + 1 : settled;
      subject.send(proto::PagesSettled{settled});
    } else if (std::holds_alternative<proto::ListEnd>(answer)) {
      has_ended = true;
    } else {
      REQUIRE(std::holds_alternative<proto::Owners>(answer));
    }
  }
  return entries;
}

model::Entry
entry_at(Subject& subject, const proto::Scan& scan, const std::string& name)
{
  const std::vector<model::Entry> entries = listed(subject, scan);
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const model::Entry& e) { return e.path.str() == name; });
  REQUIRE(found != entries.end());
  return *found;
}

model::Entry
regular(const std::string& name, std::uint64_t size)
{
  model::Entry entry;
  entry.path = path(name);
  entry.mode = 0640;
  entry.uid = entry.gid = model::keep_id;
  entry.mtime = {1'600'000'000, 123'456'789};
  entry.size = size;
  return entry;
}

model::Entry
folder(const std::string& name)
{
  model::Entry entry = regular(name, 0);
  entry.type = model::Type::folder;
  entry.mode = 0750;
  return entry;
}

model::Entry
link_to(const std::string& name, const std::string& target)
{
  model::Entry entry = regular(name, 0);
  entry.type = model::Type::symlink;
  entry.mode = 0777;
  entry.set_target(target);
  return entry;
}

proto::Put
put_of(const proto::Open& open, std::vector<NewFile> files)
{
  proto::Put put;
  for (NewFile& file : files) {
    put.files.push_back({file.id, std::move(file.entry), file.replaces});
    append(put.content, file.content);
  }
  const HashKey key(open.seed);
  StreamHash hash(key);
  hash.update(put.content);
  put.hash = hash.digest();
  return put;
}

Bytes
bytes_of(std::string_view text)
{
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

} // namespace godwit::test
