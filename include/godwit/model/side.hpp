#pragma once

#include <cstdint>

namespace godwit::model {

enum class Side : std::uint8_t { source, dest };

} // namespace godwit::model
