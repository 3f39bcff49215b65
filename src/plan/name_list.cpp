#include "plan/name_list.hpp"

namespace godwit::plan
{

std::string_view
NameList::name_at(std::size_t index) const
{
  const std::size_t begin = index == 0 ? 0 : m_items[index - 1].end;
  return std::string_view(m_names).substr(begin, m_items[index].end - begin);
}

void
NameList::add(std::string_view name, std::uint64_t number)
{
  m_names += name;
  m_items.push_back({number, m_names.size()});
}

std::optional<std::uint64_t>
NameList::find(std::string_view name) const
{
  std::size_t low = 0;
  std::size_t high = m_items.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (name_at(middle) < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == m_items.size() || name_at(low) != name) {
    return std::nullopt;
  }
  return m_items[low].number;
}

} // namespace godwit::plan
