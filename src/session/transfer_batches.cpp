// How Transfers gathers small files of one folder into one request.

#include <utility>

#include "transfers.hpp"

namespace godwit::session {

namespace {

constexpr std::uint64_t max_batched_bytes = 128U << 10U; // a larger file is a stream
// Of contents, paths and what else is told of a file: with what files may grow to before they are read, less than a
// message holds.
constexpr std::uint64_t batch_bytes = 224U << 10U;
constexpr std::uint64_t batch_copy_bytes = 8U << 20U;
constexpr std::size_t batch_files = 256;
static_assert(proto::max_content_bytes + batch_bytes <= proto::max_message_bytes - (64U << 10U));

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
  const std::uint64_t most = m_rules.copies ? batch_copy_bytes : batch_bytes;
  const std::uint64_t bytes = entry.size + entry.path.view().size() + proto::entry_overhead;
  const bool is_elsewhere = entry.path.parent_view() != m_batch_folder.view();
  if (is_elsewhere || m_batch_bytes + bytes > most) {
    flush();
  }
  if (is_elsewhere) {
    m_batch_folder = entry.path.parent();
  }
  m_batch.push_back(flight.action.number);
  m_batch_bytes += bytes;
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
    request.files.reserve(batch.size());
    for (const std::uint64_t id : batch) {
      Flight& flight = m_flights.at(id);
      flight.reading = true;
      request.files.push_back(source_file(flight));
    }
    m_trees.source().send({std::move(request), {}});
    return;
  }
  std::vector<proto::PutFile> files;
  files.reserve(batch.size());
  for (const std::uint64_t id : batch) {
    const model::Action& action = m_flights.at(id).action;
    files.push_back({id, action.entry, action.there.has_value()});
  }
  m_trees.copy(std::move(files));
  for (const std::uint64_t id : batch) {
    release(m_flights.at(id));
  }
}

bool
Transfers::on(proto::Contents& contents, Lease lease)
{
  std::vector<Flight*> sent;
  proto::Put put;
  put.files.reserve(contents.files.size());
  std::uint64_t bytes = 0;
  for (const proto::FileContent& file : contents.files) {
    const auto found = m_flights.find(file.id);
    if (found == m_flights.end() || !std::exchange(found->second.reading, false)) {
      return false;
    }
    Flight& flight = found->second;
    if (file.outcome != proto::ReadOutcome::whole) {
      if (file.outcome != proto::ReadOutcome::changed || !try_again(flight, file.new_size, file.new_mtime)) {
        give_up(flight, file.outcome, file.errno_value);
      }
      continue;
    }
    if (file.new_size > contents.content.size()) {
      return false;
    }
    flight.action.entry.size = file.new_size;
    flight.action.entry.mtime = file.new_mtime;
    flight.literal_bytes = file.new_size;
    bytes += file.new_size;
    sent.push_back(&flight);
    put.files.push_back({file.id, flight.action.entry, flight.action.there.has_value()});
  }
  if (bytes != contents.content.size()) {
    return false;
  }
  if (!put.files.empty()) {
    put.content = std::move(contents.content);
    put.hash = contents.hash;
    m_trees.dest().send({std::move(put), std::move(lease)});
  }
  for (Flight* flight : sent) {
    release(*flight);
  }
  return true;
}

} // namespace godwit::session
