#include "page_merge.hpp"

#include <algorithm>
#include <utility>

#include "godwit/base/escape.hpp"
#include "godwit/endpoint/page_messages.hpp"

namespace godwit::session {

namespace {

constexpr std::size_t max_ahead = 8192;        // entries handed on that the planner has not taken
constexpr std::size_t max_asked = 1U << 16U;   // entries of theirs under way
constexpr std::uint64_t settle_interval = 16;  // pages
constexpr std::size_t max_failed_sketches = 16; // of one grade, in pages, before it is not tried any more

} // namespace

PageMerge::PageMerge(const Parts& parts)
    : m_parts(parts),
      m_builder(parts.recipe, parts.remote_side == model::Side::source ? model::Side::dest : model::Side::source,
                parts.key)
{
}

void
PageMerge::add_local(std::vector<model::Entry> entries, Lease lease)
{
  m_paid.push_back({entries.size(), std::move(lease)});
  std::move(entries.begin(), entries.end(), std::back_inserter(m_buffer));
}

Result<>
PageMerge::add(proto::Message& message, bool& is_of_pages)
{
  is_of_pages = true;
  if (auto* page = std::get_if<proto::Page>(&message)) {
    return add_page(std::move(*page));
  }
  if (auto* differences = std::get_if<proto::Differences>(&message)) {
    return add_differences(std::move(*differences));
  }
  if (const auto* runs = std::get_if<proto::Runs>(&message)) {
    return add_runs(*runs);
  }
  if (auto* part = std::get_if<proto::PageListed>(&message)) {
    return add_page_entries(std::move(*part));
  }
  is_of_pages = false;
  return {};
}

// What it may not be whatever our tree holds. An agent that knows of no credit or
// of no largest page would have us keep all of a listing.
Result<>
PageMerge::check_page(const proto::Page& page) const
{
  if (page.count == 0 || page.count > plan::PageBuilder::max_entries) {
    return make_error(ErrorKind::protocol, "the agent announced a page of " + std::to_string(page.count) + " entries");
  }
  if (m_pages >= m_settled_told + proto::page_credit) {
    return make_error(ErrorKind::protocol, "the agent announced more pages than it has credit for");
  }
  if (m_pages != 0 && listing_order(m_last, m_last_is_folder, page.last, page.last_is_folder) >= 0) {
    return make_error(ErrorKind::protocol, "the agent announced a page to '" + escape(page.last.view()) +
                                               "' after one to '" + escape(m_last.view()) + "'");
  }
  const bool are_told = std::all_of(page.owners.begin(), page.owners.end(), [&](const proto::OwnerPair& ids) {
    return m_parts.owners.was_told(ids.uid, ids.gid);
  });
  if (m_parts.remote_side == model::Side::source && !are_told) {
    return make_error(ErrorKind::protocol, "the agent announced a page with an owner that it did not name");
  }
  return {};
}

Result<>
PageMerge::add_page(proto::Page page)
{
  TRY(check_page(page));
  const ListingCheck check = m_pages == 0 ? ListingCheck(m_parts.scope)
                                          : ListingCheck(m_parts.scope, m_last, m_last_is_folder);
  m_last = page.last;
  m_last_is_folder = page.last_is_folder;
  const proto::ListCounts counts = page.counts;
  m_slots.emplace_back(m_pages++, endpoint::to_plan(std::move(page)), counts, check);
  return {};
}

PageSlot*
PageMerge::find_slot(std::uint64_t number)
{
  const std::uint64_t first = m_pages - m_slots.size();
  return number >= first && number < m_pages ? &m_slots[static_cast<std::size_t>(number - first)] : nullptr;
}

Result<>
PageMerge::add_differences(proto::Differences differences)
{
  PageSlot* const slot = find_slot(differences.page);
  if (slot == nullptr || !slot->wants_differences()) {
    return make_error(ErrorKind::protocol, "the agent sent differences that it was not asked for");
  }
  std::size_t& failed = m_failed_sketches[slot->grade()];
  m_asked -= slot->listed_count();
  TRY(slot->add_differences(std::move(differences), tools()));
  if (slot->state() == State::known) {
    m_asked += slot->listed_count();
    failed -= failed == 0 ? 0 : 1;
  } else {
    ++failed;
    list_at_once(*slot);
  }
  ask(*slot);
  return {};
}

Result<>
PageMerge::add_runs(const proto::Runs& runs)
{
  PageSlot* const slot = find_slot(runs.page);
  if (slot == nullptr) {
    return make_error(ErrorKind::protocol, "the agent sent runs that it was not asked for");
  }
  TRY(slot->add_runs(runs, tools()));
  ask(*slot);
  return {};
}

Result<>
PageMerge::add_page_entries(proto::PageListed part)
{
  PageSlot* const slot = find_slot(part.page);
  if (slot == nullptr || std::find(m_to_list.begin(), m_to_list.end(), part.page) != m_to_list.end()) {
    return make_error(ErrorKind::protocol, "the agent listed a page that it was not asked for");
  }
  TRY(slot->add_entries(std::move(part)));
  take_equal(*slot);
  return {};
}

bool
PageMerge::advance()
{
  bool moved = false;
  while (cut() || compare() || move_front()) {
    moved = true;
  }
  ask_in_turn();
  return moved;
}

// The first slot waits for no other: what is under way can only go on behind it.
void
PageMerge::ask_in_turn()
{
  if (!m_slots.empty()) {
    const auto first = std::find(m_to_list.begin(), m_to_list.end(), m_slots.front().number());
    if (first != m_to_list.end()) {
      m_to_list.erase(first);
      ask_entries(m_slots.front());
    }
  }
  while (!m_to_list.empty() && m_asked < max_asked) {
    ask_entries(*find_slot(m_to_list.front()));
    m_to_list.pop_front();
  }
}

bool
PageMerge::may_move() const
{
  return m_parts.local.size() < max_ahead && m_parts.remote.size() < max_ahead;
}

void
PageMerge::pay_back(std::size_t entries)
{
  while (entries > 0 && !m_paid.empty()) {
    const std::size_t part = std::min(entries, m_paid.front().left);
    m_paid.front().left -= part;
    entries -= part;
    if (m_paid.front().left == 0) {
      m_paid.pop_front();
    }
  }
}

// Our next entries into the slots that they belong to.
bool
PageMerge::cut()
{
  bool moved = false;
  while (m_cut < m_slots.size() && (!m_buffer.empty() || m_local_ended)) {
    PageSlot& slot = m_slots[m_cut];
    if (!m_buffer.empty() && slot.is_listed_whole() && slot.local().size() >= max_ahead) {
      return moved; // they go on when the slot is the first
    }
    moved = true;
    if (m_buffer.empty() || plan::is_past(m_buffer.front(), slot.page())) {
      slot.end_local();
      ++m_cut;
      continue;
    }
    slot.add_local(std::move(m_buffer.front()));
    m_buffer.pop_front();
    if (slot.is_overfull()) {
      slot.list_whole();
      ask(slot);
    }
  }
  return moved;
}

void
PageMerge::ask(PageSlot& slot)
{
  if (slot.wants_differences()) {
    m_asked += slot.listed_count();
    m_requests.emplace_back(slot.differences_request());
  } else if (slot.wants_runs()) {
    m_requests.emplace_back(slot.runs_request());
  } else if (slot.state() == State::asked_entries) {
    m_to_list.push_back(slot.number());
  } else {
    take_equal(slot);
  }
}

void
PageMerge::list_at_once(PageSlot& slot)
{
  if (slot.wants_runs() && m_parts.listed_at_once > 0) {
    --m_parts.listed_at_once;
    slot.list_whole();
  }
}

// Where many pages differ in more entries than a sketch has room for, the next will, too.
std::size_t
PageMerge::first_grade() const
{
  const auto is_enough = [](std::size_t failed) { return failed <= max_failed_sketches; };
  const auto first = std::find_if(m_failed_sketches.begin(), m_failed_sketches.end(), is_enough);
  return static_cast<std::size_t>(first - m_failed_sketches.begin());
}

void
PageMerge::ask_entries(PageSlot& slot)
{
  m_asked += slot.listed_count();
  m_requests.emplace_back(slot.entries_request());
}

bool
PageMerge::compare()
{
  bool moved = false;
  while (m_compared < m_cut) {
    PageSlot& slot = m_slots[m_compared];
    if (slot.state() == State::full) {
      if (!slot.owners_are_known(tools())) {
        return moved; // the dest has yet to say what one becomes
      }
      slot.compare(tools(), first_grade());
      list_at_once(slot);
      ask(slot);
    }
    ++m_compared;
    moved = true;
  }
  return moved;
}

// Ours that need not be planned; whoever scans may go on.
void
PageMerge::take_equal(PageSlot& slot)
{
  const std::vector<model::Entry> equal = slot.take_equal();
  pay_back(equal.size());
  if (slot.state() == State::equal && m_parts.remote_side == model::Side::source) {
    m_parts.report.count_listed(slot.counts());
    return;
  }
  for (const model::Entry& entry : equal) {
    m_parts.report.count_listed(entry);
  }
}

// The first slot's entries to the planner, or nowhere.
bool
PageMerge::move_front()
{
  if (m_slots.empty()) {
    return move_rest();
  }
  PageSlot& slot = m_slots.front();
  const bool is_known = slot.state() == State::known;
  bool moved = false;
  if ((is_known || slot.is_listed_whole()) && may_move()) {
    moved = !slot.local().empty();
    pay_back(slot.local().size());
    for (model::Entry& entry : slot.local()) {
      m_parts.local.add(std::move(entry));
    }
    slot.local().clear();
  }
  if (m_compared == 0 || !(slot.state() == State::equal || (is_known && slot.local().empty()))) {
    return moved;
  }
  for (model::Entry& entry : slot.remote()) {
    m_parts.remote.add(std::move(entry));
  }
  pop_front();
  return true;
}

void
PageMerge::pop_front()
{
  const PageSlot& slot = m_slots.front();
  m_asked -= slot.listed_count();
  m_settled = slot.number() + 1;
  m_parts.local.is_complete_until({slot.page().last, slot.page().last_is_folder});
  m_parts.remote.is_complete_until({slot.page().last, slot.page().last_is_folder});
  m_slots.pop_front();
  --m_cut;
  --m_compared;
}

// Ours behind the last page.
bool
PageMerge::move_rest()
{
  if (!m_remote_ended || m_buffer.empty() || !may_move()) {
    return false;
  }
  pay_back(1);
  m_parts.local.add(std::move(m_buffer.front()));
  m_buffer.pop_front();
  return true;
}

std::vector<proto::Message>
PageMerge::take_requests()
{
  std::vector<proto::Message> requests = std::exchange(m_requests, {});
  if (m_settled >= m_settled_told + settle_interval) {
    m_settled_told = m_settled;
    requests.emplace_back(proto::PagesSettled{m_settled});
  }
  return requests;
}

} // namespace godwit::session
