#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "godwit/base/budget.hpp"
#include "godwit/base/rate_limit.hpp"
#include "godwit/endpoint/endpoint.hpp"
#include "godwit/fs/dir_cache.hpp"
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

// Reads the source's files. One a lane.
class SourceLane
{
public:
  explicit SourceLane(LaneContext& context);

  void read(const proto::Read& request);
  // Whole (`sums` empty) or against the encoded sums of a basis.
  void match(const proto::SourceFile& file, const Bytes& sums);
  void remove(const proto::SourceFile& file);

  // errno ENOENT: it is gone.
  Result<OpenSource> open(std::uint32_t base, const model::RelPath& path);

private:
  Result<fs::Dir> folder_of(std::uint32_t base, const model::RelPath& real_path);
  proto::FileContent read_whole(const proto::SourceFile& file);
  proto::OpsEnd match_open(const OpenSource& source, const proto::SourceFile& file, const Bytes& sums);

  LaneContext& m_context;
  std::vector<fs::DirCache> m_folders; // by base
};

// From the file's start; a short count means that its end was reached.
Result<std::size_t> read_up_to(int fd, ByteSpan into, const std::string& what);
bool is_unchanged(const fs::Stat& now, const fs::Stat& before);
proto::Failed failure(std::uint64_t id, const Error& error);

} // namespace godwit::endpoint
