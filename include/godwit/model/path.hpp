#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "godwit/base/compact_text.hpp"
#include "godwit/base/result.hpp"

namespace godwit::model {

// A place below a root: raw bytes, components joined by single slashes, never
// absolute, no empty, `.` or `..` component, no NUL. Empty: the root itself.
// Checked when made, so whoever holds one need not check again.
class RelPath
{
public:
  static constexpr std::size_t max_component_bytes = 255;
  static constexpr std::size_t max_bytes = 1U << 20U;

  RelPath() = default;
  // For bytes from a peer or a user.
  static Result<RelPath> parse(std::string_view bytes);
  static bool is_valid(std::string_view bytes);
  // One component: what a directory may hold as a name.
  static bool is_valid_name(std::string_view name);

  bool is_root() const { return m_bytes.empty(); }
  std::string_view view() const { return m_bytes.view(); } // as long as the path is there and not assigned to
  std::string str() const { return std::string(view()); }
  const char* c_str() const { return m_bytes.c_str(); }
  std::string_view name() const;
  RelPath parent() const;
  std::string_view parent_view() const; // of parent(), as long as this path is there and not assigned to
  // `name` must be a valid name: one that a directory held, say.
  RelPath child(std::string_view name) const;
  bool is_below(const RelPath& folder) const;

  auto operator<=>(const RelPath&) const = default;

private:
  CompactText m_bytes;
};

// The order of the bytes, for sets and maps that are searched by parent_view().
struct PathLess {
  using is_transparent = void;
  static std::string_view bytes(const RelPath& path) { return path.view(); }
  static std::string_view bytes(std::string_view path) { return path; }
  bool operator()(const auto& a, const auto& b) const { return bytes(a) < bytes(b); }
};

// The order of every listing, on the wire and in output: in a folder first all
// that is no folder, then the folders, each followed by its contents; bytewise
// within both, a folder's name with its `/`. The root comes first.
std::strong_ordering listing_order(const RelPath& a, bool a_is_folder, const RelPath& b, bool b_is_folder);

} // namespace godwit::model
