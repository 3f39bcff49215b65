#include "proofs.hpp"

#include <utility>

namespace godwit::session {

namespace {

constexpr std::size_t window_files = 4096;
constexpr std::size_t batch_files = 64;
constexpr std::uint64_t batch_bytes = 8U << 20U; // so that several workers get a share
constexpr std::uint64_t sampled_bytes = 192U << 10U;

} // namespace

bool
Proofs::has_room() const
{
  return m_asked.size() < window_files;
}

void
Proofs::ask(const plan::ProofWanted& wanted)
{
  m_asked.emplace(wanted.id, wanted.side);
  Batch& filling = batch(wanted.side);
  filling.request.files.push_back({{wanted.id, wanted.base, wanted.path, wanted.size, wanted.mtime}, wanted.sampled});
  filling.bytes += wanted.sampled ? sampled_bytes : wanted.size;
  if (filling.request.files.size() >= batch_files || filling.bytes >= batch_bytes) {
    send(wanted.side);
  }
}

void
Proofs::send(model::Side side)
{
  Batch full = std::exchange(batch(side), {});
  if (!full.request.files.empty()) {
    m_trees.at(side).send({std::move(full.request), {}});
  }
}

void
Proofs::flush()
{
  send(model::Side::source);
  send(model::Side::dest);
}

Result<std::vector<plan::Proof>>
Proofs::on(model::Side side, const proto::Hashes& hashes)
{
  std::vector<plan::Proof> proofs;
  for (const proto::HashedFile& file : hashes.files) {
    const auto asked = m_asked.find(file.id);
    if (asked == m_asked.end() || asked->second != side) {
      return make_error(ErrorKind::protocol, "the agent hashed what it was not asked for");
    }
    m_asked.erase(asked);
    proofs.push_back({file.id, file.outcome == proto::ReadOutcome::whole, file.hash, file.state});
  }
  return proofs;
}

} // namespace godwit::session
