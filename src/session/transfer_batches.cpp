// How Transfers gathers small files of one folder into one request.

#include <utility>

#include "transfers.hpp"

namespace godwit::session {

namespace {

constexpr std::uint64_t max_batched_bytes = 128U << 10U;   // a larger file is a stream
constexpr std::uint64_t batch_content_bytes = 192U << 10U; // with what a file may have grown below the message limit
constexpr std::uint64_t batch_copy_bytes = 8U << 20U;
constexpr std::size_t batch_files = 64;

} // namespace

bool
Transfers::is_small(const Flight& flight) const
{
  return flight.action.entry.size <= max_batched_bytes;
}

void
Transfers::add_to_batch(Flight& flight)
{
  const model::Entry& entry = flight.action.entry;
  const model::RelPath folder = entry.path.parent();
  const std::uint64_t most = m_rules.copies ? batch_copy_bytes : batch_content_bytes;
  if (!m_batch.empty() && (folder != m_batch_folder || m_batch_bytes + entry.size > most)) {
    flush();
  }
  m_batch_folder = folder;
  m_batch.push_back(flight.action.number);
  m_batch_bytes += entry.size;
  if (m_batch.size() >= batch_files || m_batch_bytes >= most) {
    flush();
  }
}

void
Transfers::flush()
{
  if (m_batch.empty()) {
    return;
  }
  const std::vector<std::uint64_t> batch = std::exchange(m_batch, {});
  m_batch_bytes = 0;
  if (!m_rules.copies) {
    proto::Read request;
    for (const std::uint64_t id : batch) {
      Flight& flight = m_flights.at(id);
      flight.reading = true;
      request.files.push_back(source_file(flight));
    }
    m_trees.source().send({std::move(request), {}});
    return;
  }
  std::vector<endpoint::CopyFile> files;
  for (const std::uint64_t id : batch) {
    const Flight& flight = m_flights.at(id);
    files.push_back({source_file(flight), flight.action.entry, flight.action.there.has_value()});
  }
  m_trees.copy(std::move(files));
  for (const std::uint64_t id : batch) {
    release(m_flights.at(id));
  }
}

} // namespace godwit::session
