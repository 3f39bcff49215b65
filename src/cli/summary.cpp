#include "summary.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

#include <fmt/format.h>
#include <sys/stat.h>

#include "godwit/base/escape.hpp"
#include "itemize.hpp"
#include "number_format.hpp"

namespace godwit::cli
{

namespace
{

// How many there are of each type, in the order that they are printed in.
using Counts = std::array<std::uint64_t, 5>;

// "8 (reg: 3, dir: 3)"; what there is none of is left out.
std::string
with_parts(std::uint64_t count, const Counts& counts, int level)
{
  constexpr std::array<std::string_view, 5> names{"reg", "dir", "link", "dev", "special"};
  std::string inside;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (counts[i] != 0) {
      inside +=
          fmt::format("{}{}: {}", inside.empty() ? "" : ", ", names[i], format_number(counts[i], level));
    }
  }
  return format_number(count, level) + (inside.empty() ? "" : " (" + inside + ")");
}

char
type_character(model::Type type)
{
  switch (type) {
  case model::Type::folder:
    return 'd';
  case model::Type::symlink:
    return 'l';
  case model::Type::fifo:
    return 'p';
  case model::Type::socket:
    return 's';
  case model::Type::char_device:
    return 'c';
  case model::Type::block_device:
    return 'b';
  case model::Type::regular:
  case model::Type::unknown:
    break;
  }
  return '-';
}

void
mark(char& place, bool special, char letter)
{
  if (special) {
    const char upper = static_cast<char>(letter - 'a' + 'A');
    place = place == '-' ? upper : letter;
  }
}

// As ls -l shows it.
std::string
mode_text(const model::Entry& entry)
{
  std::string text = "-rwxrwxrwx";
  for (std::size_t bit = 0; bit < 9; ++bit) {
    if ((entry.mode >> (8 - bit) & 1U) == 0) {
      text[bit + 1] = '-';
    }
  }
  text[0] = type_character(entry.type);
  mark(text[3], (entry.mode & S_ISUID) != 0, 's');
  mark(text[6], (entry.mode & S_ISGID) != 0, 's');
  mark(text[9], (entry.mode & S_ISVTX) != 0, 't');
  return text;
}

std::string
time_text(const model::Time& time)
{
  const std::time_t seconds = time.seconds;
  std::tm broken{};
  if (::localtime_r(&seconds, &broken) == nullptr) {
    return fmt::format("{:>19}", time.seconds);
  }
  return fmt::format("{:04}/{:02}/{:02} {:02}:{:02}:{:02}", broken.tm_year + 1900L, broken.tm_mon + 1,
                     broken.tm_mday, broken.tm_hour, broken.tm_min, broken.tm_sec);
}

} // namespace

std::string
stats_block(const model::Totals& t, int level)
{
  const auto number = [level](std::uint64_t count) {
    return format_number(count, level);
  };
  std::string text;
  const auto add = [&text](std::string_view name, std::string_view value) {
    text += fmt::format("{}: {}\n", name, value);
  };
  const Counts listed{t.regular, t.folders, t.symlinks, t.devices, t.specials};
  const Counts created{t.created_regular, t.created_folders, t.created_symlinks, t.created_devices,
                       t.created_specials};
  const Counts deleted{t.deleted_regular, t.deleted_folders, t.deleted_symlinks, t.deleted_devices,
                       t.deleted_specials};
  add("Number of files", with_parts(t.files, listed, level));
  add("Number of created files", with_parts(t.created, created, level));
  add("Number of deleted files", with_parts(t.deleted, deleted, level));
  if (t.moved != 0) {
    add("Number of moved files", number(t.moved));
  }
  add("Number of regular files transferred", number(t.transferred));
  add("Total file size", number(t.total_size) + " bytes");
  add("Total transferred file size", number(t.transferred_size) + " bytes");
  add("Literal data", number(t.literal_bytes) + " bytes");
  add("Matched data", number(t.matched_bytes) + " bytes");
  add("File list size", number(t.list_bytes));
  add("File list generation time", format_decimal(t.list_seconds, level, 3) + " seconds");
  add("File list transfer time", format_decimal(t.list_transfer_seconds, level, 3) + " seconds");
  add("Total bytes sent", number(t.sent_bytes));
  add("Total bytes received", number(t.received_bytes));
  text.pop_back();
  return text;
}

std::string
closing_lines(const model::Totals& totals, int level, RunKind kind)
{
  constexpr double least_seconds = 0.001;
  const auto moved = static_cast<double>(totals.sent_bytes + totals.received_bytes);
  const double rate = moved / std::max(totals.seconds, least_seconds);
  const double speedup = moved == 0 ? 0 : static_cast<double>(totals.total_size) / moved;
  return fmt::format("sent {} bytes  received {} bytes  {} bytes/sec\ntotal size is {}  speedup is {}{}",
                     format_number(totals.sent_bytes, level), format_number(totals.received_bytes, level),
                     format_decimal(rate, level, 2), format_number(totals.total_size, level),
                     format_decimal(speedup, level, 2), kind == RunKind::dry ? " (DRY RUN)" : "");
}

std::string
list_line(const model::Entry& entry, int level, ShowTarget target)
{
  const std::uint64_t size = entry.type == model::Type::symlink ? entry.target().size() : entry.size;
  const bool with_target = target == ShowTarget::yes && entry.type == model::Type::symlink;
  return fmt::format("{} {:>{}} {} {}{}", mode_text(entry), format_number(size, level), level == 0 ? 11 : 14,
                     time_text(entry.mtime), shown_path(entry.path),
                     with_target ? " -> " + escape(entry.target()) : "");
}

} // namespace godwit::cli
