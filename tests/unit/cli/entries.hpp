#pragma once
// Entries and actions to print.

#include <string>
#include <utility>

#include "godwit/model/action.hpp"

namespace godwit::cli::test
{

inline model::Entry
entry(const std::string& path, model::Type type = model::Type::regular)
{
  model::Entry made;
  made.path = *model::RelPath::parse(path);
  made.type = type;
  if (type == model::Type::symlink) {
    made.set_target("target");
  }
  return made;
}

inline model::Action
creation(model::Entry entry)
{
  model::Action action;
  action.kind = entry.is_regular() ? model::Action::Kind::transfer : model::Action::Kind::make;
  action.entry = std::move(entry);
  return action;
}

inline model::Action
change(model::Action::Kind kind, model::Entry entry, model::Changes changes = {})
{
  model::Action action;
  action.kind = kind;
  action.there = entry;
  action.entry = std::move(entry);
  action.changes = changes;
  return action;
}

inline model::Action
skip(model::Action::Reason reason, model::Entry entry)
{
  model::Action action;
  action.kind = model::Action::Kind::skip;
  action.reason = reason;
  action.entry = std::move(entry);
  return action;
}

} // namespace godwit::cli::test
