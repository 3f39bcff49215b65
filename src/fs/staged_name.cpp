#include "godwit/fs/staged_name.hpp"

#include <atomic>
#include <cstdint>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

#include "godwit/base/hash.hpp"
#include "godwit/fs/fd.hpp"
#include "godwit/model/path.hpp"

namespace godwit::fs {
namespace {

constexpr std::string_view prefix = ".godwit-";
constexpr std::size_t digits = 8;
// `.godwit-` 8 `-` 8 `-`
constexpr std::size_t target_at = prefix.size() + 2 * (digits + 1);

std::uint64_t
plain_hash(std::string_view text)
{
  static const HashKey key{HashKey::Seed{}};
  return key.hash64(as_bytes(text));
}

std::string
hexadecimal(std::uint64_t value, int width)
{
  char text[17];
  std::snprintf(text, sizeof text, "%0*llx", width, static_cast<unsigned long long>(value));
  return text;
}

std::string
read_boot()
{
  char text[64];
  const Fd file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  const ssize_t length = file ? ::read(file.get(), text, sizeof text) : -1;
  if (length <= 0) {
    return std::string(digits, '0');
  }
  return hexadecimal(plain_hash({text, static_cast<std::size_t>(length)}) >> 32U, digits);
}

const std::string&
boot()
{
  static const std::string text = read_boot();
  return text;
}

std::uint32_t
next_run()
{
  static const std::uint32_t first = [] {
    std::uint32_t random = 0;
    fill_random(std::as_writable_bytes(std::span(&random, 1)));
    return random;
  }();
  static std::atomic<std::uint32_t> count = 0;
  return first + count.fetch_add(1, std::memory_order_relaxed);
}

bool
are_digits(std::string_view text)
{
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

std::string
staged_name_for(std::string_view target)
{
  std::string name(prefix);
  name += boot();
  name += '-';
  name += hexadecimal(next_run(), digits);
  name += '-';
  if (name.size() + target.size() <= model::RelPath::max_component_bytes) {
    name += target;
  } else {
    name += '#';
    name += hexadecimal(plain_hash(target), 16);
  }
  return name;
}

bool
is_staged_name(std::string_view name)
{
  return name.size() > target_at && name.starts_with(prefix) && name[prefix.size() + digits] == '-' &&
         name[target_at - 1] == '-' && are_digits(name.substr(prefix.size(), digits)) &&
         are_digits(name.substr(prefix.size() + digits + 1, digits));
}

std::string_view
target_of_staged(std::string_view name)
{
  const std::string_view target = name.substr(target_at);
  const bool is_hash = target.size() == 17 && target.front() == '#' && are_digits(target.substr(1));
  return is_hash ? std::string_view() : target;
}

bool
is_of_this_boot(std::string_view name)
{
  return name.substr(prefix.size(), digits) == boot();
}

void
prepare_staged_names()
{
  boot();
}

} // namespace godwit::fs
