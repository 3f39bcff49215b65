#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <vector>

#include "godwit/base/hash.hpp"
#include "godwit/plan/page.hpp"
#include "owner_map.hpp"
#include "report.hpp"
#include "trees.hpp"

namespace godwit::session {

// As for the pass that does the work.
plan::PlanRules plan_rules(const model::Options& options, model::Scope scope, std::uint32_t umask);

// Opens both sides and has them scanned. What an agent is asked goes out in one flight, Open and
// Scan: at the dest the scope is known from the local source; at the source it is what Open
// finds, and a single item that gets another name is scanned again. The source of a push is
// scanned in the same way while the far end logs in. Used by the controller's thread.
class Opening
{
public:
  struct Parts { // all of it outlives the Opening
    const model::Options& options;
    const Places& places;
    Trees& trees;
    Inbox& inbox;
    Report& report;
    OwnerMap& owners;
    const HashKey& key;
    std::stop_token stop;
  };
  explicit Opening(const Parts& parts) : m_parts(parts) {}

  // A source on this machine, of a run whose far end is awaited: what needs no answer from there.
  void begin_source();
  // First; operands() is empty where none could be opened.
  Result<> open_source();
  // Then, unless the source is only listed.
  Result<> open_dest();
  // Of a pass: what has not gone out yet.
  void send_scans();
  // What arrived before it was waited for; to be handled first.
  std::vector<Arrival> take_early() { return std::exchange(m_early, {}); }

  const std::vector<proto::OpenedOperand>& operands() const { return m_operands; }
  const proto::Opened& dest() const { return m_dest; }
  const model::Scope& scope() const { return m_scope; }
  // Pages are compared by it; none: entries.
  const std::optional<plan::Recipe>& recipe() const { return m_recipe; }
  bool source_failed() const { return m_source_failed; }
  // To the far end and back, opening what it was asked to included.
  std::chrono::steady_clock::duration round_trip() const { return m_round_trip; }

private:
  proto::Open request(proto::Role role) const;
  proto::Open dest_request() const;
  bool skips_all() const;
  proto::Open source_request() const;
  void begin(model::Side side, const proto::Open& open);
  bool ask_for_owners(const Arrival& arrival);
  Result<proto::Opened> await(model::Side side);
  Result<Arrival> next_arrival();
  void choose_recipe(bool dest_is_new);
  void choose_scope(const std::string& new_name);
  proto::Scan scan() const;
  void send_source_scan(bool of_opened);
  void send_dest_scan();
  void send_missing();
  Result<> take_back_scan();

  Parts m_parts;
  std::vector<proto::OpenedOperand> m_operands; // those that could be opened
  proto::Opened m_dest;
  model::Scope m_scope;
  std::optional<plan::Recipe> m_recipe;
  std::vector<Arrival> m_early;
  std::chrono::steady_clock::time_point m_asked;
  std::chrono::steady_clock::duration m_round_trip{};
  bool m_source_failed = false;
  bool m_dest_has_begun = false;
  bool m_source_scan_is_out = false;
  bool m_dest_scan_is_out = false;
};

} // namespace godwit::session
