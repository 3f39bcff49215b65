#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "godwit/base/bytes.hpp"
#include "godwit/model/entry.hpp"

namespace godwit::endpoint {

// The entries of the pages that were announced and are not settled yet: the
// latest as they are, older ones packed as on the wire, at some 30 bytes an
// entry. The scan adds and waits for credit; the thread that takes requests does the rest.
class PageStore
{
public:
  explicit PageStore(std::uint32_t credit) : m_credit(credit) {}

  // Waits while `credit` pages are unsettled; false once closed.
  bool add(std::uint64_t page, std::vector<model::Entry> entries);
  void settle(std::uint64_t end);
  // The page's entries, which are given out once; nothing: it is not here.
  std::optional<std::vector<model::Entry>> take(std::uint64_t page);
  // The same, to be given back; so often that an honest controller never meets the end.
  std::optional<std::vector<model::Entry>> borrow(std::uint64_t page);
  void give_back(std::uint64_t page, std::vector<model::Entry> entries);
  void close();

private:
  struct Stored {
    std::vector<model::Entry> entries;
    Bytes packed; // instead
    std::uint8_t times_borrowed = 0;
    bool is_lent = false;
  };
  static void pack(Stored& stored);
  static std::vector<model::Entry> unpack(Stored& stored);

  std::mutex m_mutex;
  std::condition_variable m_room;
  std::map<std::uint64_t, Stored> m_pages;
  std::uint64_t m_settled = 0;
  std::uint64_t m_end = 0; // behind the last page
  std::uint32_t m_credit;
  bool m_closed = false;
};

} // namespace godwit::endpoint
