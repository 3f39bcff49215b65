#include "page_slot.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "godwit/endpoint/page_messages.hpp"

namespace godwit::session {

namespace {

constexpr std::size_t overfull_slack = 256;

Error
not_as_announced()
{
  return make_error(ErrorKind::protocol, "the agent listed a page that is not as it was announced");
}

Error
not_the_page()
{
  return make_error(ErrorKind::protocol, "the agent sent runs that are not those of the page");
}

} // namespace

std::vector<plan::OwnerIds>
mapped(const OwnerMap& map, std::span<const plan::OwnerIds> source)
{
  std::vector<plan::OwnerIds> out;
  out.reserve(source.size());
  for (const plan::OwnerIds& ids : source) {
    out.push_back({map.user(ids.uid), map.group(ids.gid)});
  }
  return out;
}

bool
PageSlot::is_overfull() const
{
  return m_state == State::filling && m_local.size() > 2 * std::size_t{m_page.count} + overfull_slack;
}

void
PageSlot::end_local()
{
  m_is_cut = true;
  if (m_state == State::filling) {
    m_state = State::full;
  }
}

bool
PageSlot::owners_are_known(const PageTools& tools) const
{
  if (tools.remote_side == model::Side::source) {
    return std::all_of(m_page.owners.begin(), m_page.owners.end(),
                       [&](const plan::OwnerIds& ids) { return tools.owners.knows(ids.uid, ids.gid); });
  }
  return std::all_of(m_local.begin(), m_local.end(),
                     [&](const model::Entry& entry) { return tools.owners.knows(entry); });
}

void
PageSlot::compare(const PageTools& tools, std::size_t grade)
{
  if (m_page.is_comparable && m_local.size() == m_page.count) {
    for (const model::Entry& entry : m_local) {
      tools.builder.add(entry);
    }
    const plan::PageSummary ours = tools.builder.finish();
    const bool remote_is_source = tools.remote_side == model::Side::source;
    const plan::PageSummary& source = remote_is_source ? m_page : ours;
    const plan::PageSummary& dest = remote_is_source ? ours : m_page;
    if (plan::same_page(source, dest, mapped(tools.owners, source.owners))) {
      m_state = State::equal;
      m_equal = std::exchange(m_local, {});
      return;
    }
  }
  if (m_page.count <= plan::run_grains[0] || m_local.size() * 4 < m_page.count) {
    list_whole();
    return;
  }
  m_grade = grade;
  m_elements = plan::elements_of(m_local, tools.builder, OwnerMatch(m_page, tools));
  ask_differences();
}

void
PageSlot::ask_runs()
{
  m_pieces = {{0, m_page.count, 0, static_cast<std::uint32_t>(m_local.size()), false}};
  m_state = State::asked_runs;
}

void
PageSlot::list_whole()
{
  m_is_listed_whole = true;
  m_listed_count = m_page.count;
  m_state = State::asked_entries;
}

// Theirs must be cut, and there must be something that they could be equal to.
bool
PageSlot::is_worth_runs(const Piece& piece) const
{
  return !piece.is_equal && piece.local_count > 0 && piece.remote_count > plan::run_grains[m_level];
}

std::vector<proto::Stretch>
PageSlot::stretches(bool of_runs) const
{
  std::vector<proto::Stretch> wanted;
  std::uint32_t end = 0;
  for (const Piece& piece : m_pieces) {
    if (of_runs ? is_worth_runs(piece) : !piece.is_equal && piece.remote_count > 0) {
      wanted.push_back({piece.remote_at - end, piece.remote_count});
      end = piece.remote_at + piece.remote_count;
    }
  }
  return wanted;
}

proto::RunsWanted
PageSlot::runs_request() const
{
  const bool is_first = m_level == 0;
  return {m_number, plan::run_grains[m_level], is_first ? std::vector<proto::Stretch>() : stretches(true)};
}

proto::PageWanted
PageSlot::entries_request() const
{
  return {m_number, m_is_listed_whole ? std::vector<proto::Stretch>() : stretches(false)};
}

// The runs must fill the stretches that were asked for, and no run reach out of one.
Result<>
PageSlot::check_runs(const Runs& runs) const
{
  const std::uint32_t most = plan::max_run_entries(plan::run_grains[m_level]);
  auto run = runs.begin();
  for (const Piece& piece : m_pieces) {
    std::uint32_t left = is_worth_runs(piece) ? piece.remote_count : 0;
    while (left > 0) {
      if (run == runs.end() || run->count == 0 || run->count > std::min(left, most)) {
        return not_the_page();
      }
      left -= run->count;
      ++run;
    }
  }
  const auto is_announced = [&](const plan::OwnerIds& ids) {
    return std::find(m_page.owners.begin(), m_page.owners.end(), ids) != m_page.owners.end();
  };
  for (const plan::Run& one : runs) {
    if (!std::all_of(one.owners.begin(), one.owners.end(), is_announced)) {
      return not_the_page();
    }
  }
  return run == runs.end() ? Result<>() : not_the_page();
}

bool
PageSlot::is_same(const plan::Run& theirs, const plan::Run& ours, const PageTools& tools) const
{
  if (theirs.digest != ours.digest) {
    return false;
  }
  const bool remote_is_source = tools.remote_side == model::Side::source;
  const plan::Run& source = remote_is_source ? theirs : ours;
  const plan::Run& dest = remote_is_source ? ours : theirs;
  return plan::same_run(source, dest, mapped(tools.owners, source.owners));
}

// What is left of the piece between equal runs stays to be asked for.
void
PageSlot::split(const Piece& piece, std::span<const plan::Run> theirs, const PageTools& tools,
                std::vector<Piece>& out)
{
  const auto stretch = std::span(m_local).subspan(piece.local_at, piece.local_count);
  const Runs ours = plan::cut_runs(stretch, plan::run_grains[m_level], tools.builder);
  Piece gap{piece.remote_at, 0, piece.local_at, 0, false};
  const auto close_gap = [&] {
    if (gap.remote_count + gap.local_count > 0) {
      out.push_back(gap);
    }
  };
  const std::size_t first = out.size();
  auto next = ours.begin();
  for (const plan::Run& run : theirs) {
    const auto found = std::find_if(next, ours.end(), [&](const plan::Run& our) { return is_same(run, our, tools); });
    if (found == ours.end()) {
      gap.remote_count += run.count;
      continue;
    }
    for (; next != found; ++next) {
      gap.local_count += next->count;
    }
    ++next;
    close_gap();
    out.push_back({gap.remote_at + gap.remote_count, run.count, gap.local_at + gap.local_count, run.count, true});
    gap = {gap.remote_at + gap.remote_count + run.count, 0, gap.local_at + gap.local_count + run.count, 0, false};
  }
  gap.local_count = piece.local_at + piece.local_count - gap.local_at;
  close_gap();
  const bool all_equal = std::all_of(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                                     [](const Piece& part) { return part.is_equal; });
  if (all_equal) { // yet the whole is not: the longer digest is believed
    out.resize(first);
    out.push_back(piece);
  }
}

Result<>
PageSlot::add_runs(const proto::Runs& message, const PageTools& tools)
{
  if (m_state != State::asked_runs) {
    return make_error(ErrorKind::protocol, "the agent sent runs that it was not asked for");
  }
  TRY_ASSIGN(const Runs runs, endpoint::to_plan(message));
  TRY(check_runs(runs));
  std::vector<Piece> pieces;
  std::span<const plan::Run> rest(runs);
  for (const Piece& piece : m_pieces) {
    if (!is_worth_runs(piece)) {
      pieces.push_back(piece);
      continue;
    }
    std::size_t count = 0;
    for (std::uint32_t entries = 0; entries < piece.remote_count; ++count) {
      entries += rest[count].count;
    }
    split(piece, rest.first(count), tools, pieces);
    rest = rest.subspan(count);
  }
  m_pieces = std::move(pieces);
  return ask();
}

// Finer runs, where a good part is equal; else the entries.
Result<>
PageSlot::ask()
{
  const auto differ = [&](const Piece& piece) { return piece.is_equal ? 0U : piece.remote_count; };
  const std::uint32_t left = std::transform_reduce(m_pieces.begin(), m_pieces.end(), 0U, std::plus<>(), differ);
  const bool is_last = ++m_level == std::size(plan::run_grains);
  const auto is_worth = [&](const Piece& piece) { return is_worth_runs(piece); };
  if (!is_last && left * 4 < m_page.count * 3 && std::any_of(m_pieces.begin(), m_pieces.end(), is_worth)) {
    return {};
  }
  m_state = State::asked_entries;
  m_listed_count = left;
  if (left == 0) {
    TRY(check_listing());
    keep_differences();
  }
  return {};
}

Result<>
PageSlot::add_entries(proto::PageListed part)
{
  if (m_state != State::asked_entries) {
    return make_error(ErrorKind::protocol, "the agent listed a page that it was not asked for");
  }
  const bool is_empty = part.entries.empty();
  std::move(part.entries.begin(), part.entries.end(), std::back_inserter(m_remote));
  if (is_empty || m_remote.size() > m_listed_count || (part.is_last_part && m_remote.size() < m_listed_count)) {
    return not_as_announced();
  }
  if (!part.is_last_part) {
    return {};
  }
  TRY(check_listing());
  if (m_is_listed_whole) {
    m_state = State::known;
  } else {
    keep_differences();
  }
  return {};
}

// Their whole page: what is equal is known from ours.
Result<>
PageSlot::check_listing()
{
  if (m_is_listed_whole) {
    for (const model::Entry& entry : m_remote) {
      TRY(m_check.add(entry));
    }
  } else {
    std::size_t next = 0;
    for (const Piece& piece : m_pieces) {
      for (std::uint32_t i = 0; i < piece.remote_count; ++i) {
        TRY(m_check.add(piece.is_equal ? m_local[piece.local_at + i] : m_remote[next++]));
      }
    }
  }
  return m_check.ends_at(m_page.last, m_page.last_is_folder) ? Result<>() : not_as_announced();
}

void
PageSlot::keep_differences()
{
  std::vector<model::Entry> different;
  for (const Piece& piece : m_pieces) {
    for (std::uint32_t i = 0; i < piece.local_count; ++i) {
      (piece.is_equal ? m_equal : different).push_back(std::move(m_local[piece.local_at + i]));
    }
  }
  m_local = std::move(different);
  m_state = State::known;
}

} // namespace godwit::session
