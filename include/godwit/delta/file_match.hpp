#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "godwit/base/hash.hpp"
#include "godwit/base/io.hpp"
#include "godwit/base/result.hpp"
#include "godwit/delta/matcher.hpp"
#include "godwit/delta/ops.hpp"

namespace godwit::delta {

struct FileMatchSettings {
  std::uint64_t file_bytes = 0;   // of the new file, as it was listed
  std::uint64_t least_saving = 0; // bytes of the whole file for which an exchange of finer sums pays; 0: none does
  unsigned threads = 1;           // that search a part, 1 to 16
  bool holds_back = false;        // no ops before the last sums have come: the basis is overwritten
  Form form = Form::plain;        // of the new file; the sums have to be of the same
};

// Matches a new file against the sums of a basis, while they come, and finds out what finer sums to ask for.
//
// A file of 64 MiB and more whose blocks have anchors is searched in parts of 32 MiB. Each has a Refiner of its
// own; its ops go out as soon as it is settled and those before it are gone, so literals flow while what
// follows is searched, and the exchanges of all parts overlap. Threads share a part, and what reaches across
// the end of a thread's share or of a part is one match. Before all sums are there a part is looked for in its own
// place alone; one that was changed otherwise than in place waits for them, and is then searched anew.
//
//   add_sums(part) as they come, then, and after each:
//   do step() while it says so; each request it hands out goes to the basis' side,
//   whose replies come back in that order: refine(), and step() again
//
// Holds a window of 2 MiB and eight blocks a thread, the sums, and of segments 16 MiB and what one part adds to
// them; with `holds_back` it stops asking at 16 MiB, and lets them go when the replies are there. Used by one thread
// at a time; starts others while it runs, and searches alone where none is to be had.
class FileMatch
{
public:
  // `key`, `source` and `out` outlive it. `out` is not finished.
  FileMatch(const HashKey& key, ReadAt& source, OpSink& out, const FileMatchSettings& settings);
  ~FileMatch();
  FileMatch(FileMatch&&) noexcept;

  // The next bytes of an encoded signature. Error{protocol}: it is malformed, or of another form.
  Result<> add_sums(ByteView part);
  bool has_all_sums() const;
  // There are blocks to search for, as far as is known.
  bool has_basis() const;

  struct Step {
    std::vector<Bytes> requests; // SumRequests in wire form
    bool goes_on = false;        // another step() finds more to do
    bool is_done = false;        // all ops are out: result() is known
  };
  // Searches one part at most. An error of the source or of `out` ends it.
  Result<Step> step();
  // The reply to the oldest request that has none yet. One that is not what was asked for ends all asking.
  // Error{protocol}: nothing was asked for.
  Result<> refine(ByteView sums);
  bool is_asking() const;
  MatchResult result() const;

private:
  struct State;
  std::unique_ptr<State> m_state;
};

} // namespace godwit::delta
