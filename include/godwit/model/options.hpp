#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "godwit/model/filter_rule.hpp"
#include "godwit/model/rate_table.hpp"
#include "godwit/model/scope.hpp"

namespace godwit::model {

enum class DeleteWhen : std::uint8_t { never, during, before, after, delay };
// A dest file that is shorter than the source's gets what it lacks at its end; what it
// holds is believed, or checked with the rest. One that is not shorter is left alone.
enum class Append : std::uint8_t { none, trusting, checking };
enum class TransportKind : std::uint8_t { automatic, ssh, libssh };

// What the user asked for, with rsync's meanings. Built once by cli/parse,
// immutable afterwards; session::run cuts it into the structs of each part.
struct Options {
  std::vector<std::string> operands; // as typed, the destination last; with list_only sources alone

  // what is listed
  bool recursive = false;          // -r
  bool dirs = false;               // -d
  bool relative = false;           // -R
  bool one_file_system = false;    // -x
  bool prune_empty_dirs = false;   // -m
  std::vector<FilterRule> rules;
  bool copy_links = false;         // -L
  bool copy_dirlinks = false;      // -k
  bool keep_dirlinks = false;      // -K

  // what is kept
  bool links = false;
  bool perms = false;
  bool times = false;
  bool omit_dir_times = false;     // -O
  bool group = false;
  bool owner = false;
  bool devices = false;
  bool specials = false;
  bool numeric_ids = false;

  // what counts as changed
  bool checksum = false;           // -c
  bool ignore_times = false;       // -I
  bool size_only = false;
  bool update = false;             // -u
  bool existing = false;
  bool ignore_existing = false;
  std::optional<std::uint64_t> min_size;
  std::optional<std::uint64_t> max_size;
  std::int64_t modify_window_s = 0; // -1: nanoseconds, as is the default here
  std::optional<bool> whole_file;

  // removals
  DeleteWhen delete_when = DeleteWhen::never;
  bool delete_excluded = false;
  bool force = false;
  bool ignore_errors = false;
  std::optional<std::uint64_t> max_delete;
  bool remove_source_files = false;
  bool fuzzy = false;                 // -y: a new file may be built from another one
  std::optional<bool> detect_renames; // --detect-renames; by default where something may be deleted

  // how
  bool dry_run = false;
  bool list_only = false;
  bool mkpath = false;
  bool partial = false;
  std::string partial_dir;
  bool in_place = false;           // --inplace, and with either form of --append
  Append append = Append::none;
  bool sparse = false;             // -S
  bool preallocate = false;
  std::optional<bool> compress;    // -z, --no-z; neither: where it pays
  std::optional<int> compress_level; // of zstd, where the user fixed it
  RateTable bandwidth;                 // --bwlimit
  std::size_t connections = 0;         // --connections; 0: as many as pay

  // the far end
  std::string rsh;                 // -e or RSYNC_RSH; empty: ssh
  std::string remote_program;      // --rsync-path; empty: godwit
  TransportKind transport = TransportKind::automatic;
  int timeout_s = 120;             // 0: none
  int connect_timeout_s = 30;      // 0: none

  // output
  int verbose = 0;
  bool quiet = false;
  int itemize = 0;
  int human_readable = 1;          // rsync's default: digits in groups
  bool stats = false;
  bool progress = false;
  bool progress2 = false;

  bool detects_renames() const
  {
    return deletes() && delete_when != DeleteWhen::before && detect_renames.value_or(true);
  }
  bool deletes() const { return delete_when != DeleteWhen::never; }
  // A folder that stands in the way of something else goes with all that it holds.
  bool clears_ways() const { return force || deletes(); }
  Depth depth() const { return recursive ? Depth::all : dirs ? Depth::level : Depth::items; }
};

} // namespace godwit::model
