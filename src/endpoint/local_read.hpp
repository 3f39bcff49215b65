#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "godwit/base/budget.hpp"
#include "godwit/base/rate_limit.hpp"
#include "godwit/delta/file_match.hpp"
#include "godwit/delta/in_place.hpp"
#include "godwit/delta/split.hpp"
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
  Budget split_budget{delta::max_split_bytes}; // of files whose split forms are matched at once
  std::mutex limit_mutex;
  RateLimit limit;                // of what is read, for copies on this machine
  std::atomic<bool> stopped = false;
  std::mutex refining_mutex;
  std::multiset<std::uint64_t> refining; // ids whose finer sums were asked for, once for each request
  std::function<void(std::uint64_t id)> go_on; // has the lane of this file call its go_on()

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

// A file that is being matched, with all it needs.
struct Matching {
  // `split_form` is null where the file itself is matched.
  Matching(OpenSource opened, std::unique_ptr<fs::FileReader> duplicate, std::unique_ptr<delta::SplitView> split_form,
           const HashKey& key, const proto::Match& asked, const delta::FileMatchSettings& settings,
           delta::OpWriter::Emit emit)
      : source(std::move(opened)), reader(std::move(duplicate)), split(std::move(split_form)), request(asked),
        writer(std::move(emit)), in_place(*reader, writer), match(key, content(), sink(), settings)
  {
  }
  ReadAt& content() { return split ? static_cast<ReadAt&>(*split) : *reader; }
  // What ops go to once they are settled.
  delta::OpSink& sink() { return request.in_place ? static_cast<delta::OpSink&>(in_place) : writer; }
  OpenSource source;
  std::unique_ptr<fs::FileReader> reader;
  std::unique_ptr<delta::SplitView> split;
  Lease split_lease;
  proto::Match request;
  delta::OpWriter writer;
  delta::InPlaceFilter in_place;
  delta::FileMatch match;
};

// Reads the source's files. One a lane.
class SourceLane
{
public:
  explicit SourceLane(LaneContext& context);

  void read(const proto::Read& request);
  // Whole, or against the sums of a basis, of which this is the first part.
  void match(const proto::Match& request, ByteView sums, bool is_last);
  // More of them.
  void add_sums(std::uint64_t id, ByteView sums, bool is_last);
  // A reply with finer sums that were asked for.
  void refine(std::uint64_t id, const Bytes& sums);
  // The next part of a file that is being matched.
  void go_on(std::uint64_t id);
  void remove(const proto::SourceFile& file);
  void hash(const proto::Hash& request);

  // fs::read_as_listed(); errno ENOENT: it is gone.
  Result<bool> read_listed(std::uint32_t base, const model::RelPath& path, std::uint64_t size, model::Time mtime,
                           Bytes& content);
  // errno ENOENT: it is gone.
  Result<OpenSource> open(std::uint32_t base, const model::RelPath& path);

private:
  Result<fs::Dir> folder_of(std::uint32_t base, const model::RelPath& real_path);
  std::span<const proto::SourceFile> read_some(std::span<const proto::SourceFile> files);
  proto::FileContent read_whole(const proto::SourceFile& file, Bytes& content);
  void read_as_it_is(const proto::SourceFile& file, proto::FileContent& result, Bytes& content);
  // Under way, or ended: then it only waits for the sums that are still to come, so that none is a stray.
  struct Transfer {
    std::unique_ptr<Matching> matching;
    std::optional<proto::OpsEnd> end;
    bool has_all_sums = false;
    std::size_t asked = 0; // requests for finer sums without a reply
  };
  using Transfers = std::map<std::uint64_t, Transfer>;

  Transfer begin(const proto::Match& request, delta::Form form);
  // Takes `source` where it succeeds; Error{changed} where the file is shorter than listed.
  Result<std::unique_ptr<Matching>> prepare(OpenSource& source, const proto::Match& request, delta::Form form);
  delta::OpWriter::Emit emitter(std::uint64_t id);
  void advance(Transfers::iterator transfer);
  static proto::OpsEnd ended_by(const Error& error, std::uint64_t id, const OpenSource& source);
  // Nothing while there is more to come of it.
  Result<std::optional<proto::OpsEnd>> step(Transfer& transfer);
  Result<std::optional<proto::OpsEnd>> match_whole(Matching& matching);
  Result<std::optional<proto::OpsEnd>> finish(Matching& matching, delta::MatchResult result);

  LaneContext& m_context;
  std::vector<fs::DirCache> m_folders; // by base
  Transfers m_transfers; // files that are being matched
};

// From the file's start; a short count means that its end was reached.
Result<std::size_t> read_up_to(int fd, ByteSpan into, const std::string& what);
// A name that was listed and is gone has vanished; so has one whose folder is.
proto::ReadOutcome outcome_of(const Error& error);
bool is_unchanged(const fs::Stat& now, const fs::Stat& before);
proto::Failed failure(std::uint64_t id, const Error& error);

} // namespace godwit::endpoint
