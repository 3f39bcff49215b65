#include "godwit/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace godwit {

void
assert_failed(const char* expression, const char* file, int line)
{
  std::fprintf(stderr, "godwit: internal error: %s at %s:%d\n", expression, file, line);
  std::abort();
}

} // namespace godwit
