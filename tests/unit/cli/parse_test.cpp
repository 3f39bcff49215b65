#include "cli/parse.hpp"

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "godwit/model/exit_code.hpp"
#include "unit/cli/parsed.hpp"

using namespace godwit;
using namespace godwit::cli;
using namespace godwit::cli::test;
using model::DeleteWhen;
using model::Options;

namespace
{

// A file in memory that can be opened by its path.
class RuleFile
{
public:
  explicit RuleFile(std::string_view content) : m_file(std::tmpfile())
  {
    std::fwrite(content.data(), 1, content.size(), m_file);
    std::fflush(m_file);
  }
  ~RuleFile() { std::fclose(m_file); }
  std::string
  path() const
  {
    return fmt::format("/proc/self/fd/{}", ::fileno(m_file));
  }

private:
  std::FILE* m_file;
};

} // namespace

TEST_CASE("-a stands for -rlptgoD and takes its place in the order")
{
  const auto all = [](const Options& o) {
    return o.recursive && o.links && o.perms && o.times && o.group && o.owner && o.devices && o.specials;
  };
  CHECK(given("-a", all));
  CHECK(given("--archive", all));
  CHECK(given("-rlptgoD", all));
  CHECK(given("--no-o -a", all));
  CHECK(given("-a --no-o", [](const Options& o) { return !o.owner && o.group && o.perms; }));
  CHECK(given("-a --no-D", [](const Options& o) { return !o.devices && !o.specials; }));
  CHECK(given("-a --no-specials", [](const Options& o) { return o.devices && !o.specials; }));
  CHECK(given("-a --no-r --no-links", [](const Options& o) { return !o.recursive && !o.links && o.times; }));
}

TEST_CASE("Flags of one letter can be bundled, with a value at the end")
{
  CHECK(given("-avzP", [](const Options& o) {
    return o.recursive && o.verbose == 1 && o.compress == true && o.partial && o.progress;
  }));
  CHECK(given("-vvv", [](const Options& o) { return o.verbose == 3; }));
  CHECK(given("-vv --no-v -v", [](const Options& o) { return o.verbose == 1; }));
  CHECK(given("-essh", [](const Options& o) { return o.rsh == "ssh"; }));
  CHECK(given("-e=ssh", [](const Options& o) { return o.rsh == "ssh"; }));
  CHECK(given("-ave ssh", [](const Options& o) { return o.rsh == "ssh" && o.verbose == 1; }));
  CHECK(given("-e a -e b", [](const Options& o) { return o.rsh == "b"; }));
  CHECK(given("-ii", [](const Options& o) { return o.itemize == 2; }));
  CHECK(given("-@-1", [](const Options& o) { return o.modify_window_s == -1; }));
  CHECK(given("-@=2", [](const Options& o) { return o.modify_window_s == 2; }));
  CHECK(options_of(Arguments{"-e", "ssh -p 22", "a", "b"}).rsh == "ssh -p 22");
  CHECK(options_of(Arguments{"-e", "-x", "a", "b"}).rsh == "-x");
}

TEST_CASE("-h is a level of numbers unless it stands alone")
{
  CHECK(given("-r", [](const Options& o) { return o.human_readable == 1; }));
  CHECK(given("-h", [](const Options& o) { return o.human_readable == 2; }));
  CHECK(given("-hh", [](const Options& o) { return o.human_readable == 3; }));
  CHECK(given("--no-h", [](const Options& o) { return o.human_readable == 0; }));
  CHECK(given("-h --no-h -h", [](const Options& o) { return o.human_readable == 1; }));
  CHECK(parse({"-h"}, {})->kind == ParsedCommand::Kind::help);
  CHECK(parse({"--help"}, {})->kind == ParsedCommand::Kind::help);
  CHECK(parse({"-a", "--help", "--nosuch"}, {})->kind == ParsedCommand::Kind::help);
}

