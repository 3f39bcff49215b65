#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "godwit/fs/fd.hpp"
#include "godwit/fs/walk.hpp"
#include "name_list.hpp"
#include "scope_tree.hpp"

namespace godwit::fs {

// One folder on disk that a folder of the listing is made of.
struct Place {
  std::uint32_t base = 0;
  Fd folder;               // O_RDONLY where its names are listed, else O_PATH; closed while far above
  bool is_covered = false; // all its names belong to the listing
  bool is_read = false;    // ... and were read
  bool is_mount = false;   // -x: on another file system, not entered
  bool is_through_link = false;
  bool leads_outside = false;       // ... out of the base: not entered
  std::uint64_t top_filesystem = 0; // -x: of the operand it lies below
  Stat stat;
};

// A folder of the listing that is being walked.
struct Level {
  model::RelPath path;
  const ScopeNode* node = nullptr; // null: no item at or below it
  std::vector<Place> places;       // the first wins
  NameList names;
  std::size_t next_folder = 0;
  bool is_incomplete = false;
};

// The walk of one side: walk() as an object.
class Walker
{
public:
  Walker(const WalkOptions& options, std::span<const Base> bases, const WalkCalls& calls);
  bool run();

private:
  using Names = std::span<const ListedName>;

  // walker.cpp: the stack of levels
  bool enter_root();
  bool enter(std::unique_ptr<Level> level, std::optional<model::Entry> entry);
  bool visit_folder(const Level& parent, Names group);
  std::unique_ptr<Level> take_level(model::RelPath path, const ScopeNode* node);
  void push(std::unique_ptr<Level> level);
  void pop();
  bool is_ready(Level& level);
  void close_upper_levels();

  // walker_names.cpp: the names of one level
  bool visit_names(const Level& level);
  bool visit_name(const Level& level, Names group);
  bool give_name(const Level& level, const ListedName& name, model::RelPath path, std::uint8_t flags);
  bool give_unknown(const Place& place, model::RelPath path, std::uint8_t flags);
  bool has_folder_before(const Level& level, const ListedName& name, const model::RelPath& path) const;
  void report_missing(const Level& level) const;
  static Names group_at(const Level& level, Names names, std::size_t at);

  // walker_open.cpp: what is there
  void read_names(Level& level);
  void adopt_leftovers(Level& level);
  void add_items(Level& level);
  void settle_kinds(Level& level);
  bool cannot_search(const Level& level, std::uint32_t place) const;
  bool can_search(const Place& place) const;
  NameKind kind_of(const Place& place, const char* real_name, NameKind hint) const;
  bool leads_to_folder(const Place& place, const char* real_name) const;
  bool is_only_implied(const Level& level) const;
  std::optional<Place> open_place(const Level& parent, const ListedName& name, Level& level);
  bool open_and_look(const Place& from, const char* real_name, Level& level, Place& made) const;
  bool look(const Place& from, const char* real_name, Level& level, Place& made) const;
  // Their errors carry the errno only.
  Result<Stat> look_at(const Place& place, const char* real_name, bool follow) const;
  Result<std::string> read_target(const Place& place, const char* real_name) const;
  bool open_through_link(const Place& from, const char* real_name, Level& level, Place& made) const;
  int named(const Place& place, const model::RelPath& path) const;
  Fd open_folder(const Place& from, const char* real_name, const Level& level, int flags) const;
  bool is_loop(const Place& place) const;
  const char* real_name(const Level& level, const ListedName& name) const;
  const char* real_name(const Level& level, const Place& place, const char* name) const;

  // walker_rules.cpp: what belongs to the listing
  bool follows() const { return m_links == Links::follow_all || m_links == Links::follow_folders; }
  bool is_eligible(const Place& place, const ScopeNode* node) const;
  bool will_cover(const Place& from, const ScopeNode* node) const;
  Verdict judge(const model::RelPath& path, bool is_folder, const ScopeNode* node) const;
  bool is_left_out(const Verdict& verdict) const;
  bool is_leftover(const model::RelPath& path) const;
  std::uint8_t flags_for(const Place& place, const Verdict& verdict) const;
  model::Entry entry_of(model::RelPath path, const Place& place, const Stat& stat, std::uint8_t flags) const;
  void failed(const model::RelPath& path, Error error) const;
  void vanished(const model::RelPath& path, std::uint32_t base) const;
  Error look_failed(const model::RelPath& path, std::uint32_t base, int error) const;
  std::string label(const model::RelPath& path, std::uint32_t base) const;

  const WalkOptions& m_options;
  std::span<const Base> m_bases;
  const WalkCalls& m_calls;
  Links m_links = Links::refuse;
  ScopeNode m_scope;
  std::vector<char> m_buffer;
  std::vector<std::unique_ptr<Level>> m_levels;
  std::unique_ptr<Level> m_spare;
  std::size_t m_first_open = 0; // the levels before it have closed their folders
};

} // namespace godwit::fs
