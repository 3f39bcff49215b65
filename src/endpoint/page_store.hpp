#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "godwit/model/entry.hpp"

namespace godwit::endpoint {

// The entries of the pages that were announced and are not settled yet. The
// scan adds and waits for credit, the thread that takes requests looks up.
class PageStore
{
public:
  explicit PageStore(std::uint32_t credit) : m_credit(credit) {}

  // Waits while `credit` pages are unsettled; false once closed.
  bool add(std::uint64_t page, std::vector<model::Entry> entries)
  {
    std::unique_lock lock(m_mutex);
    m_room.wait(lock, [&] { return m_closed || page < m_settled + m_credit; });
    if (m_closed) {
      return false;
    }
    m_pages.emplace(page, std::move(entries));
    return true;
  }

  void settle(std::uint64_t end)
  {
    const std::scoped_lock lock(m_mutex);
    m_settled = std::max(m_settled, end);
    m_pages.erase(m_pages.begin(), m_pages.lower_bound(m_settled));
    m_room.notify_all();
  }

  // The page's entries, which are given out once; false: it is not here.
  bool take(std::uint64_t page, std::vector<model::Entry>& entries)
  {
    const std::scoped_lock lock(m_mutex);
    const auto found = m_pages.find(page);
    if (found == m_pages.end()) {
      return false;
    }
    entries = std::move(found->second);
    m_pages.erase(found);
    return true;
  }

  void close()
  {
    const std::scoped_lock lock(m_mutex);
    m_closed = true;
    m_room.notify_all();
  }

private:
  std::mutex m_mutex;
  std::condition_variable m_room;
  std::map<std::uint64_t, std::vector<model::Entry>> m_pages;
  std::uint64_t m_settled = 0;
  std::uint32_t m_credit;
  bool m_closed = false;
};

} // namespace godwit::endpoint
