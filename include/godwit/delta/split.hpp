#pragma once
// The split form of a program. A rebuild moves code, and with it changes the distances in calls and jumps all
// over the file, so that hardly a block stays as it was. In this form they stand apart from the code, and
// tables of addresses are differences from one record to the next:
//
//   head: machine, number of operands, and where the tables are (delta/split_head.hpp)
//   planes: of all operands (delta/operands.hpp) the lowest bytes, then the next, then the third
//   the file, with differences in its tables (delta/table_code.hpp), and in its pages of 16 KiB a filler in
//   the place of these bytes
//
// It exists only between two delta engines: of a basis and of a new file it can be read, at any offset; a new
// file is made of it. The idea is that of split-stream filters before compressors of programs.

#include <atomic>
#include <cstdint>
#include <memory>

#include "godwit/base/hash.hpp"
#include "godwit/base/io.hpp"
#include "godwit/base/rebuild.hpp"
#include "godwit/base/result.hpp"

namespace godwit::delta {

// Smaller files are sent for less than it saves; of larger ones the operands would take much memory: a tenth of
// the file, and never more than a quarter.
constexpr std::uint64_t min_split_bytes = std::uint64_t{16} << 10;
constexpr std::uint64_t max_split_bytes = std::uint64_t{128} << 20;

// Whether a file of `bytes` bytes is an ELF program for x86-64 or AArch64, for which the split form is meant.
bool is_program(ReadAt& file, std::uint64_t bytes);

// The split form of a file, made while it is read. Keeps the operands, 2 bytes for each page, some 130 for one that
// begins in a table, and the page that was read last. Any number of threads may read, one at a time.
class SplitView : public ReadAt
{
public:
  // Reads the whole file, of `file_bytes`, at most max_split_bytes. Error{changed} where it is shorter, Error{stopped}
  // once `stopped`. `file` and `key` outlive it.
  static Result<std::unique_ptr<SplitView>> open(ReadAt& file, std::uint64_t file_bytes, const HashKey& key,
                                                 const std::atomic<bool>& stopped);
  ~SplitView() override;

  std::uint64_t bytes() const;
  std::uint64_t operands() const;
  // Of the file itself, as it was when it was opened.
  Hash128 file_hash() const;
  // Error{changed} where the file is not any more what it was.
  Result<std::size_t> read_at(std::uint64_t offset, ByteSpan into) override;

private:
  struct State;
  explicit SplitView(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

// No file of so many bytes has a longer one.
std::uint64_t max_split_form_bytes(std::uint64_t file_bytes);

// Makes a file of its split form, front to back, and hashes it: nothing of the basis is shared or copied by the
// kernel. Holds its operands and a page. Used by one thread.
class SplitJoin : public Rebuild
{
public:
  // Of a file of `file_bytes`, at most max_split_bytes; `out` and `key` outlive it.
  SplitJoin(Rebuild& out, std::uint64_t file_bytes, const HashKey& key);
  ~SplitJoin() override;

  // Error{verify}: this is no split form of such a file.
  Result<> literal(ByteView bytes) override;
  Result<> hole(std::uint64_t bytes) override;
  Result<>
  copy(std::uint64_t /*basis_at*/, ByteView content) override
  {
    return literal(content);
  }
  // Error{verify} unless the file was made whole, and has this length and hash.
  Result<> finish(const Hash128& hash, std::uint64_t bytes);

private:
  struct State;
  std::unique_ptr<State> m_state;
};

} // namespace godwit::delta