TEST_CASE("A version is asked for with any option that is known")
{
  CHECK(parse({"--version"}, {})->kind == ParsedCommand::Kind::version);
  CHECK(parse({"-V"}, {})->kind == ParsedCommand::Kind::version);
  CHECK(parse({"-a", "--version"}, {})->kind == ParsedCommand::Kind::version);
  CHECK(error_of(Arguments{"--version", "--nosuch"}) ==
        "--nosuch: unknown option (godwit --help lists them)");
}

TEST_CASE("Flags set what they are called")
{
  CHECK(given("-d", [](const Options& o) { return o.dirs && !o.recursive; }));
  CHECK(given("-R", [](const Options& o) { return o.relative; }));
  CHECK(given("-x", [](const Options& o) { return o.one_file_system; }));
  CHECK(given("-m", [](const Options& o) { return o.prune_empty_dirs; }));
  CHECK(given("-L", [](const Options& o) { return o.copy_links; }));
  CHECK(given("-k", [](const Options& o) { return o.copy_dirlinks; }));
  CHECK(given("-K", [](const Options& o) { return o.keep_dirlinks; }));
  CHECK(given("-O", [](const Options& o) { return o.omit_dir_times; }));
  CHECK(given("-c", [](const Options& o) { return o.checksum; }));
  CHECK(given("-I", [](const Options& o) { return o.ignore_times; }));
  CHECK(given("-u", [](const Options& o) { return o.update; }));
  CHECK(given("-n", [](const Options& o) { return o.dry_run; }));
  CHECK(given("-q", [](const Options& o) { return o.quiet; }));
  CHECK(given("-W", [](const Options& o) { return o.whole_file == true; }));
  CHECK(given("--no-whole-file", [](const Options& o) { return o.whole_file == false; }));
  CHECK(given("--no-W -W", [](const Options& o) { return o.whole_file == true; }));
  CHECK(given("-r", [](const Options& o) { return !o.whole_file && !o.compress; }));
  CHECK(given("--no-z", [](const Options& o) { return o.compress == false; }));
  CHECK(given("--zl=7", [](const Options& o) { return o.compress == true && o.compress_level == 7; }));
  CHECK(given("--compress-level=0", [](const Options& o) { return o.compress_level == 3; }));
  CHECK(given("--zl=-5", [](const Options& o) { return o.compress_level == -5; }));
  CHECK(given("--zc=none", [](const Options& o) { return o.compress == false; }));
  CHECK(given("--compress-choice=auto", [](const Options& o) { return o.compress == true && !o.compress_level; }));
  CHECK(given("--size-only", [](const Options& o) { return o.size_only; }));
  CHECK(given("--existing", [](const Options& o) { return o.existing; }));
  CHECK(given("--ignore-non-existing", [](const Options& o) { return o.existing; }));
  CHECK(given("--ignore-existing", [](const Options& o) { return o.ignore_existing; }));
  CHECK(given("--numeric-ids", [](const Options& o) { return o.numeric_ids; }));
  CHECK(given("--force", [](const Options& o) { return o.force; }));
  CHECK(given("--ignore-errors", [](const Options& o) { return o.ignore_errors; }));
  CHECK(given("--remove-source-files", [](const Options& o) { return o.remove_source_files; }));
  CHECK(given("--mkpath", [](const Options& o) { return o.mkpath; }));
  CHECK(given("--stats", [](const Options& o) { return o.stats; }));
  CHECK(given("--progress --no-progress", [](const Options& o) { return !o.progress; }));
  CHECK(given("--info=progress2", [](const Options& o) { return o.progress2 && !o.progress; }));
  CHECK(given("--info=PROGRESS2 --info=progress0", [](const Options& o) { return !o.progress2; }));
}

