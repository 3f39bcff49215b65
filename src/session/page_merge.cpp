#include "page_merge.hpp"

#include <algorithm>
#include <utility>

#include "godwit/base/escape.hpp"

namespace godwit::session {

namespace {

constexpr std::size_t max_ahead = 8192;        // entries handed on that the planner has not taken
constexpr std::uint64_t settle_interval = 32;  // pages

plan::PageSummary
to_plan(proto::Page& page)
{
  plan::PageSummary summary;
  summary.last = std::move(page.last);
  summary.last_is_folder = page.last_is_folder;
  summary.count = page.count;
  summary.is_comparable = page.comparable;
  summary.digest = page.digest;
  for (const proto::OwnerPair& owner : page.owners) {
    summary.owners.push_back({owner.uid, owner.gid});
  }
  return summary;
}

} // namespace

void
PageMerge::add_local(std::vector<model::Entry> entries, Lease lease)
{
  m_paid.push_back({entries.size(), std::move(lease)});
  std::move(entries.begin(), entries.end(), std::back_inserter(m_buffer));
}

// What it may not be whatever our tree holds. An agent that knows of no credit or
// of no largest page would have us keep all of a listing.
Result<>
PageMerge::check_page(const proto::Page& page) const
{
  if (page.count == 0 || page.count > proto::max_entries) {
    return make_error(ErrorKind::protocol, "the agent announced a page of " + std::to_string(page.count) + " entries");
  }
  if (m_pages >= m_settled_told + proto::page_credit) {
    return make_error(ErrorKind::protocol, "the agent announced more pages than it has credit for");
  }
  if (m_pages != 0 && listing_order(m_last, m_last_is_folder, page.last, page.last_is_folder) >= 0) {
    return make_error(ErrorKind::protocol, "the agent announced a page to '" + escape(page.last.str()) +
                                               "' after one to '" + escape(m_last.str()) + "'");
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
  const model::Side here =
      m_parts.remote_side == model::Side::source ? model::Side::dest : model::Side::source;
  const ListingCheck check = m_pages == 0 ? ListingCheck(m_parts.scope)
                                          : ListingCheck(m_parts.scope, m_last, m_last_is_folder);
  m_last = page.last;
  m_last_is_folder = page.last_is_folder;
  m_slots.emplace_back(m_pages++, to_plan(page), page.counts, plan::PageBuilder(m_parts.recipe, here, m_parts.key),
                       check);
  return {};
}

Result<>
PageMerge::add_page_entries(proto::PageListed part)
{
  const auto found = std::find_if(m_slots.begin(), m_slots.end(),
                                  [&](const Slot& slot) { return slot.number == part.page; });
  if (found == m_slots.end() || !found->differs || found->has_remote) {
    return make_error(ErrorKind::protocol, "the agent listed a page that it was not asked for");
  }
  for (const model::Entry& entry : part.entries) {
    TRY(found->check.add(entry));
  }
  std::move(part.entries.begin(), part.entries.end(), std::back_inserter(found->remote));
  found->has_remote = part.is_last_part;
  const plan::PageSummary& page = found->page;
  const bool is_whole = found->remote.size() == page.count && found->check.ends_at(page.last, page.last_is_folder);
  if (part.entries.empty() || found->remote.size() > page.count || (found->has_remote && !is_whole)) {
    return make_error(ErrorKind::protocol, "the agent listed a page that is not as it was announced");
  }
  return {};
}

bool
PageMerge::advance()
{
  bool moved = false;
  while (cut() || compare() || move_front()) {
    moved = true;
  }
  return moved;
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
  while (m_cut < m_slots.size()) {
    Slot& slot = m_slots[m_cut];
    if (!m_buffer.empty() && !plan::is_past(m_buffer.front(), slot.page)) {
      if (slot.differs && m_cut != 0 && slot.local.size() > max_ahead) {
        return moved; // it goes on when the slot is the first
      }
      slot.builder.add(m_buffer.front());
      slot.local.push_back(std::move(m_buffer.front()));
      m_buffer.pop_front();
      if (slot.local.size() > slot.page.count && !slot.differs) {
        want(slot);
      }
    } else if (!m_buffer.empty() || m_local_ended) {
      slot.is_cut = true;
      ++m_cut;
    } else {
      return moved;
    }
    moved = true;
    if (slot.differs && m_cut == 0 && slot.local.size() >= max_ahead) {
      return moved;
    }
  }
  return moved;
}

void
PageMerge::want(Slot& slot)
{
  slot.differs = true;
  m_wanted.push_back(slot.number);
}

bool
PageMerge::compare()
{
  bool moved = false;
  while (m_compared < m_cut) {
    Slot& slot = m_slots[m_compared];
    bool known = true;
    if (!slot.differs && !is_equal(slot, known)) {
      if (!known) {
        return moved;
      }
      want(slot);
    }
    slot.is_compared = true;
    ++m_compared;
    moved = true;
  }
  return moved;
}

// `known` is false where the dest has not said yet what an owner becomes.
bool
PageMerge::is_equal(Slot& slot, bool& known)
{
  const bool remote_is_source = m_parts.remote_side == model::Side::source;
  if (slot.local.empty() || slot.local.size() != slot.page.count || !slot.page.is_comparable) {
    return false;
  }
  const std::vector<model::Entry>& local = slot.local;
  if (!remote_is_source) {
    known = std::all_of(local.begin(), local.end(),
                        [&](const model::Entry& entry) { return m_parts.owners.knows(entry); });
  } else {
    known = std::all_of(slot.page.owners.begin(), slot.page.owners.end(),
                        [&](const plan::OwnerIds& ids) { return m_parts.owners.knows(ids.uid, ids.gid); });
  }
  if (!known) {
    return false;
  }
  const plan::PageSummary ours = slot.builder.finish();
  const plan::PageSummary& source = remote_is_source ? slot.page : ours;
  const plan::PageSummary& dest = remote_is_source ? ours : slot.page;
  std::vector<plan::OwnerIds> mapped;
  for (const plan::OwnerIds& ids : source.owners) {
    mapped.push_back({m_parts.owners.user(ids.uid), m_parts.owners.group(ids.gid)});
  }
  return plan::same_page(source, dest, mapped);
}

// The first slot's entries to the planner, or nowhere.
bool
PageMerge::move_front()
{
  if (m_slots.empty()) {
    if (!m_remote_ended || m_buffer.empty() || !may_move()) {
      return false;
    }
    pay_back(1);
    m_parts.local.add(std::move(m_buffer.front()));
    m_buffer.pop_front();
    return true;
  }
  Slot& slot = m_slots.front();
  if (!slot.differs) {
    if (!slot.is_compared) {
      return false;
    }
    count_equal(slot);
    pay_back(slot.local.size());
  } else {
    if (!may_move()) {
      return false;
    }
    bool moved = !slot.local.empty();
    pay_back(slot.local.size());
    for (model::Entry& entry : slot.local) {
      m_parts.local.add(std::move(entry));
    }
    slot.local.clear();
    if (slot.has_remote && !std::exchange(slot.remote_is_moved, true)) {
      moved = true;
      for (model::Entry& entry : slot.remote) {
        m_parts.remote.add(std::move(entry));
      }
    }
    if (!slot.is_compared || !slot.remote_is_moved) {
      return moved;
    }
  }
  m_settled = slot.number + 1;
  m_parts.local.is_complete_until({slot.page.last, slot.page.last_is_folder});
  m_parts.remote.is_complete_until({slot.page.last, slot.page.last_is_folder});
  m_slots.pop_front();
  --m_cut;
  --m_compared;
  return true;
}

void
PageMerge::count_equal(const Slot& slot)
{
  if (m_parts.remote_side == model::Side::dest) {
    for (const model::Entry& entry : slot.local) {
      m_parts.report.count_listed(entry);
    }
    return;
  }
  m_parts.report.count_listed(slot.counts);
}

std::optional<std::uint64_t>
PageMerge::take_settled()
{
  if (m_settled < m_settled_told + settle_interval) {
    return std::nullopt;
  }
  m_settled_told = m_settled;
  return m_settled;
}

} // namespace godwit::session
