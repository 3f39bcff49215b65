#pragma once
// How a run begins and ends. Order and roles: messages.hpp.

#include <cstdint>
#include <string>
#include <vector>

#include "godwit/proto/codec.hpp"
#include "godwit/proto/tags.hpp"

namespace godwit::proto {

enum class Role : std::uint8_t { source, dest };
template <> inline constexpr std::uint64_t enum_end<Role> = 2;

struct Hello {
  static constexpr Tag tag = Tag::hello;
  std::uint32_t version = protocol_version;
  std::uint32_t least_version = protocol_version;
  std::uint64_t capabilities = 0;
  std::string program; // for people: "godwit 0.1.0"
  static constexpr auto fields()
  {
    return std::tuple{field("version", &Hello::version), field("least_version", &Hello::least_version),
                      field("capabilities", &Hello::capabilities), field("program", &Hello::program, 64)};
  }
};

// How what arrived came, told now and then while much arrives: by it the sender
// chooses how hard to compress.
struct Pace {
  static constexpr Tag tag = Tag::pace;
  std::uint64_t bytes = 0;      // on the wire
  std::uint64_t stretch_us = 0; // in which they came
  std::uint64_t waited_us = 0;  // of it, with nothing there to read
  bool is_near = false;         // the controller's knowledge: the agent answers fast
  static constexpr auto fields()
  {
    return std::tuple{field("bytes", &Pace::bytes), field("stretch_us", &Pace::stretch_us),
                      field("waited_us", &Pace::waited_us), field("is_near", &Pace::is_near)};
  }
};

// fixed: at compress_level; adaptive: as link and content suggest, maybe not at all; forced: the same, but always.
enum class CompressMode : std::uint8_t { off, fixed, adaptive, forced };
template <> inline constexpr std::uint64_t enum_end<CompressMode> = 4;

struct Keepalive {
  static constexpr Tag tag = Tag::keepalive;
  std::uint64_t ask = 0;  // not 0: to be sent back soon
  std::uint64_t echo = 0; // not 0: what was asked for
  static constexpr auto fields() { return std::tuple{field("ask", &Keepalive::ask), field("echo", &Keepalive::echo)}; }
};

// Opens a further connection to the agent that gave this to the controller, and to nobody else.
struct Join {
  static constexpr Tag tag = Tag::join;
  std::string name;  // where that agent waits
  std::string token; // what it wants to see
  static constexpr auto fields()
  {
    return std::tuple{field("name", &Join::name, 16), field("token", &Join::token, 16)};
  }
};

// What the agent may send from now on, over all connections together; 0: no limit.
struct SetRate {
  static constexpr Tag tag = Tag::set_rate;
  std::uint64_t bytes_per_second = 0;
  static constexpr auto fields() { return std::tuple{field("bytes_per_second", &SetRate::bytes_per_second)}; }
};

// The roots, as typed by the user; the only request decoded before confinement.
struct Open {
  static constexpr Tag tag = Tag::open;
  Role role = Role::source;
  std::vector<std::string> operands; // dest: exactly one
  bool relative = false;             // -R
  bool copy_links = false;           // -L: reading anywhere is needed
  bool copy_dirlinks = false;        // -k
  bool keep_dirlinks = false;        // -K
  bool recursive = false;
  bool dirs = false;
  // dest
  bool one_plain_item = false; // the source is one item that is no folder: the operand may be its new name
  std::string item_name;       // then: its name at the source
  bool makes_nothing = false; // nothing will be sent: a root that is missing stays so
  bool mkpath = false;
  bool dry_run = false;
  bool times = false;      // set mtimes of all but folders (and links)
  bool folder_times = false;
  bool numeric_ids = false;
  std::string partial_dir; // empty: nothing partial is kept
  HashKey::Seed seed{};    // the salt of the run
  bool removes_source = false;
  std::int32_t compress_level = 0; // of what the agent sends, where it is fixed
  std::uint32_t timeout_s = 0;     // the agent's patience with silence, where it is shorter than its own
  bool in_place = false;           // dest: files are written where they are
  bool sparse = false;             // dest: runs of zeros become holes
  bool preallocate = false;        // dest
  std::uint64_t bytes_per_second = 0; // as SetRate
  std::uint8_t connections = 1;       // that the run may come to have
  bool adopts_leftovers = false;   // dest: a killed run's new folders are finished instead of made anew
  CompressMode compress_mode = CompressMode::adaptive;
  static constexpr auto fields()
  {
    return std::tuple{field("role", &Open::role),
                      field("operands", &Open::operands, max_operands),
                      field("relative", &Open::relative),
                      field("copy_links", &Open::copy_links),
                      field("copy_dirlinks", &Open::copy_dirlinks),
                      field("keep_dirlinks", &Open::keep_dirlinks),
                      field("recursive", &Open::recursive),
                      field("dirs", &Open::dirs),
                      field("one_plain_item", &Open::one_plain_item),
                      field("item_name", &Open::item_name),
                      field("makes_nothing", &Open::makes_nothing),
                      field("mkpath", &Open::mkpath),
                      field("dry_run", &Open::dry_run),
                      field("times", &Open::times),
                      field("folder_times", &Open::folder_times),
                      field("numeric_ids", &Open::numeric_ids),
                      field("partial_dir", &Open::partial_dir, 4096),
                      field("seed", &Open::seed),
                      field("removes_source", &Open::removes_source),
                      field("compress_level", &Open::compress_level),
                      field("timeout_s", &Open::timeout_s),
                      field("in_place", &Open::in_place),
                      field("sparse", &Open::sparse),
                      field("preallocate", &Open::preallocate),
                      field("bytes_per_second", &Open::bytes_per_second),
                      field("connections", &Open::connections),
                      field("adopts_leftovers", &Open::adopts_leftovers),
                      field("compress_mode", &Open::compress_mode)};
  }
};

// What one source operand became; wildcards make several of one.
struct OpenedOperand {
  std::uint32_t base = 0;
  model::RelPath path;     // in the listing
  bool contents = false;   // `dir/`: what is in it, and its own attributes
  model::Type type = model::Type::unknown;
  std::uint32_t implied = 0; // -R: so many leading components of path are implied parents
  int error = 0;           // errno, where it could not be opened
  std::string typed;       // for messages
  static constexpr auto fields()
  {
    return std::tuple{field("base", &OpenedOperand::base),         field("path", &OpenedOperand::path),
                      field("contents", &OpenedOperand::contents), field("type", &OpenedOperand::type),
                      field("implied", &OpenedOperand::implied),   field("error", &OpenedOperand::error),
                      field("typed", &OpenedOperand::typed)};
  }
};

struct Opened {
  static constexpr Tag tag = Tag::opened;
  std::vector<OpenedOperand> operands; // source
  // dest
  std::string created;     // the folder that was made, as typed; empty: none
  std::uint32_t made_folders = 0; // with its parents
  bool is_missing = false; // dry run: the root is not there
  std::string new_name;    // the operand is the single item's new name: this
  bool may_chown = false;  // owners can be set to anybody
  std::uint32_t umask = 022;
  std::uint8_t confinement = 0; // fs::Confinement
  std::string confinement_text;
  Join join; // for further connections; empty: there can be none
  std::uint64_t took_us = 0; // the agent, from Open to this: the rest is the round trip
  static constexpr auto fields()
  {
    return std::tuple{field("operands", &Opened::operands, max_operands),
                      field("created", &Opened::created),
                      field("made_folders", &Opened::made_folders),
                      field("is_missing", &Opened::is_missing),
                      field("new_name", &Opened::new_name),
                      field("may_chown", &Opened::may_chown),
                      field("umask", &Opened::umask),
                      field("confinement", &Opened::confinement),
                      field("confinement_text", &Opened::confinement_text, 256),
                      field("join", &Opened::join),
                      field("took_us", &Opened::took_us)};
  }
};

// The run cannot go on.
struct Fatal {
  static constexpr Tag tag = Tag::fatal;
  ErrorKind kind = ErrorKind::system;
  int errno_value = 0;
  std::string text;
  int exit_code = 0;
  static constexpr auto fields()
  {
    return std::tuple{field("kind", &Fatal::kind), field("errno", &Fatal::errno_value), field("text", &Fatal::text),
                      field("exit_code", &Fatal::exit_code)};
  }
};

struct Finish {
  static constexpr Tag tag = Tag::finish;
  static constexpr auto fields() { return std::tuple{}; }
};

struct Finished {
  static constexpr Tag tag = Tag::finished;
  std::vector<std::string> errors; // of what is only done at the end: folders' modes and times
  static constexpr auto fields() { return std::tuple{field("errors", &Finished::errors, 1000)}; }
};

struct Notice {
  static constexpr Tag tag = Tag::notice;
  std::uint8_t level = 0;
  std::string text;
  static constexpr auto fields() { return std::tuple{field("level", &Notice::level), field("text", &Notice::text)}; }
};

} // namespace godwit::proto
