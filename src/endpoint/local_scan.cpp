#include "local_scan.hpp"

#include <algorithm>
#include <utility>

#include "godwit/endpoint/page_messages.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t batch_entries = 256;
constexpr std::size_t max_leftovers = 10000; // the next run finds the rest

void
count(proto::ListCounts& counts, const model::Entry& entry)
{
  switch (entry.type) {
  case model::Type::regular:
    ++counts.regular;
    counts.bytes += entry.size;
    break;
  case model::Type::folder:
    ++counts.folders;
    break;
  case model::Type::symlink:
    ++counts.symlinks;
    counts.bytes += entry.target().size();
    break;
  case model::Type::char_device:
  case model::Type::block_device:
    ++counts.devices;
    break;
  case model::Type::fifo:
  case model::Type::socket:
  case model::Type::unknown:
    ++counts.specials;
    break;
  }
}

} // namespace

LocalScan::LocalScan(const Context& context, proto::Scan request)
    : m_context(context), m_request(std::move(request)), m_filter(m_request.rules, m_request.delete_excluded),
      m_is_source(context.roots.request.role == proto::Role::source)
{
  if (m_is_source && context.roots.request.relative) {
    for (const model::ScopeItem& item : m_request.scope) {
      const auto is_below = [&](const model::ScopeItem& other) { return other.path.is_below(item.path); };
      if (item.is_listed && !is_listed_anyway(item) &&
          std::any_of(m_request.scope.begin(), m_request.scope.end(), is_below)) {
        m_implied.insert(item.path);
      }
    }
  }
  if (m_request.recipe.number != 0) {
    m_pages.emplace(to_plan(m_request.recipe), m_is_source ? model::Side::source : model::Side::dest,
                    context.roots.key);
  }
}

// As an operand, or among the contents of one.
bool
LocalScan::is_listed_anyway(const model::ScopeItem& folder) const
{
  if (folder.path.is_root() || (folder.contents && m_request.depth == model::Depth::items)) {
    return folder.contents;
  }
  const auto holds = [&](const model::ScopeItem& other) {
    const bool is_parent = folder.path.parent() == other.path;
    return other.contents && folder.path.is_below(other.path) &&
           (m_request.depth == model::Depth::all || (m_request.depth == model::Depth::level && is_parent));
  };
  const auto names = [&](const proto::OpenedOperand& operand) {
    return operand.error == 0 && operand.path == folder.path && m_request.depth != model::Depth::items;
  };
  const bool is_covered = folder.contents || std::ranges::any_of(m_request.scope, holds) ||
                          std::ranges::any_of(m_context.operands, names);
  return is_covered && !judge(folder.path, true).hidden;
}

void
LocalScan::run()
{
  fs::WalkOptions options;
  options.scope = m_request.scope;
  options.depth = m_request.depth;
  options.side = m_is_source ? fs::Side::source : fs::Side::dest;
  options.one_file_system = m_request.one_file_system;
  options.prune_empty_dirs = m_request.prune_empty;

  fs::WalkCalls calls;
  calls.entry = [this](model::Entry&& entry) {
    return m_implied.empty() ? add(std::move(entry)) : add_listed(std::move(entry));
  };
  calls.failed = [this](const model::RelPath& path, const Error& error) { add_error(path, error); };
  if (!m_filter.is_empty()) {
    calls.judge = [this](const model::RelPath& path, bool is_folder) { return judge(path, is_folder); };
  }
  calls.leftover = [this](const model::RelPath& path) {
    if (m_context.leftovers.size() < max_leftovers) {
      m_context.leftovers.push_back(path);
    }
  };
  calls.adopt = m_context.adopt;
  if (m_request.checksum) {
    calls.digest = [this](int folder, const char* name, const fs::Stat&) {
      return fs::digest_file(folder, name, m_context.roots.key, m_context.roots.bases.front().dir.links());
    };
  }
  const std::vector<fs::Base>& bases = m_context.roots.bases;
  if (!bases.empty() && fs::walk(options, bases, calls) && !m_batch.empty()) {
    send_batch();
  }
}

// -R: a parent that a path only implies is listed with the first name below it.
bool
LocalScan::add_listed(model::Entry&& entry)
{
  if (entry.is_folder() && m_implied.contains(entry.path)) {
    m_held.push_back(std::move(entry));
    return true;
  }
  for (model::Entry& held : std::exchange(m_held, {})) {
    if (entry.path.is_below(held.path) && !add(std::move(held))) {
      return false;
    }
  }
  return add(std::move(entry));
}

bool
LocalScan::add(model::Entry&& entry)
{
  if (m_is_source) {
    name_owners(entry);
  }
  if (m_pages) {
    m_pages->add(entry);
  }
  if (m_batch.empty()) {
    m_batch.reserve(m_pages ? std::size_t{plan::PageBuilder::max_entries} : batch_entries);
  }
  m_batch.push_back(std::move(entry));
  const bool is_full = m_pages ? m_pages->is_full() : m_batch.size() >= batch_entries;
  return is_full ? send_batch() : !m_context.stopped;
}

bool
LocalScan::send_batch()
{
  if (!m_new_owners.users.empty() || !m_new_owners.groups.empty()) {
    m_context.answer({std::exchange(m_new_owners, {}), {}});
  }
  if (m_pages) {
    return send_page();
  }
  Lease lease = m_context.entries.take(m_batch.size());
  m_context.answer({proto::Listed{std::exchange(m_batch, {})}, std::move(lease)});
  return !m_context.stopped;
}

bool
LocalScan::send_page()
{
  proto::Page page = to_message(m_pages->finish());
  for (const model::Entry& entry : m_batch) {
    count(page.counts, entry);
  }
  if (!m_context.pages.add(m_next_page, std::exchange(m_batch, {}))) {
    return false;
  }
  ++m_next_page;
  m_context.answer({std::move(page), {}});
  return !m_context.stopped;
}

void
LocalScan::add_error(const model::RelPath&, const Error& error)
{
  m_context.answer({proto::ListError{error.kind, error.errno_value, error.text, error.kind != ErrorKind::vanished},
                    m_context.entries.take(1)});
}

fs::Verdict
LocalScan::judge(const model::RelPath& path, bool is_folder) const
{
  const bool is_renamed = !m_request.listed_name.empty() && path.view() == m_request.listed_name;
  const std::string_view shown = is_renamed ? std::string_view(m_request.real_name) : path.view();
  const plan::Decision decision = m_filter.decide(shown, is_folder, m_context.roots.absolute);
  return {decision.hidden, decision.is_protected, decision.is_perishable};
}

// Each id once, before the first entry that has it.
void
LocalScan::name_owners(const model::Entry& entry)
{
  const bool by_name = !m_context.roots.request.numeric_ids;
  if (m_users.insert(entry.uid).second) {
    m_new_owners.users.push_back({entry.uid, by_name ? m_context.names.user_name(entry.uid).value_or("") : ""});
  }
  if (m_groups.insert(entry.gid).second) {
    m_new_owners.groups.push_back({entry.gid, by_name ? m_context.names.group_name(entry.gid).value_or("") : ""});
  }
}

} // namespace godwit::endpoint
