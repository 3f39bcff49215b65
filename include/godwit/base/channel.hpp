#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

namespace godwit {

// A queue between threads. push() blocks while `capacity` items wait; pop()
// blocks while none does. After close(), push() drops its item and says so,
// and pop() hands out what is left, then nothing. Any thread may call anything.
template <class T> class Channel
{
public:
  explicit Channel(std::size_t capacity = std::numeric_limits<std::size_t>::max()) : m_capacity(capacity) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  bool push(T item)
  {
    std::unique_lock lock(m_mutex);
    m_room.wait(lock, [&] { return m_closed || m_items.size() < m_capacity; });
    return put(std::move(item));
  }

  // Beyond the capacity if need be: for the thread that would have to make room itself.
  bool push_at_once(T item)
  {
    const std::scoped_lock lock(m_mutex);
    return put(std::move(item));
  }

  std::optional<T> pop()
  {
    std::unique_lock lock(m_mutex);
    ++m_waiting;
    m_filled.wait(lock, [&] { return m_closed || !m_items.empty(); });
    --m_waiting;
    return take();
  }

  // Waits until `deadline` at most; nothing may then also mean 'not yet': ask is_finished().
  template <class Deadline> std::optional<T> pop_until(Deadline deadline)
  {
    std::unique_lock lock(m_mutex);
    ++m_waiting;
    m_filled.wait_until(lock, deadline, [&] { return m_closed || !m_items.empty(); });
    --m_waiting;
    return take();
  }

  std::optional<T> try_pop()
  {
    std::unique_lock lock(m_mutex);
    return take();
  }

  // Waits until fewer than `count` items wait, or it is closed.
  void wait_below(std::size_t count)
  {
    std::unique_lock lock(m_mutex);
    m_room.wait(lock, [&] { return m_closed || m_items.size() < count; });
  }

  void close()
  {
    std::scoped_lock lock(m_mutex);
    m_closed = true;
    m_room.notify_all();
    m_filled.notify_all();
  }

  bool is_finished() const
  {
    std::scoped_lock lock(m_mutex);
    return m_closed && m_items.empty();
  }

  bool is_empty() const
  {
    std::scoped_lock lock(m_mutex);
    return m_items.empty();
  }

private:
  // With the mutex held, as take().
  bool put(T item)
  {
    if (m_closed) {
      return false;
    }
    m_items.push_back(std::move(item));
    if (m_waiting != 0) {
      m_filled.notify_one();
    }
    return true;
  }
  std::optional<T> take()
  {
    if (m_items.empty()) {
      return std::nullopt;
    }
    std::optional<T> item(std::move(m_items.front()));
    m_items.pop_front();
    m_room.notify_one();
    return item;
  }

  mutable std::mutex m_mutex;
  std::condition_variable m_room;
  std::condition_variable m_filled;
  std::deque<T> m_items;
  std::size_t m_capacity;
  std::size_t m_waiting = 0;
  bool m_closed = false;
};

} // namespace godwit
