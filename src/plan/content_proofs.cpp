#include "plan/content_proofs.hpp"

#include <utility>

namespace godwit::plan
{

using model::Side;

namespace
{

// Of larger files a sample is read before all of it, unless the time speaks for them.
constexpr std::uint64_t min_sampled_bytes = 1U << 20U;

} // namespace

bool
ContentProofs::advance(Ticket ticket, Held& held)
{
  while (held.match == MoveSources::none && !held.candidates.empty()) {
    const MoveSources::Source& candidate = m_sources.at(held.candidates.back());
    const bool is_likely = candidate.entry.mtime.seconds == held.action.entry.mtime.seconds;
    Verdict verdict = Verdict::same;
    if (!is_likely && held.action.entry.size >= min_sampled_bytes) {
      verdict = compare(ticket, held, true);
    }
    if (verdict == Verdict::same) {
      verdict = compare(ticket, held, false);
    }
    if (verdict == Verdict::unknown) {
      return false;
    }
    if (verdict == Verdict::same) {
      held.match = held.candidates.back();
    }
    held.candidates.pop_back();
  }
  return true;
}

ContentProofs::Verdict
ContentProofs::compare(Ticket ticket, const Held& held, bool sampled)
{
  const MoveSources::Id candidate = held.candidates.back();
  const Answer& wanted = ask({Side::source, ticket, sampled}, held.action.entry, ticket);
  const Answer& there = ask({Side::dest, candidate, sampled}, m_sources.at(candidate).entry, ticket);
  if (!wanted.is_known || !there.is_known) {
    return Verdict::unknown;
  }
  return wanted.hash && there.hash && *wanted.hash == *there.hash ? Verdict::same : Verdict::other;
}

const ContentProofs::Answer&
ContentProofs::ask(const Key& key, const model::Entry& entry, Ticket asker)
{
  const auto [found, is_new] = m_answers.try_emplace(key);
  if (is_new) {
    m_asked.emplace(m_next_id, key);
    m_wanted.push_back({m_next_id++, key.side, entry.base, entry.path, entry.size, entry.mtime, key.sampled});
  }
  if (!found->second.is_known) {
    found->second.waiting.push_back(asker);
  }
  return found->second;
}

std::optional<ProofWanted>
ContentProofs::take()
{
  if (m_wanted.empty()) {
    return std::nullopt;
  }
  ProofWanted wanted = std::move(m_wanted.front());
  m_wanted.pop_front();
  return wanted;
}

std::vector<Ticket>
ContentProofs::take_in(const Proof& proof)
{
  const auto asked = m_asked.find(proof.id);
  if (asked == m_asked.end()) {
    return {};
  }
  const Key key = asked->second;
  m_asked.erase(asked);
  Answer& answer = m_answers[key];
  answer.is_known = true;
  if (proof.is_whole) {
    answer.hash = proof.hash;
  }
  if (key.side == Side::dest && !key.sampled) {
    m_states[static_cast<MoveSources::Id>(key.file)] = proof.state;
  }
  return std::exchange(answer.waiting, {});
}

} // namespace godwit::plan
