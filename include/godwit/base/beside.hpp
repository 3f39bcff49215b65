#pragma once

#include <system_error>
#include <thread>

namespace godwit {

// Runs `work`, which throws nothing, on a thread of its own; where none is to be had, here and before it returns.
template <class Work>
std::jthread
run_beside(const Work& work)
{
  try {
    return std::jthread(work);
  } catch (const std::system_error&) {
    work();
    return {};
  }
}

} // namespace godwit
