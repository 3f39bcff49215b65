#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>

#include "godwit/model/action.hpp"
#include "godwit/plan/planner.hpp"
#include "godwit/plan/removals.hpp"
#include "plan/levels.hpp"
#include "plan/renames.hpp"

namespace godwit::plan
{

// What Planner does with each name, once it knows which side has it. Names come in listing order.
class Merge
{
public:
  explicit Merge(PlanRules rules);
  Merge(Merge&&) = delete;

  void both(model::Entry source, model::Entry dest);
  void only_source(model::Entry source, const model::Entry* next_dest);
  void only_dest(model::Entry dest, const model::Entry* next_source);
  void finish();

  void block();
  bool
  is_blocked() const
  {
    return m_is_blocked;
  }
  std::deque<model::Action>&
  actions()
  {
    return m_actions;
  }
  Removals&
  removals()
  {
    return m_removals;
  }
  DeleteLimit&
  limit()
  {
    return m_limit;
  }
  Renames&
  renames()
  {
    return m_renames;
  }
  std::uint64_t
  take_number()
  {
    return m_next_number++;
  }

private:
  using State = Level::State;
  using Items = std::span<const model::ScopeItem>;

  void enter_parent(const model::RelPath& path);
  State implied_state(std::string_view folder);
  const model::ScopeItem* scope_item(std::string_view path) const;
  bool enters(std::string_view folder) const;
  Items items_below(std::string_view folder) const;
  bool skips_folders_like(const model::Entry& folder) const;
  bool is_also_implied(const model::Entry& folder) const;
  void leave();

  std::uint64_t emit(model::Action action);
  void note_errors(const model::Entry& source);
  bool is_given_up(const model::Entry& source) const;
  void both_folders(model::Entry source, const model::Entry& dest);
  void only_source_folder(model::Entry source);
  void tell_held_back();
  void only_source_name(model::Entry source);
  void only_source_name_yet(model::Entry source);
  void only_dest_name(const model::Entry& dest, bool folder_may_come);
  void only_dest_below(const model::Entry& dest);
  void only_dest_folder(model::Entry dest);
  void tell_skipped(const model::Entry& folder, model::Action::Reason reason);
  std::optional<DestName> forget_dest_name(std::string_view name);

  void offer(const model::Entry& dest, Removals::Index removal);
  Removals::Index add_removal(const model::Entry& dest);
  std::uint64_t waiting_number(const model::Entry& folder, std::uint64_t number);
  void open_way(model::Entry folder, std::uint64_t number);
  void close_way(Way& way);

  PlanRules m_rules;
  Levels m_levels;
  std::deque<model::Action> m_actions;
  Removals m_removals;
  DeleteLimit m_limit;
  std::uint64_t m_next_number = 0;
  bool m_is_blocked = false;
  Renames m_renames{{m_rules, m_removals, m_limit, m_is_blocked, m_actions}};
};

} // namespace godwit::plan
