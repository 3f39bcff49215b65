#include "godwit/model/path.hpp"

#include <algorithm>

#include "godwit/base/assert.hpp"
#include "godwit/base/escape.hpp"

namespace godwit::model {

bool
RelPath::is_valid_name(std::string_view name)
{
  return !name.empty() && name.size() <= max_component_bytes && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

bool
RelPath::is_valid(std::string_view bytes)
{
  if (bytes.empty()) {
    return true;
  }
  if (bytes.size() > max_bytes) {
    return false;
  }
  while (true) {
    const std::size_t slash = bytes.find('/');
    if (!is_valid_name(bytes.substr(0, slash))) {
      return false;
    }
    if (slash == std::string_view::npos) {
      return true;
    }
    bytes.remove_prefix(slash + 1);
  }
}

Result<RelPath>
RelPath::parse(std::string_view bytes)
{
  if (!is_valid(bytes)) {
    return make_error(ErrorKind::protocol, "cannot accept name '" + escape(bytes.substr(0, 300)) +
                                               "': it is absolute, has an empty, '.' or '..' component, "
                                               "or is too long");
  }
  RelPath path;
  path.m_bytes = CompactText(bytes);
  return path;
}

std::string_view
RelPath::name() const
{
  return view().substr(view().rfind('/') + 1); // npos + 1 is 0
}

RelPath
RelPath::parent() const
{
  const std::size_t slash = view().rfind('/');
  RelPath path;
  if (slash != std::string_view::npos) {
    path.m_bytes = CompactText(view().substr(0, slash));
  }
  return path;
}

RelPath
RelPath::child(std::string_view name) const
{
  ASSERT(is_valid_name(name));
  RelPath path;
  path.m_bytes = CompactText({view(), is_root() ? "" : "/", name});
  return path;
}

bool
RelPath::is_below(const RelPath& folder) const
{
  if (folder.is_root()) {
    return !is_root();
  }
  const std::size_t length = folder.view().size();
  return view().size() > length && view()[length] == '/' && view().starts_with(folder.view());
}

std::strong_ordering
listing_order(const RelPath& a, bool a_is_folder, const RelPath& b, bool b_is_folder)
{
  const std::string_view x = a.view();
  const std::string_view y = b.view();
  if (x.empty() || y.empty()) {
    return !x.empty() <=> !y.empty();
  }
  const auto [at_x, at_y] = std::mismatch(x.begin(), x.end(), y.begin(), y.end());
  const bool x_ends = at_x == x.end();
  const bool y_ends = at_y == y.end();
  // At the component that differs, is each of them a folder?
  const bool x_folder = a_is_folder || std::find(at_x, x.end(), '/') != x.end();
  const bool y_folder = b_is_folder || std::find(at_y, y.end(), '/') != y.end();
  if (x_ends && y_ends) {
    return x_folder <=> y_folder;
  }
  if (x_folder != y_folder) {
    return x_folder <=> y_folder;
  }
  // A folder's name ends with '/', any other with nothing; and `x` before `x/y`.
  const int cx = !x_ends ? static_cast<unsigned char>(*at_x) : x_folder ? '/' : -1;
  const int cy = !y_ends ? static_cast<unsigned char>(*at_y) : y_folder ? '/' : -1;
  return cx != cy ? cx <=> cy : y_ends <=> x_ends;
}

} // namespace godwit::model
