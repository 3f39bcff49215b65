#include "option_specs.hpp"

#include "option_setters.hpp"

namespace godwit::cli
{

namespace
{

using model::Options;

template <bool Options::*member>
Result<>
flag(Draft& draft, const Setting& setting)
{
  draft.options.*member = setting.on;
  return {};
}

template <bool Draft::*member>
Result<>
note(Draft& draft, const Setting&)
{
  draft.*member = true;
  return {};
}

template <int Options::*member>
Result<>
count(Draft& draft, const Setting& setting)
{
  draft.options.*member = setting.on ? draft.options.*member + 1 : 0;
  return {};
}

template <std::string Options::*member>
Result<>
text(Draft& draft, const Setting& setting)
{
  draft.options.*member = setting.value;
  return {};
}

template <std::optional<bool> Options::*member>
Result<>
choice(Draft& draft, const Setting& setting)
{
  draft.options.*member = setting.on;
  return {};
}

template <model::Append form>
Result<>
append(Draft& draft, const Setting& setting)
{
  draft.options.append = setting.on ? form : model::Append::none;
  return {};
}

using namespace setters;

constexpr std::string_view what = "What is copied";
constexpr std::string_view choose = "Leaving out";
constexpr std::string_view keep = "What is kept of an entry";
constexpr std::string_view change = "What counts as changed";
constexpr std::string_view removal = "Removing";
constexpr std::string_view how = "How it is done";
constexpr std::string_view far = "The far end";
constexpr std::string_view show = "What is shown";
constexpr std::string_view compatible = "Accepted without effect";

constexpr OptionSpec specs[] = {
    {"-a,--archive", "", "", what, "same as -rlptgoD", archive},
    {"-r,--recursive", "no-recursive,no-r", "", what, "go into folders", flag<&Options::recursive>},
    {"-d,--dirs", "no-dirs,no-d", "", what, "copy folders without going into them", dirs},
    {"-l,--links", "no-links,no-l", "", what, "copy symlinks as symlinks", flag<&Options::links>},
    {"-L,--copy-links", "", "", what, "copy what symlinks point to", flag<&Options::copy_links>},
    {"-k,--copy-dirlinks", "", "", what, "copy symlinks to folders as folders",
     flag<&Options::copy_dirlinks>},
    {"-K,--keep-dirlinks", "", "", what, "keep a destination's symlink to a folder as that folder",
     flag<&Options::keep_dirlinks>},
    {"-D", "no-D", "", what, "same as --devices --specials", devices_and_specials},
    {"--devices", "no-devices", "", what, "copy devices (as root)", flag<&Options::devices>},
    {"--specials", "no-specials", "", what, "copy fifos and sockets", flag<&Options::specials>},
    {"-R,--relative", "no-relative,no-R", "", what, "recreate the whole path of each source",
     flag<&Options::relative>},
    {"-x,--one-file-system", "no-one-file-system,no-x", "", what, "stay on the file system of each source",
     one_file_system},
    {"-m,--prune-empty-dirs", "no-prune-empty-dirs,no-m", "", what, "leave out folders that would be empty",
     flag<&Options::prune_empty_dirs>},
    {"--mkpath", "no-mkpath", "", what, "make missing folders above the destination", flag<&Options::mkpath>},

    {"-f,--filter", "", "RULE", choose, "add a rule: '- PATTERN', '+ PATTERN', H, S, P, R or !", filter},
    {"--exclude", "", "PATTERN", choose, "leave out what matches", exclude},
    {"--include", "", "PATTERN", choose, "do not leave out what matches", include},
    {"--exclude-from", "", "FILE", choose, "patterns to leave out, one a line (-: from stdin)", exclude_from},
    {"--include-from", "", "FILE", choose, "patterns not to leave out, one a line (-: from stdin)",
     include_from},
    {"--max-size", "", "SIZE", choose, "do not transfer files larger than SIZE", max_size},
    {"--min-size", "", "SIZE", choose, "do not transfer files smaller than SIZE", min_size},
    {"--existing,--ignore-non-existing", "", "", choose, "make nothing new", flag<&Options::existing>},
    {"--ignore-existing", "", "", choose, "leave alone what is there", flag<&Options::ignore_existing>},

    {"-p,--perms", "no-perms,no-p", "", keep, "permissions", flag<&Options::perms>},
    {"-t,--times", "no-times,no-t", "", keep, "modification times", flag<&Options::times>},
    {"-O,--omit-dir-times", "no-omit-dir-times,no-O", "", keep, "not the times of folders",
     flag<&Options::omit_dir_times>},
    {"-o,--owner", "no-owner,no-o", "", keep, "owner (as root)", flag<&Options::owner>},
    {"-g,--group", "no-group,no-g", "", keep, "group", flag<&Options::group>},
    {"--numeric-ids", "no-numeric-ids", "", keep, "owners and groups by number, not by name",
     flag<&Options::numeric_ids>},

    {"-c,--checksum", "no-checksum,no-c", "", change, "compare contents, not size and time",
     flag<&Options::checksum>},
    {"-I,--ignore-times", "", "", change, "transfer even what is equal in size and time",
     flag<&Options::ignore_times>},
    {"--size-only", "", "", change, "compare sizes alone", flag<&Options::size_only>},
    {"-u,--update", "", "", change, "leave alone what is newer at the destination", flag<&Options::update>},
    {"-@,--modify-window", "", "SECONDS", change, "times this far apart are equal (-1: none are)",
     modify_window},

    {"--delete", "", "", removal, "remove what the sources do not have", note<&Draft::deletes>},
    {"--delete-during,--del", "", "", removal, "while files are transferred (the default)",
     note<&Draft::deletes_during>},
    {"--delete-before", "", "", removal, "before any file is transferred", note<&Draft::deletes_before>},
    {"--delete-delay", "", "", removal, "found early, removed at the end", note<&Draft::deletes_delayed>},
    {"--delete-after", "", "", removal, "after all files are transferred", note<&Draft::deletes_after>},
    {"--delete-excluded", "", "", removal, "what is left out is removed too", delete_excluded},
    {"--max-delete", "", "NUM", removal, "remove no more than NUM entries", max_delete},
    {"--force", "no-force", "", removal, "remove a full folder where a file belongs", flag<&Options::force>},
    {"--ignore-errors", "no-ignore-errors", "", removal, "remove even after errors at a source",
     flag<&Options::ignore_errors>},
    {"--remove-source-files,--remove-sent-files", "", "", removal, "remove each file copied at its source",
     flag<&Options::remove_source_files>},

    {"-n,--dry-run", "", "", how, "only show what would be done", flag<&Options::dry_run>},
    {"-W,--whole-file", "no-whole-file,no-W", "", how, "send changed files whole (--no-W: differences)",
     choice<&Options::whole_file>},
    {"-y,--fuzzy", "no-fuzzy,no-y", "", how, "build new files from similar ones at the destination",
     flag<&Options::fuzzy>},
    {"--detect-renames", "no-detect-renames", "", how, "move what is at the destination under another name",
     choice<&Options::detect_renames>},
    {"-z,--compress", "no-compress,no-z", "", how, "compress on the way (default: where it pays)",
     choice<&Options::compress>},
    {"--compress-level,--zl", "", "NUM", how, "compress at zstd's level NUM (-7 to 22)", compress_level},
    {"--compress-choice,--zc", "", "NAME", how, "compress by NAME: zstd, auto or none", compress_choice},
    {"--partial", "no-partial", "", how, "keep what an interrupted transfer brought",
     flag<&Options::partial>},
    {"--partial-dir", "", "DIR", how, "keep it in DIR, beside each file", partial_dir},
    {"--inplace", "no-inplace", "", how, "write into the old file, not beside it", flag<&Options::in_place>},
    {"--append", "no-append", "", how, "add what shorter files lack, and trust what they hold",
     append<model::Append::trusting>},
    {"--append-verify", "", "", how, "likewise, but check what they hold", append<model::Append::checking>},
    {"-S,--sparse", "no-sparse,no-S", "", how, "write runs of zeros as holes", flag<&Options::sparse>},
    {"--preallocate", "", "", how, "reserve the room of a file before it is written",
     flag<&Options::preallocate>},
    {"-P", "", "", how, "same as --partial --progress", partial_and_progress},
    {"--bwlimit", "no-bwlimit", "RATE", how, "send no more than RATE a second (KiB)", bandwidth},

    {"-e,--rsh", "", "COMMAND", far, "reach the far end by COMMAND instead of ssh", text<&Options::rsh>},
    {"--rsync-path,--remote-path", "", "PROGRAM", far, "what godwit is called at the far end",
     text<&Options::remote_program>},
    {"--transport", "", "ssh|libssh", far, "the system's ssh, or the one that is built in", transport},
    {"--connections", "", "N|auto", far, "streams to the far end (auto: more where it is far)", connections},
    {"--timeout", "no-timeout", "SECONDS", far, "without a sign of life (default 120, 0: no limit)", timeout},
    {"--contimeout", "no-contimeout", "SECONDS", far, "until connected (default 30, 0: no limit)",
     connect_timeout},

    {"-v,--verbose", "no-verbose,no-v", "", show, "names of what is changed; -vv: of all",
     count<&Options::verbose>},
    {"-q,--quiet", "", "", show, "errors alone", flag<&Options::quiet>},
    {"-i,--itemize-changes", "no-itemize-changes,no-i", "", show, "what changes of each entry; -ii: of all",
     count<&Options::itemize>},
    {"-h,--human-readable", "no-human-readable,no-h", "", show, "numbers in units of 1000; -hh: of 1024",
     count<&Options::human_readable>},
    {"--progress", "no-progress", "", show, "how far each file is", flag<&Options::progress>},
    {"--info", "", "FLAGS", show, "progress2: how far the whole run is", info},
    {"--stats", "", "", show, "figures at the end", flag<&Options::stats>},
    {"--list-only", "", "", show, "list the sources, copy nothing", flag<&Options::list_only>},
    {"-V,--version", "", "", show, "the version, then exit", note<&Draft::wants_version>},
    {"--help", "", "", show, "this help, then exit; so does -h on its own", note<&Draft::wants_help>},

    {"--old-args", "no-old-args", "", compatible, "arguments are never read by the remote shell", idle},
    {"-s,--secluded-args,--protect-args", "no-secluded-args,no-protect-args,no-s", "", compatible, "likewise",
     idle},
    {"--blocking-io", "no-blocking-io", "", compatible, "the remote shell needs none", idle},
    {"--inc-recursive,--i-r", "no-inc-recursive,no-i-r", "", compatible,
     "listing goes on while files are copied", idle},
};

} // namespace

std::span<const OptionSpec>
option_specs()
{
  return specs;
}

} // namespace godwit::cli
