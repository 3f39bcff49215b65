#include "page_store.hpp"

#include <algorithm>
#include <utility>

#include "godwit/base/assert.hpp"
#include "godwit/proto/codec.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::uint64_t whole_pages = 32; // the latest: most are settled before they are older
constexpr std::uint8_t max_times_borrowed = 8;

} // namespace

void
PageStore::pack(Stored& stored)
{
  Bytes packed;
  proto::Encoder(packed).put(stored.entries);
  stored.packed.assign(packed.begin(), packed.end()); // no more room than needed
  std::vector<model::Entry>().swap(stored.entries);
}

std::vector<model::Entry>
PageStore::unpack(Stored& stored)
{
  if (stored.packed.empty()) {
    return std::move(stored.entries);
  }
  std::vector<model::Entry> entries;
  proto::Decoder decoder(stored.packed);
  decoder.get(entries, stored.packed.size());
  ASSERT(decoder.ok());
  return entries;
}

bool
PageStore::add(std::uint64_t page, std::vector<model::Entry> entries)
{
  std::unique_lock lock(m_mutex);
  m_room.wait(lock, [&] { return m_closed || page < m_settled + m_credit; });
  if (m_closed) {
    return false;
  }
  m_pages[page].entries = std::move(entries);
  m_end = page + 1;
  if (page >= whole_pages) {
    const auto older = m_pages.find(page - whole_pages);
    if (older != m_pages.end() && older->second.packed.empty() && !older->second.is_lent) {
      pack(older->second);
    }
  }
  return true;
}

void
PageStore::settle(std::uint64_t end)
{
  const std::scoped_lock lock(m_mutex);
  m_settled = std::max(m_settled, std::min(end, m_end)); // nobody is past what he has not seen
  m_pages.erase(m_pages.begin(), m_pages.lower_bound(m_settled));
  m_room.notify_all();
}

std::optional<std::vector<model::Entry>>
PageStore::take(std::uint64_t page)
{
  const std::scoped_lock lock(m_mutex);
  const auto found = m_pages.find(page);
  if (found == m_pages.end()) {
    return std::nullopt;
  }
  std::vector<model::Entry> entries = unpack(found->second);
  m_pages.erase(found);
  return entries;
}

std::optional<std::vector<model::Entry>>
PageStore::borrow(std::uint64_t page)
{
  const std::scoped_lock lock(m_mutex);
  const auto found = m_pages.find(page);
  if (found == m_pages.end() || found->second.times_borrowed == max_times_borrowed) {
    return std::nullopt;
  }
  ++found->second.times_borrowed;
  found->second.is_lent = true;
  return unpack(found->second);
}

void
PageStore::give_back(std::uint64_t page, std::vector<model::Entry> entries)
{
  const std::scoped_lock lock(m_mutex);
  Stored& stored = m_pages[page];
  stored.is_lent = false;
  if (stored.packed.empty()) {
    stored.entries = std::move(entries);
  }
}

void
PageStore::close()
{
  const std::scoped_lock lock(m_mutex);
  m_closed = true;
  m_room.notify_all();
}

} // namespace godwit::endpoint
