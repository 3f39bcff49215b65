#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "godwit/base/budget.hpp"
#include "godwit/endpoint/endpoint.hpp"
#include "godwit/fs/names.hpp"
#include "godwit/plan/filter.hpp"
#include "godwit/plan/page.hpp"
#include "page_store.hpp"
#include "roots.hpp"

namespace godwit::endpoint {

// One scan of one side, on a thread of its own: walks the scope and answers with
// entries, or with pages where the request has a recipe.
class LocalScan
{
public:
  // All references outlive it.
  struct Context {
    const Roots& roots;
    const std::vector<proto::OpenedOperand>& operands; // source: what they turned out to be
    fs::NameService& names;
    const Answers& answer;
    Budget& entries;
    PageStore& pages;
    const std::atomic<bool>& stopped;
    std::vector<model::RelPath>& leftovers; // dest: what earlier runs left staged
    std::function<bool(const model::RelPath&)> adopt; // dest: gives such a folder its name
  };
  LocalScan(const Context& context, proto::Scan request);

  // Answers with all but ListEnd.
  void run();

private:
  bool add_listed(model::Entry&& entry);
  bool add(model::Entry&& entry);
  void add_error(const model::RelPath& path, const Error& error);
  fs::Verdict judge(const model::RelPath& path, bool is_folder) const;
  bool is_listed_anyway(const model::ScopeItem& folder) const;
  void name_owners(const model::Entry& entry);
  bool send_batch();
  bool send_page();

  Context m_context;
  proto::Scan m_request;
  plan::Filter m_filter;
  bool m_is_source;
  std::set<model::RelPath> m_implied; // -R: folders listed only for what is below them
  std::vector<model::Entry> m_held;   // those that have been met, until something below them is
  std::vector<model::Entry> m_batch;
  std::optional<plan::PageBuilder> m_pages; // where the request has a recipe
  std::uint64_t m_next_page = 0;
  proto::Owners m_new_owners;
  std::set<std::uint32_t> m_users;
  std::set<std::uint32_t> m_groups;
};

} // namespace godwit::endpoint
