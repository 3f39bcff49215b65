#pragma once

#include <string>

#include "godwit/base/io.hpp"
#include "godwit/fs/fd.hpp"

namespace godwit::fs {

// A ReadAt over an open file, which it owns. `label` names it in errors. Any
// number of threads may read.
class FileReader : public ReadAt
{
public:
  FileReader(Fd file, std::string label) : m_file(std::move(file)), m_label(std::move(label)) {}
  Result<std::size_t> read_at(std::uint64_t offset, ByteSpan into) override;
  DataRange data_from(std::uint64_t offset) override;
  int fd() const { return m_file.get(); }

private:
  Fd m_file;
  std::string m_label;
};

} // namespace godwit::fs
