#include "godwit/plan/similar_files.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "godwit/plan/name_distance.hpp"

namespace godwit::plan
{

namespace
{

// A smaller one saves less than its sums cost.
constexpr std::uint64_t min_basis_bytes = 1U << 10U;
// How far from its place among the names the nearest one is looked for, so that
// a folder of very many new files takes no time in the square of them.
constexpr std::size_t max_compared = 512;
// A basis is read from end to end, and its sums are sent.
constexpr std::uint64_t max_times_larger = 64;

std::uint64_t
seconds_between(const NamedFile& a, const NamedFile& b)
{
  const auto [less, more] = std::minmax(a.mtime.seconds, b.mtime.seconds);
  return static_cast<std::uint64_t>(more) - static_cast<std::uint64_t>(less);
}

auto
time_key(const NamedFile& file)
{
  return std::pair(file.size, file.mtime.seconds);
}

bool
name_order(const NamedFile& a, const NamedFile& b)
{
  return a.name < b.name;
}

} // namespace

SimilarFiles::SimilarFiles(std::vector<NamedFile> files) : m_files(std::move(files))
{
  std::erase_if(m_files, [](const NamedFile& file) { return file.size < min_basis_bytes; });
  std::sort(m_files.begin(), m_files.end(), name_order);
  m_by_time.resize(m_files.size());
  std::iota(m_by_time.begin(), m_by_time.end(), std::size_t{0});
  std::stable_sort(m_by_time.begin(), m_by_time.end(), [this](std::size_t a, std::size_t b) {
    return time_key(m_files[a]) < time_key(m_files[b]);
  });
}

const NamedFile*
SimilarFiles::best_for(const NamedFile& wanted) const
{
  const NamedFile* const equal = of_size_and_time(wanted);
  return equal != nullptr ? equal : of_near_name(wanted);
}

const NamedFile*
SimilarFiles::of_size_and_time(const NamedFile& wanted) const
{
  const auto below = [this](std::size_t place, const auto& key) {
    return time_key(m_files[place]) < key;
  };
  const auto key = time_key(wanted);
  for (auto at = std::lower_bound(m_by_time.begin(), m_by_time.end(), key, below);
       at != m_by_time.end() && time_key(m_files[*at]) == key; ++at) {
    if (m_files[*at].name != wanted.name) {
      return &m_files[*at];
    }
  }
  return nullptr;
}

const NamedFile*
SimilarFiles::of_near_name(const NamedFile& wanted) const
{
  const auto place = std::lower_bound(m_files.begin(), m_files.end(), wanted, name_order);
  const auto before = std::min<std::ptrdiff_t>(place - m_files.begin(), max_compared);
  const auto after = std::min<std::ptrdiff_t>(m_files.end() - place, max_compared);
  const NamedFile* best = nullptr;
  std::tuple<std::uint32_t, std::uint64_t> least; // distance, seconds apart
  for (auto file = place - before; file != place + after; ++file) {
    if (file->size / max_times_larger > wanted.size || file->name == wanted.name) {
      continue;
    }
    const std::uint32_t most = similar_within(wanted.name, file->name);
    const std::uint32_t bound = best == nullptr ? most : std::min(most, std::get<0>(least));
    const std::uint32_t distance = name_distance(wanted.name, file->name, bound);
    const std::tuple rank{distance, seconds_between(wanted, *file)};
    if (distance <= bound && (best == nullptr || rank < least)) {
      best = &*file;
      least = rank;
    }
  }
  return best;
}

} // namespace godwit::plan
