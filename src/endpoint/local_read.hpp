#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "godwit/base/budget.hpp"
#include "godwit/base/rate_limit.hpp"
#include "godwit/delta/in_place.hpp"
#include "godwit/delta/matcher.hpp"
#include "godwit/delta/refine.hpp"
#include "godwit/endpoint/endpoint.hpp"
#include "godwit/fs/dir_cache.hpp"
#include "godwit/fs/file_reader.hpp"
#include "roots.hpp"

namespace godwit::endpoint {

// What all lanes of one Local share.
struct LaneContext {
  const Roots& roots;
  Answers answer;
  Budget payload;                 // content and ops under way
  std::mutex limit_mutex;
  RateLimit limit;                // of what is read, for copies on this machine
  std::atomic<bool> stopped = false;
  std::mutex refining_mutex;
  std::set<std::uint64_t> refining; // ids whose finer sums were asked for

  LaneContext(const Roots& opened, Answers answers, std::size_t payload_bytes, std::uint64_t bytes_per_second)
      : roots(opened), answer(std::move(answers)), payload(payload_bytes), limit(bytes_per_second)
  {
  }
  void pass_limit(std::size_t bytes);
};

// An open source file, and how it was when it was opened.
struct OpenSource {
  fs::Fd file;
  fs::Stat stat;
};

// A file that is being matched, with all it needs; kept while finer sums are awaited.
struct Matching {
  Matching(OpenSource opened, fs::FileReader duplicate, const HashKey& key, const proto::Match& asked,
           std::uint64_t basis_bytes, delta::OpWriter::Emit emit)
      : source(std::move(opened)), reader(std::move(duplicate)), request(asked), writer(std::move(emit)),
        in_place(reader, writer), refiner(key, reader, basis_bytes, sink())
  {
  }
  // What ops go to once they are settled.
  delta::OpSink& sink() { return request.in_place ? static_cast<delta::OpSink&>(in_place) : writer; }
  OpenSource source;
  fs::FileReader reader;
  proto::Match request;
  delta::OpWriter writer;
  delta::InPlaceFilter in_place;
  delta::Refiner refiner;
  delta::MatchResult result;
};

// Reads the source's files. One a lane.
class SourceLane
{
public:
  explicit SourceLane(LaneContext& context);

  void read(const proto::Read& request);
  // Whole (`sums` empty) or against the encoded sums of a basis.
  void match(const proto::Match& request, const Bytes& sums);
  // The finer sums that were asked for.
  void refine(std::uint64_t id, const Bytes& sums);
  void remove(const proto::SourceFile& file);
  void hash(const proto::Hash& request);

  // fs::read_as_listed(); errno ENOENT: it is gone.
  Result<bool> read_listed(const proto::SourceFile& file, Bytes& content);
  // errno ENOENT: it is gone.
  Result<OpenSource> open(std::uint32_t base, const model::RelPath& path);

private:
  Result<fs::Dir> folder_of(std::uint32_t base, const model::RelPath& real_path);
  proto::FileContent read_whole(const proto::SourceFile& file);
  void read_as_it_is(const proto::SourceFile& file, proto::FileContent& result);
  // Says how it ended, unless finer sums were asked for.
  std::optional<proto::OpsEnd> match_open(OpenSource source, const proto::Match& request, const Bytes& sums);
  Result<delta::MatchResult> run_match(Matching& matching, delta::Signature signature, bool refines);
  std::optional<proto::OpsEnd> ask_or_finish(std::unique_ptr<Matching> matching);

  LaneContext& m_context;
  std::vector<fs::DirCache> m_folders; // by base
  std::map<std::uint64_t, std::unique_ptr<Matching>> m_matching; // those that await finer sums
};

// From the file's start; a short count means that its end was reached.
Result<std::size_t> read_up_to(int fd, ByteSpan into, const std::string& what);
// A name that was listed and is gone has vanished; so has one whose folder is.
proto::ReadOutcome outcome_of(const Error& error);
bool is_unchanged(const fs::Stat& now, const fs::Stat& before);
proto::Failed failure(std::uint64_t id, const Error& error);

} // namespace godwit::endpoint
