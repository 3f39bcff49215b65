#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::plan
{

// Names of one folder, added in bytewise order, each with a number. Packed, for a folder may hold a million.
class NameList
{
public:
  void add(std::string_view name, std::uint64_t number);
  std::optional<std::uint64_t> find(std::string_view name) const;

private:
  struct Item {
    std::uint64_t number;
    std::size_t end; // of the name in m_names
  };
  std::string_view name_at(std::size_t index) const;

  std::string m_names;
  std::vector<Item> m_items;
};

} // namespace godwit::plan
