#pragma once
// Numbers as rsync prints them. `level` is Options::human_readable: 0 digits
// alone, 1 digits in groups of three, 2 units of 1000, above that units of 1024.

#include <cstdint>
#include <string>

namespace godwit::cli
{

// 1234567: "1234567", "1,234,567", "1.23M", "1.18M".
std::string format_number(std::uint64_t number, int level);

// With so many digits behind the point, where no unit is used.
std::string format_decimal(double number, int level, int digits);

// A rate in bytes a second: seven characters and "kB/s", "MB/s" or "GB/s", in units of 1024.
std::string format_rate(double bytes_per_second);

// "   0:01:05", or question marks for what cannot be told.
std::string format_clock(double seconds);

} // namespace godwit::cli