TEST_CASE("Values reach the options as they are")
{
  CHECK(given("--max-size=1.5K", [](const Options& o) { return o.max_size == 1536; }));
  CHECK(given("--max-size 10", [](const Options& o) { return o.max_size == 10; }));
  CHECK(given("--min-size=010", [](const Options& o) { return o.min_size == 10; }));
  CHECK(given("--max-delete=5", [](const Options& o) { return o.max_delete == 5; }));
  CHECK(given("--max-delete=010", [](const Options& o) { return o.max_delete == 8; }));
  CHECK(given("--max-delete=-1", [](const Options& o) { return o.max_delete == 0; }));
  CHECK(given("--bwlimit=100", [](const Options& o) { return o.bandwidth.at(0) == 102400; }));
  CHECK(given("--bwlimit=1.5m", [](const Options& o) { return o.bandwidth.at(0) == 1572864; }));
  CHECK(given("--bwlimit=9 --bwlimit=0", [](const Options& o) { return !o.bandwidth.limits(); }));
  CHECK(given("--bwlimit=08:00,9", [](const Options& o) { return o.bandwidth.at(480) == 9216; }));
  CHECK(given("--connections=4", [](const Options& o) { return o.connections == 4; }));
  CHECK(given("--connections=4 --connections=auto", [](const Options& o) { return o.connections == 0; }));
  CHECK(given("--bwlimit=9 --no-bwlimit", [](const Options& o) { return !o.bandwidth.limits(); }));
  CHECK(given("-r", [](const Options& o) { return o.timeout_s == 120 && o.connect_timeout_s == 30; }));
  CHECK(given("--timeout=7 --contimeout=8",
              [](const Options& o) { return o.timeout_s == 7 && o.connect_timeout_s == 8; }));
  CHECK(given("--no-timeout --no-contimeout",
              [](const Options& o) { return o.timeout_s == 0 && o.connect_timeout_s == 0; }));
  CHECK(given("--timeout=", [](const Options& o) { return o.timeout_s == 0; }));
  CHECK(given("--transport=ssh", [](const Options& o) { return o.transport == model::TransportKind::ssh; }));
  CHECK(given("--transport=libssh",
              [](const Options& o) { return o.transport == model::TransportKind::libssh; }));
  CHECK(given("--rsync-path=[p,q]", [](const Options& o) { return o.remote_program == "[p,q]"; }));
  CHECK(given("--remote-path=p", [](const Options& o) { return o.remote_program == "p"; }));
  CHECK(given("--rsh=a=b", [](const Options& o) { return o.rsh == "a=b"; }));
  CHECK(options_of(Arguments{"--rsync-path", "sudo godwit", "a", "b"}).remote_program == "sudo godwit");
  CHECK(options_of(Arguments{"--rsync-path=", "a", "b"}).remote_program.empty());
  CHECK(options_of(Arguments{"--rsync-path", "\xff\n", "a", "b"}).remote_program == "\xff\n");
}

TEST_CASE("Operands are bytes, in any place and behind two dashes")
{
  using Operands = std::vector<std::string>;
  CHECK(options_of(Arguments{"[a,b]", "-a", "[ab]", "--", "-x", "--"}).operands ==
        Operands{"[a,b]", "[ab]", "-x", "--"});
  CHECK(options_of(Arguments{"-", "{a}", "%\xff", ""}).operands == Operands{"-", "{a}", "%\xff", ""});
  CHECK(options_of(Arguments{"agent", "b"}).operands == Operands{"agent", "b"});
  const Environment posix{{"POSIXLY_CORRECT", ""}};
  const Options stopped = options_of(Arguments{"-r", "a", "-v", "b"}, posix);
  CHECK(stopped.operands == Operands{"a", "-v", "b"});
  CHECK(stopped.verbose == 0);
}

TEST_CASE("One operand, or --list-only, lists")
{
  const Options one = options_of(Arguments{"a/"});
  CHECK(one.list_only);
  CHECK(one.dirs);
  CHECK(one.operands == std::vector<std::string>{"a/"});
  const Options asked = options_of("-r --list-only --delete");
  CHECK(asked.list_only);
  CHECK(asked.operands == std::vector<std::string>{"a"});
  CHECK_FALSE(asked.dirs);
}

