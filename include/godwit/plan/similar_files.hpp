#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "godwit/model/entry.hpp"

namespace godwit::plan
{

struct NamedFile {
  std::string name;
  std::uint64_t size = 0;
  model::Time mtime;
};

// The regular files of one folder: which of them a new one may be a version of.
class SimilarFiles
{
public:
  SimilarFiles() = default;
  explicit SimilarFiles(std::vector<NamedFile> files);

  // One of its size and time (it may have been renamed), else the one whose name is nearest, and is near at
  // all; of equally near ones that of the nearest time. Never one of its own name, nor one that is so much
  // larger that reading it costs more than it saves. Null: there is none.
  const NamedFile* best_for(const NamedFile& wanted) const;

private:
  const NamedFile* of_size_and_time(const NamedFile& wanted) const;
  const NamedFile* of_near_name(const NamedFile& wanted) const;

  std::vector<NamedFile> m_files;     // by name
  std::vector<std::size_t> m_by_time; // places in it: size, second
};

} // namespace godwit::plan
