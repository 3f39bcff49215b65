#include "plan/levels.hpp"

#include <utility>

#include "godwit/base/assert.hpp"

namespace godwit::plan
{

using model::RelPath;

RelPath
Levels::path() const
{
  auto path = RelPath::parse(m_path);
  ASSERT(path);
  return *std::move(path);
}

bool
Levels::hold(const RelPath& path) const
{
  const std::string_view bytes = path.view();
  const std::size_t length = m_path.size();
  if (length == 0) {
    return !bytes.empty();
  }
  return bytes.size() > length && bytes[length] == '/' && bytes.compare(0, length, m_path) == 0;
}

Level&
Levels::push(std::string_view path, Level::State state)
{
  m_path = path;
  if (path.empty()) {
    ASSERT(is_at_root());
  } else {
    m_levels.emplace_back();
  }
  top().state = state;
  top().path_bytes = path.size();
  return top();
}

void
Levels::pop()
{
  ASSERT(!is_at_root());
  m_levels.pop_back();
  m_path.resize(top().path_bytes);
}

} // namespace godwit::plan