TEST_CASE("Removals happen when they are asked for")
{
  const std::pair<const char*, DeleteWhen> cases[] = {
      {"-r", DeleteWhen::never},
      {"-r --delete", DeleteWhen::during},
      {"-d --delete", DeleteWhen::during},
      {"-r --del", DeleteWhen::during},
      {"-r --delete-during", DeleteWhen::during},
      {"-r --delete --delete-after", DeleteWhen::after},
      {"-r --delete-before", DeleteWhen::before},
      {"-r --delete-delay", DeleteWhen::delay},
      {"-r --delete-during --delete-delay", DeleteWhen::delay},
      {"-r --delete-excluded", DeleteWhen::during},
      {"-r --max-delete=1", DeleteWhen::never},
  };
  for (const auto& [line, when] : cases) {
    CAPTURE(line);
    CHECK(options_of(line).delete_when == when);
  }
  CHECK(options_of("-r --delete-excluded").delete_excluded);
  CHECK(error_of("--delete") == "--delete does not work without --recursive (-r) or --dirs (-d)");
  CHECK(error_of("-r --delete-before --delete-after") ==
        "only one of --delete-before, --delete-during, --delete-delay and --delete-after can be given");
}

TEST_CASE("Filter rules keep their order across the options that give them")
{
  const RuleFile file("c\n+ d\n\n# note\n");
  const Options o = options_of(Arguments{"--exclude=a", "-f", "+ b", "--exclude-from=" + file.path(),
                                         "--include", "[e,f]", "--exclude=", "x", "y"});
  std::string patterns;
  for (const model::FilterRule& rule : o.rules) {
    patterns += (rule.kind == model::FilterRule::Kind::include ? '+' : '-') + rule.pattern + ' ';
  }
  CHECK(patterns == "-a +b -c +d +[e,f] ");
  CHECK(options_of("--exclude=a --exclude=! --exclude=b").rules.size() == 1);
}

TEST_CASE("Filter rules can come from the standard input")
{
  const RuleFile file("from-stdin\n");
  const int in = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
  const int saved = ::dup(STDIN_FILENO);
  REQUIRE(::dup2(in, STDIN_FILENO) == STDIN_FILENO);
  const Options o = options_of("--exclude-from=-");
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  ::close(in);
  REQUIRE(o.rules.size() == 1);
  CHECK(o.rules[0].pattern == "from-stdin");
}

TEST_CASE("A rule file that is missing ends with rsync's exit code")
{
  const auto parsed = parse({"--exclude-from=/no/such/file", "a", "b"}, {});
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().text == "cannot open the filter rules in /no/such/file: No such file or directory");
  CHECK(model::exit_code_of_run(parsed.error()) == 11);
}

TEST_CASE("A partial folder is kept from --delete, and is asked for by name or environment")
{
  const Options named = options_of("--partial-dir=.part/");
  CHECK(named.partial);
  CHECK(named.partial_dir == ".part");
  REQUIRE(named.rules.size() == 1);
  CHECK(named.rules[0].pattern == ".part");
  CHECK(named.rules[0].folders_only);
  CHECK(named.rules[0].perishable);
  const Options absolute = options_of("--partial-dir=/tmp/part");
  CHECK(absolute.partial_dir == "/tmp/part");
  CHECK(absolute.rules.empty());
  CHECK(options_of("--partial-dir=.").partial_dir.empty());
  const Environment environment{{"RSYNC_PARTIAL_DIR", ".from-environment"}};
  CHECK(options_of(Arguments{"--partial", "a", "b"}, environment).partial_dir == ".from-environment");
  CHECK(options_of(Arguments{"a", "b"}, environment).partial_dir.empty());
}

TEST_CASE("RSYNC_RSH counts where no -e is given")
{
  const Environment environment{{"RSYNC_RSH", "rsh -x"}};
  CHECK(options_of(Arguments{"a", "b"}, environment).rsh == "rsh -x");
  CHECK(options_of(Arguments{"-e", "ssh", "a", "b"}, environment).rsh == "ssh");
}
