#include "similar_basis.hpp"

#include <utility>
#include <vector>

#include <fcntl.h>

#include "godwit/fs/folder_files.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t max_names = 100'000; // some 100 bytes and 1.4 µs each

Result<plan::SimilarFiles>
list(const fs::Dir& folder)
{
  TRY_ASSIGN(std::vector<fs::FolderFile> files, fs::files_in(folder, max_names));
  std::vector<plan::NamedFile> named;
  named.reserve(files.size());
  for (fs::FolderFile& file : files) {
    named.push_back({std::move(file.name), file.stat.size, file.stat.mtime});
  }
  return plan::SimilarFiles(std::move(named));
}

} // namespace

Result<fs::OpenedFile>
SimilarBasis::open(const fs::Dir& folder, const proto::Signature& request)
{
  const model::RelPath path = request.path.parent();
  if (m_path != path) {
    m_path.reset();
    TRY_ASSIGN(m_files, list(folder));
    m_path = path;
  }
  const plan::NamedFile* const best =
      m_files.best_for({std::string(request.path.name()), request.size, request.mtime});
  if (best == nullptr) {
    return make_error(ErrorKind::system, "none");
  }
  return folder.open_and_stat(best->name, O_RDONLY);
}

} // namespace godwit::endpoint
