#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace godwit {

class Lease;

// So many units (bytes or entries) that may be under way at once. take() blocks
// its thread until there is room; the Lease travels with what it pays for and
// gives back when that is destroyed, on whatever thread. A request larger than
// the whole budget is granted alone. After close() nothing blocks any more.
// Outlives its leases: the state is shared between the Budget and each Lease.
class Budget
{
public:
  explicit Budget(std::size_t units);
  ~Budget();
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  Lease take(std::size_t units);
  // Does not wait: nothing where there is no room now.
  std::optional<Lease> try_take(std::size_t units);
  void close();

private:
  friend class Lease;
  struct State;
  std::shared_ptr<State> m_state; // owners: the Budget and every Lease
};

class Lease
{
public:
  Lease() = default;
  ~Lease() { release(); }
  Lease(Lease&& other) noexcept
      : m_state(std::move(other.m_state)), m_units(std::exchange(other.m_units, 0))
  {
  }
  Lease& operator=(Lease&& other) noexcept
  {
    if (this != &other) {
      release();
      m_state = std::move(other.m_state);
      m_units = std::exchange(other.m_units, 0);
    }
    return *this;
  }

  void release();

private:
  friend class Budget;
  Lease(std::shared_ptr<Budget::State> state, std::size_t units) : m_state(std::move(state)), m_units(units) {}

  std::shared_ptr<Budget::State> m_state;
  std::size_t m_units = 0;
};

} // namespace godwit
