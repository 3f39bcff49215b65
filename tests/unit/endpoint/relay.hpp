#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "godwit/base/bytes.hpp"

namespace godwit::test {

// Lines between two parties, whose bytes it carries in portions and in an order of
// its own choice; it can cut or freeze any of them.
class Relay
{
public:
  explicit Relay(std::size_t lines) : m_lines(lines), m_wake(::eventfd(0, EFD_CLOEXEC))
  {
    for (Line& line : m_lines) {
      make_pair(line.near, line.ends[0]);
      make_pair(line.far, line.ends[1]);
    }
    m_thread = std::jthread([this] { carry(); });
  }
  ~Relay()
  {
    m_ends = true;
    wake();
    m_thread.join();
    for (Line& line : m_lines) {
      for (const int fd : {line.near, line.far, line.ends[0], line.ends[1]}) {
        ::close(fd);
      }
    }
    ::close(m_wake);
  }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  int near(std::size_t line) const { return m_lines[line].near; }
  int far(std::size_t line) const { return m_lines[line].far; }
  void cut(std::size_t line)
  {
    ::shutdown(m_lines[line].near, SHUT_RDWR);
    ::shutdown(m_lines[line].far, SHUT_RDWR);
  }
  void freeze(std::size_t line)
  {
    m_lines[line].is_frozen = true;
    wake();
  }

private:
  struct Line {
    int near = -1;
    int far = -1;
    std::array<int, 2> ends = {-1, -1};  // ours, of near and far
    std::array<Bytes, 2> waiting;        // from ends[i], for the other
    std::array<bool, 2> has_ended = {};
    std::atomic<bool> is_frozen = false;
  };

  static void make_pair(int& theirs, int& ours)
  {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    theirs = ends[0];
    ours = ends[1];
    const int small = 8192;
    ::setsockopt(theirs, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    ::fcntl(ours, F_SETFL, O_NONBLOCK);
  }
  void wake()
  {
    const std::uint64_t one = 1;
    REQUIRE(::write(m_wake, &one, sizeof one) == sizeof one);
  }
  void carry()
  {
    while (!m_ends) {
      std::vector<pollfd> polled = {{m_wake, POLLIN, 0}};
      for (Line& line : m_lines) {
        for (std::size_t side = 0; side < 2; ++side) {
          const bool may_read = !line.is_frozen && line.waiting[side].empty() && !line.has_ended[side];
          const bool may_write = !line.is_frozen && !line.waiting[1 - side].empty();
          const int events = (may_read ? POLLIN : 0) | (may_write ? POLLOUT : 0);
          polled.push_back({events == 0 ? -1 : line.ends[side], static_cast<short>(events), 0});
        }
      }
      ::poll(polled.data(), polled.size(), -1);
      if (polled[0].revents != 0) {
        std::uint64_t count = 0;
        REQUIRE(::read(m_wake, &count, sizeof count) == sizeof count);
      }
      for (std::size_t i = 1; i < polled.size(); ++i) {
        if (m_random() % 2 == 0) { // the others first
          move(m_lines[(i - 1) / 2], (i - 1) % 2, polled[i].revents);
        }
      }
    }
  }
  void move(Line& line, std::size_t side, short ready)
  {
    if ((ready & (POLLIN | POLLHUP)) != 0 && line.waiting[side].empty() && !line.has_ended[side]) {
      Bytes& into = line.waiting[side];
      into.resize(1 + m_random() % 20'000);
      const ssize_t count = ::read(line.ends[side], into.data(), into.size());
      into.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
      if (count == 0) {
        line.has_ended[side] = true;
        ::shutdown(line.ends[1 - side], SHUT_WR);
      }
    }
    Bytes& from = line.waiting[1 - side];
    if ((ready & POLLOUT) != 0 && !from.empty()) {
      const ssize_t count = ::send(line.ends[side], from.data(), from.size(), MSG_NOSIGNAL);
      drop_front(from, count > 0 ? static_cast<std::size_t>(count) : count < 0 && errno == EAGAIN ? 0 : from.size());
    }
  }

  std::vector<Line> m_lines;
  int m_wake;
  std::atomic<bool> m_ends = false;
  std::mt19937 m_random{11};
  std::jthread m_thread;
};

} // namespace godwit::test
