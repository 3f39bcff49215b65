#include "godwit/endpoint/local.hpp"

#include <algorithm>

#include "local_state.hpp"

namespace godwit::endpoint {

Local::Local(std::unique_ptr<fs::NameService> names, Answers answers, const LocalSettings& settings)
    : m_state(std::make_unique<State>(std::move(names), std::move(answers), settings))
{
}

Local::~Local() = default;

std::unique_ptr<Local>
Local::make(Answers answers, const LocalSettings& settings)
{
  return std::make_unique<Local>(fs::make_direct_names(), std::move(answers), settings);
}

void
Local::begin(const proto::Open& request)
{
  auto opened = open(request);
  if (!opened) {
    const Error& error = opened.error();
    m_state->answer({proto::Fatal{error.kind, error.errno_value, error.text, error.exit_code}, {}});
    return;
  }
  m_state->answer({*std::move(opened), {}});
}

Result<proto::Opened>
Local::open(const proto::Open& request)
{
  proto::Opened answer;
  answer.umask = m_state->settings.user_umask;
  const Expand expand = m_state->settings.expands_operands ? Expand::yes : Expand::no;
  TRY_ASSIGN(m_state->roots, open_roots(request, expand, *m_state->names, answer));
  answer.may_chown = m_state->roots.is_super;
  m_state->opened = answer;
  m_state->start();
  return answer;
}

Result<fs::Sandbox>
Local::confine(int accepts_on)
{
  return m_state->roots.confine(accepts_on);
}

void
Local::set_rate(std::uint64_t bytes_per_second)
{
  m_state->context->limit.set_rate(bytes_per_second);
}

void
Local::send(Parcel request)
{
  m_state->lanes_at_work();
  std::visit([&](auto& message) { m_state->handle(message, request.lease); }, request.message);
}

void
Local::stop()
{
  m_state->stop();
}

bool
Local::lies_inside(Local& source) const
{
  if (!m_state->is_dest()) {
    return false;
  }
  const int root = m_state->roots.dest().fd();
  const auto holds_root = [&](const fs::Base& base) {
    const auto held = base.dir.holds(root);
    return held && *held;
  };
  const std::vector<fs::Base>& bases = source.m_state->roots.bases;
  return std::any_of(bases.begin(), bases.end(), holds_root);
}

void
Local::copy(Local& source, std::vector<proto::PutFile> files)
{
  State& dest = *m_state;
  dest.lanes_at_work();
  if (dest.copy_lanes.empty()) {
    for (std::size_t lane = 0; lane < dest.settings.lanes; ++lane) {
      dest.copy_lanes.emplace_back(*source.m_state->context);
    }
  }
  const std::size_t lane = dest.lane_of(files.front().entry.path);
  dest.on_dest(lane, [&dest, lane, files = std::move(files)](DestLane& writer) {
    writer.copy(dest.copy_lanes[lane], files);
  });
}

} // namespace godwit::endpoint
