#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "godwit/delta/patcher.hpp"
#include "godwit/delta/signature.hpp"
#include "godwit/delta/split.hpp"
#include "godwit/fs/file_reader.hpp"
#include "godwit/fs/folder_times.hpp"
#include "godwit/fs/staged_file.hpp"
#include "godwit/fs/staged_rebuild.hpp"
#include "godwit/endpoint/local.hpp"
#include "local_read.hpp"
#include "mover.hpp"
#include "similar_basis.hpp"
#include "staged_folders.hpp"

namespace godwit::endpoint {

// FolderTimes for several lanes.
class SharedFolderTimes
{
public:
  void put_back(fs::FolderTimes::PutBack which)
  {
    const std::scoped_lock lock(m_mutex);
    m_times.put_back(which);
  }
  Result<> note(const model::RelPath& path, const fs::Dir& folder)
  {
    const std::scoped_lock lock(m_mutex);
    return m_times.note(path, folder);
  }
  void want(const model::RelPath& path, const fs::Metadata& wanted)
  {
    const std::scoped_lock lock(m_mutex);
    m_times.want(path, wanted);
  }
  void forget(const model::RelPath& path)
  {
    const std::scoped_lock lock(m_mutex);
    m_times.forget(path);
  }
  void finish(const fs::Dir& root, const std::function<void(const model::RelPath&, Error)>& failed)
  {
    const std::scoped_lock lock(m_mutex);
    m_times.finish(root, failed);
  }

private:
  std::mutex m_mutex;
  fs::FolderTimes m_times;
};

// Changes the dest's tree. One a lane; the messages of one id come to one lane.
class DestLane
{
public:
  DestLane(LaneContext& context, SharedFolderTimes& times, StagedFolders& staged);
  ~DestLane();

  void signature(const proto::Signature& request);
  void gaps(const proto::Gaps& request);
  void apply(const proto::Apply& request);
  void ops(const proto::Ops& ops);
  void ops_end(const proto::OpsEnd& end);
  void put(const proto::Put& request);
  void make(const proto::Make& request);
  void folder_sent(const proto::FolderSent& request);
  void set_metadata(const proto::SetMetadata& request);
  Result<> hand_on_group(const model::Entry& wanted);
  void remove(const proto::Remove& request);
  void copy(SourceLane& source, const std::vector<proto::PutFile>& files);
  void hash(const proto::Hash& request);
  void move(const proto::Move& request) { report(request.id, m_mover.move(request)); }
  void drop_retained() { m_mover.drop_retained(); }
  void retain(const proto::Retain& request) { report(request.id, m_mover.retain(request)); }

  // Whole files wait for what puts them on disk before they replace an old version.
  bool has_unsettled() const { return !m_unsettled.empty(); }
  void settle();

private:
  struct Basis {
    std::unique_ptr<fs::FileReader> file; // null: there is none
    std::uint64_t bytes = 0; // of its content
    fs::Dir partial_folder; // where it was kept, if it is what an interrupted transfer left
    std::unique_ptr<delta::SplitView> split; // what its sums are of, where it is a program
    Lease split_lease;
    std::uint64_t new_bytes = 0; // with `split`: of the file that is made of it, at most
    // What ops refer to; null: there is none.
    ReadAt* content() const { return split ? static_cast<ReadAt*>(split.get()) : file.get(); }
  };
  // A file that is being rebuilt; the first error is told at its end.
  struct Rebuilt {
    model::Entry entry;
    Basis basis;
    std::unique_ptr<fs::StagedFile> staged;
    std::unique_ptr<fs::StagedRebuild> rebuild;
    std::unique_ptr<delta::SplitJoin> join; // where ops make the split form
    std::unique_ptr<delta::Patcher> patcher;
    std::uint64_t id = 0;
    bool replaces = false;
    Result<> outcome;
  };

  // A file that is whole, on its way to its place.
  struct Whole {
    std::uint64_t id = 0;
    const model::RelPath& path;
    fs::StagedFile& staged;
    fs::Dir partial_folder = {}; // as in Basis
  };
  // One that waits for it.
  struct Unsettled {
    std::uint64_t id = 0;
    model::RelPath path;
    fs::StagedFile staged;
    fs::Dir partial_folder;
  };
  enum class Placed : std::uint8_t { now, later }; // later: settle() reports it

  // Where small files go: a folder whose times are noted, or a staged one.
  struct Target {
    fs::Dir folder;
    bool is_staged = false;
  };
  Result<Target> target_of(const model::RelPath& file);
  // The open parent of `path`, whose times are noted: something in it is about to change.
  Result<fs::Dir> changing_parent(const model::RelPath& path);
  Result<Basis> open_basis(const model::RelPath& path);
  Result<Basis> open_similar(const proto::Signature& request);
  void try_split(Basis& basis, std::uint64_t new_bytes);
  void send_sums(const proto::Signature& request, const Basis& basis);
  void send_in_parts(std::uint64_t id, ByteView sums, bool is_last);
  // What finer sums may be asked of; null: nothing.
  Basis* basis_of(std::uint64_t id);
  Result<> begin(Rebuilt& rebuilt, const proto::Apply& request);
  Result<> begin_patcher(Rebuilt& rebuilt);
  Result<> begin_in_place(Rebuilt& rebuilt, const proto::Apply& request);
  Result<Placed> finish(Rebuilt& rebuilt, const proto::OpsEnd& end);
  // At once or with others.
  Result<Placed> place(Whole whole, bool replaces);
  Result<> publish(Whole whole);
  Result<fs::StagedFile> stage(const model::Entry& entry, bool replaces);
  Result<fs::StagedFile> stage_in(const Target& target, const model::Entry& entry, bool replaces);
  Result<fs::StagedFile> create(const fs::Dir& folder, const model::Entry& entry, fs::Placing placing, bool replaces);
  Result<Placed> write_whole(const Target& target, const proto::PutFile& file, ByteView content);
  Result<> make_entry(const proto::Make& request);
  // What a new entry in `folder` is to have.
  Result<fs::Metadata> metadata_in(const fs::Dir& folder, const model::Entry& entry) const;
  // False where it has to be made under its name.
  Result<bool> make_staged(const proto::Make& request);
  Result<Placed> copy_one(SourceLane& source, const Target& target, const proto::PutFile& file);
  Result<Placed> copy_as_it_is(SourceLane& source, const Target& target, const proto::PutFile& file);
  Result<Placed> copy_file(const Target& target, const proto::PutFile& file, OpenSource& from);
  Result<> fill(fs::StagedFile& staged, OpenSource& from, const std::string& label);
  void keep_partial(Rebuilt& rebuilt);
  void forget_partial(const model::RelPath& path, const fs::Dir& partial);
  void report(std::uint64_t id, const Result<>& outcome);

  LaneContext& m_context;
  SharedFolderTimes& m_times;
  StagedFolders& m_staged;
  DestFolders m_folders;
  Mover m_mover;
  SimilarBasis m_similar;
  std::map<std::uint64_t, Basis> m_bases;
  std::map<std::uint64_t, Rebuilt> m_rebuilt;
  std::vector<Unsettled> m_unsettled; // of one file system
  std::uint64_t m_unsettled_disk = 0;
  std::uint64_t m_unsettled_bytes = 0;
  Bytes m_buffer;
};

} // namespace godwit::endpoint
