#pragma once

namespace godwit {
[[noreturn]] void assert_failed(const char* expression, const char* file, int line);
}

// A bug of ours, never the world's or a peer's fault; checked in every build.
#define ASSERT(expression)                                                                                   \
  do {                                                                                                       \
    if (!(expression)) [[unlikely]] {                                                                        \
      ::godwit::assert_failed(#expression, __FILE__, __LINE__);                                              \
    }                                                                                                        \
  } while (false)
