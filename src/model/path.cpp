#include "godwit/model/path.hpp"

#include <algorithm>
#include <cstring>

#include "godwit/base/assert.hpp"
#include "godwit/base/escape.hpp"

namespace godwit::model {

namespace {

// Of a component that holds no slash and no NUL.
bool
is_valid_component(std::string_view name)
{
  const bool is_dots = name.size() <= 2 && name == std::string_view("..").substr(0, name.size());
  return name.size() <= RelPath::max_component_bytes && !is_dots;
}

// What comes after the last slash begins here.
std::size_t
name_at(std::string_view path)
{
  const void* const slash = path.empty() ? nullptr : ::memrchr(path.data(), '/', path.size());
  return slash == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(slash) - path.data()) + 1;
}

} // namespace

bool
RelPath::is_valid_name(std::string_view name)
{
  return is_valid_component(name) && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

bool
RelPath::is_valid(std::string_view bytes)
{
  if (bytes.empty()) {
    return true;
  }
  if (bytes.size() > max_bytes || bytes.find('\0') != std::string_view::npos) {
    return false;
  }
  while (true) {
    const std::size_t slash = bytes.find('/');
    if (!is_valid_component(bytes.substr(0, slash))) {
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
  return view().substr(name_at(view()));
}

std::string_view
RelPath::parent_view() const
{
  const std::size_t name = name_at(view());
  return view().substr(0, name == 0 ? 0 : name - 1);
}

RelPath
RelPath::parent() const
{
  RelPath path;
  path.m_bytes = CompactText(parent_view());
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
