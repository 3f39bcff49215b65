// What differs in a page, found by a sketch.
#include <algorithm>
#include <utility>

#include "godwit/endpoint/page_messages.hpp"
#include "page_slot.hpp"

namespace godwit::session {

OwnerMatch::OwnerMatch(const plan::PageSummary& page, const PageTools& tools)
    : m_page(page), m_tools(tools),
      m_theirs(tools.remote_side == model::Side::source ? mapped(tools.owners, page.owners) : page.owners)
{
}

std::uint32_t
OwnerMatch::operator()(const plan::OwnerIds& ours)
{
  if (!m_last_number || ours != m_last) {
    m_last = ours;
    m_last_number = find(ours);
  }
  return *m_last_number;
}

std::uint32_t
OwnerMatch::find(const plan::OwnerIds& ours) const
{
  const bool remote_is_source = m_tools.remote_side == model::Side::source;
  const std::vector<plan::OwnerIds> here =
      remote_is_source ? std::vector{ours} : mapped(m_tools.owners, std::span(&ours, 1));
  const auto is_same = [&](const plan::OwnerIds& theirs) {
    const std::span there(&theirs, 1);
    return remote_is_source ? plan::same_owners(there, here) : plan::same_owners(here, there);
  };
  const auto found = std::find_if(m_theirs.begin(), m_theirs.end(), is_same);
  return found == m_theirs.end() ? none : static_cast<std::uint32_t>(found - m_theirs.begin());
}

// With the first sketch that has room for as many as one side has more than the other.
void
PageSlot::ask_differences()
{
  const std::size_t ours = m_local.size();
  const std::size_t apart = std::max<std::size_t>(ours, m_page.count) - std::min<std::size_t>(ours, m_page.count);
  while (m_grade < std::size(plan::sketch_capacities) && plan::sketch_capacities[m_grade] < apart) {
    ++m_grade;
  }
  if (m_grade == std::size(plan::sketch_capacities)) {
    m_elements = {};
    ask_runs();
    return;
  }
  m_listed_count = plan::sketch_capacities[m_grade];
  m_state = State::asked_differences;
}

proto::DifferencesWanted
PageSlot::differences_request() const
{
  plan::Sketch sketch(m_listed_count);
  sketch.add(m_elements);
  return {m_number, endpoint::to_bytes(sketch.sums())};
}

Result<>
PageSlot::add_differences(proto::Differences differences, const PageTools& tools)
{
  if (m_state != State::asked_differences) {
    return make_error(ErrorKind::protocol, "the agent sent differences that it was not asked for");
  }
  if (differences.entries.size() > std::exchange(m_listed_count, 0)) {
    return make_error(ErrorKind::protocol, "the agent sent more differences than a sketch can find");
  }
  if (!differences.is_solved || !take_differences(std::move(differences), tools)) {
    m_remote.clear();
    ++m_grade;
    ask_differences();
    return {};
  }
  m_listed_count = static_cast<std::uint32_t>(m_remote.size());
  TRY(check_listing());
  keep_differences();
  m_pieces = {};
  m_elements = {};
  return {};
}

// False where they do not make ours their page: there were too many for the sketch, or two entries had the same
// element.
bool
PageSlot::take_differences(proto::Differences&& differences, const PageTools& tools)
{
  std::optional<plan::Polynomial> others = endpoint::to_numbers(differences.others);
  if (!others) {
    return false;
  }
  const std::vector<std::uint32_t> only_here = plan::take_roots(*others, m_elements);
  if (!others->empty()) {
    return false;
  }
  m_remote = std::move(differences.entries);
  m_pieces = pieces_around(only_here);
  return fills_page(tools);
}

// `only_here`: where in ours they are.
std::vector<PageSlot::Piece>
PageSlot::pieces_around(const std::vector<std::uint32_t>& only_here) const
{
  std::vector<Piece> pieces{Piece()};
  const auto add = [&](std::uint32_t theirs, std::uint32_t ours, bool is_equal) {
    const Piece& last = pieces.back();
    if (last.is_equal != is_equal) {
      pieces.push_back({last.remote_at + last.remote_count, 0, last.local_at + last.local_count, 0, is_equal});
    }
    pieces.back().remote_count += theirs;
    pieces.back().local_count += ours;
  };
  auto their_next = m_remote.begin();
  auto next_only_here = only_here.begin();
  for (std::uint32_t at = 0; at < m_local.size(); ++at) {
    for (; their_next != m_remote.end() && listing_order(*their_next, m_local[at]) < 0; ++their_next) {
      add(1, 0, false);
    }
    const bool is_equal = next_only_here == only_here.end() || *next_only_here != at;
    next_only_here += is_equal ? 0 : 1;
    add(is_equal ? 1 : 0, 1, is_equal);
  }
  add(static_cast<std::uint32_t>(m_remote.end() - their_next), 0, false);
  return pieces;
}

// Whether what is equal and what they listed have the digest of the page.
bool
PageSlot::fills_page(const PageTools& tools) const
{
  OwnerMatch match(m_page, tools);
  std::size_t listed = 0;
  for (const Piece& piece : m_pieces) {
    for (std::uint32_t i = 0; i < piece.remote_count; ++i) {
      const model::Entry& entry = piece.is_equal ? m_local[piece.local_at + i] : m_remote[listed++];
      const plan::OwnerIds owner = tools.builder.owner_of(entry);
      const std::uint32_t number = piece.is_equal ? match(owner) : OwnerMatch::none;
      tools.builder.add(entry, number == OwnerMatch::none ? owner : m_page.owners[number]);
    }
  }
  const plan::PageSummary filled = tools.builder.finish();
  return filled.count == m_page.count && filled.digest == m_page.digest && filled.owners == m_page.owners;
}

} // namespace godwit::session
