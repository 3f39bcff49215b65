#pragma once
// What can be reported. The engine emits events; only cli prints. What an event refers to is there while it is told.

#include <cstdint>
#include <string>
#include <variant>

#include "godwit/base/result.hpp"
#include "godwit/model/action.hpp"

namespace godwit::model {

enum class Direction : std::uint8_t { local, push, pull };

struct RunStarted { // before anything is listed
  Direction direction;
};
struct RootCreated { // the destination folder itself was made, or would be in a dry run
  std::string path;            // as typed
  std::uint64_t made_below = 0; // by --mkpath: how many folders, this one included
  bool is_dest = true;          // not the folder that a file with a new name goes to
};
struct ItemPlanned { // an action's line is due, in plan order; of a transfer: its source is open
  const Action& action;
};
struct FileProgress { // --progress, as a file's bytes go through; its end is FileDone
  RelPath path;
  std::uint64_t bytes_done;
  std::uint64_t bytes_total;
};
struct FileDone { // every regular file that was transferred
  const RelPath& path;
  std::uint64_t literal_bytes;
  std::uint64_t matched_bytes;
  std::uint64_t listed = 0;  // entries at the source, as far as it is listed
  std::uint64_t planned = 0; // of them the planner has passed
  bool list_is_complete = false;
};
struct EntryListed { // --list-only
  Entry entry;
};
struct Failed { // one line of its own; the run goes on
  Error error;
};
struct Notice { // for the user to know, at `level` of -v and above
  int level;
  std::string text;
};
struct PeerText { // a line of the remote shell or agent's stderr, escaped
  std::string text;
};
struct Totals { // counters of the run so far: live progress and, at its end, the summary
  std::uint64_t files = 0, regular = 0, folders = 0, symlinks = 0, devices = 0, specials = 0; // listed at the source
  std::uint64_t created = 0, created_regular = 0, created_folders = 0, created_symlinks = 0, created_devices = 0,
                created_specials = 0;
  std::uint64_t deleted = 0, deleted_regular = 0, deleted_folders = 0, deleted_symlinks = 0, deleted_devices = 0,
                deleted_specials = 0;
  std::uint64_t moved = 0;             // names that got their content from another name of the dest
  std::uint64_t transferred = 0;       // regular files
  std::uint64_t total_size = 0;        // of all regular files and links listed
  std::uint64_t transferred_size = 0;
  std::uint64_t transferred_done = 0;  // bytes of them that are through: progress
  std::uint64_t literal_bytes = 0;
  std::uint64_t matched_bytes = 0;
  std::uint64_t list_bytes = 0;        // of both listings that crossed the wire, before compression
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t planned = 0;           // entries that the planner has passed
  double list_seconds = 0;             // until the source was listed
  double list_transfer_seconds = 0;    // from then until both sides' listings were through
  double seconds = 0;
  bool list_is_complete = false;
};
struct Progressed {
  Totals totals;
};
struct RunFinished {
  Totals totals;
  bool is_dry;
};

using Event = std::variant<RunStarted, RootCreated, ItemPlanned, FileProgress, FileDone, EntryListed, Failed, Notice,
                           PeerText, Progressed, RunFinished>;

// Called on the controller's thread only, but for PeerText, which comes from any.
class EventSink
{
public:
  virtual ~EventSink() = default;
  virtual void on(Event event) = 0;
  // Whether it does anything with this action's line; where it does not, none need be kept until its turn comes.
  virtual bool shows(const Action&) const { return true; }
};

} // namespace godwit::model
