#pragma once

#include <variant>

#include "delta/anchor_search.hpp"
#include "delta/range_search.hpp"
#include "delta/rolling_search.hpp"

namespace godwit::delta {

// What a search knows of a basis, by the kind of its keys. Several threads may search with one.
class BasisTable
{
public:
  // `key` outlives it.
  BasisTable(const HashKey& key, Signature signature) : m_table(make(key, std::move(signature))) {}

  std::uint32_t
  block_bytes() const
  {
    return std::visit([](const auto& table) { return table.signature.shape.block_bytes; }, m_table);
  }
  // Blocks are found by their anchors: parts of a file can be searched on their own.
  bool
  is_divisible() const
  {
    return std::holds_alternative<AnchorTable>(m_table);
  }
  // Looks for the blocks in a range, which is all of the file where it is not divisible.
  Result<Searched>
  search(ReadAt& source, const SearchRange& range, ContentHash& hash, OpSink& sink) const
  {
    return search_range(source, range, block_bytes(), hash, sink,
                        [&](Window& window, Output& output, std::uint64_t stop) -> Result<> {
                          if (const auto* rolling = std::get_if<RollingTable>(&m_table)) {
                            return RollingSearch(*rolling, window, output).run();
                          }
                          return AnchorSearch(std::get<AnchorTable>(m_table), window, output).run_to(stop);
                        });
  }

private:
  using Table = std::variant<RollingTable, AnchorTable>;

  static Table
  make(const HashKey& key, Signature signature)
  {
    if (signature.shape.kind == KeyKind::rolling) {
      return Table(std::in_place_type<RollingTable>, key, std::move(signature));
    }
    return Table(std::in_place_type<AnchorTable>, key, std::move(signature));
  }

  Table m_table;
};

} // namespace godwit::delta
