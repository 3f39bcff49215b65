// Whole files on their way to their names.
//
// A new version that replaces an old one is on disk before it does, or a power
// cut leaves neither. Where the file system does not see to that itself, files
// wait for each other and share one sync.

#include "godwit/base/escape.hpp"
#include "godwit/fs/disk.hpp"
#include "local_write.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t max_unsettled = 128; // a quarter of the controller's window
constexpr std::uint64_t max_unsettled_bytes = 256U << 20U;

} // namespace

Result<DestLane::Placed>
DestLane::place(Whole whole, bool replaces)
{
  TRY(whole.staged.finish());
  if (!replaces || whole.staged.is_in_place()) {
    TRY(publish(whole));
    return Placed::now;
  }
  TRY_ASSIGN(const fs::Dir folder, m_folders.open(whole.path.parent()));
  const fs::DiskFacts disk = fs::disk_facts(folder);
  if (disk.orders_replacements) {
    TRY(publish(whole));
    return Placed::now;
  }
  if (disk.id != m_unsettled_disk) {
    settle();
    m_unsettled_disk = disk.id;
  }
  m_unsettled_bytes += whole.staged.size();
  m_unsettled.push_back({whole.id, whole.path, std::move(whole.staged), whole.partial_folder});
  if (m_unsettled.size() >= max_unsettled || m_unsettled_bytes >= max_unsettled_bytes) {
    settle();
  }
  return Placed::later;
}

Result<>
DestLane::publish(Whole whole)
{
  TRY(whole.staged.publish());
  if (whole.partial_folder) {
    forget_partial(whole.path, whole.partial_folder);
  }
  return {};
}

// After a failed sync none of them may be taken for written, whatever a second one says.
void
DestLane::settle()
{
  if (m_unsettled.empty()) {
    return;
  }
  std::vector<Unsettled> batch = std::exchange(m_unsettled, {});
  m_unsettled_bytes = 0;
  const std::string label = "'" + escape(batch.front().path.view()) + "' and what was written with it";
  const Result<> synced = fs::sync_disk(batch.front().staged.fd(), label);
  proto::Done done;
  for (Unsettled& file : batch) {
    const Whole whole{file.id, file.path, file.staged, file.partial_folder};
    if (const Result<> placed = synced ? publish(whole) : Result<>(synced.error()); placed) {
      done.ids.push_back(file.id);
    } else {
      report(file.id, placed);
    }
  }
  if (!done.ids.empty()) {
    m_context.answer({std::move(done), {}});
  }
}

} // namespace godwit::endpoint
