#include "local_scan.hpp"

#include <utility>

namespace godwit::endpoint {

namespace {

constexpr std::size_t batch_entries = 256;

} // namespace

LocalScan::LocalScan(const Context& context, proto::Scan request)
    : m_context(context), m_request(std::move(request)), m_filter(m_request.rules, m_request.delete_excluded),
      m_is_source(context.roots.request.role == proto::Role::source)
{
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
  calls.entry = [this](model::Entry&& entry) { return add(std::move(entry)); };
  calls.failed = [this](const model::RelPath& path, const Error& error) { add_error(path, error); };
  if (!m_filter.is_empty()) {
    calls.judge = [this](const model::RelPath& path, bool is_folder) { return judge(path, is_folder); };
  }
  if (m_request.checksum) {
    calls.digest = [this](int folder, const char* name, const fs::Stat&) {
      return fs::digest_file(folder, name, m_context.roots.key, m_context.roots.bases.front().dir.links());
    };
  }
  const std::vector<fs::Base>& bases = m_context.roots.bases;
  if (!bases.empty() && fs::walk(options, bases, calls) && !m_batch.empty()) {
    send_batch();
  }
  m_context.answer({proto::ListEnd{}, {}});
}

bool
LocalScan::add(model::Entry&& entry)
{
  if (m_is_source) {
    name_owners(entry);
  }
  m_batch.push_back(std::move(entry));
  return m_batch.size() < batch_entries ? !m_context.stopped : send_batch();
}

bool
LocalScan::send_batch()
{
  if (!m_new_owners.users.empty() || !m_new_owners.groups.empty()) {
    m_context.answer({std::exchange(m_new_owners, {}), {}});
  }
  Lease lease = m_context.entries.take(m_batch.size());
  m_context.answer({proto::Listed{std::exchange(m_batch, {})}, std::move(lease)});
  return !m_context.stopped;
}

void
LocalScan::add_error(const model::RelPath&, const Error& error)
{
  m_context.answer({proto::ListError{error.kind, error.errno_value, error.text, error.kind != ErrorKind::vanished},
                    {}});
}

fs::Verdict
LocalScan::judge(const model::RelPath& path, bool is_folder) const
{
  const plan::Decision decision = m_filter.decide(path.str(), is_folder);
  return {decision.hidden, decision.is_protected};
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
