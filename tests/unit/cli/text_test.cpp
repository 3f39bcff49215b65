#include "cli/text.hpp"

#include <doctest/doctest.h>

#include "unit/cli/captured.hpp"
#include "unit/cli/entries.hpp"

using namespace godwit;
using namespace godwit::cli;
using namespace godwit::cli::test;
using namespace std::chrono_literals;
using model::Action;
using model::Changes;
using model::Type;
using Kind = Action::Kind;
using Reason = Action::Reason;

namespace
{

enum class Terminal : bool { no, yes };

// A sink under test, its clock, and what it printed.
class Printer
{
public:
  explicit Printer(model::Options options, Terminal terminal = Terminal::no)
      : m_options(std::move(options)),
        m_output({m_out.fd(), m_err.fd(), false, terminal == Terminal::yes}, {}),
        m_sink(m_options, m_output, [this] { return m_now; })
  {
  }

  Printer&
  on(model::Event event)
  {
    m_sink.on(std::move(event));
    return *this;
  }
  bool
  shows(const Action& action) const
  {
    return m_sink.shows(action);
  }
  Printer&
  summarize()
  {
    m_sink.summarize();
    return *this;
  }
  Printer&
  on(Action action)
  {
    return on(model::ItemPlanned{std::move(action)});
  }
  void
  pass(std::chrono::milliseconds time)
  {
    m_now += time;
  }
  std::string
  out()
  {
    m_output.finish();
    return m_out.text();
  }
  std::string
  err()
  {
    return m_err.text();
  }

private:
  model::Options m_options;
  Captured m_out;
  Captured m_err;
  Output m_output;
  std::chrono::steady_clock::time_point m_now;
  TextSink m_sink;
};

model::Options
options(int verbose, int itemize = 0)
{
  model::Options made;
  made.recursive = made.links = made.perms = made.times = true;
  made.verbose = verbose;
  made.itemize = itemize;
  return made;
}

Changes
mode_change()
{
  Changes changes;
  changes.mode = true;
  return changes;
}

std::string
printed(const model::Options& chosen, const Action& action)
{
  return Printer(chosen).on(action).out();
}

} // namespace

TEST_CASE("The opening line says who lists, and whether all is listed first")
{
  const auto opening = [](model::Options chosen, model::Direction direction) {
    return Printer(std::move(chosen)).on(model::RunStarted{direction}).out();
  };
  using model::Direction;
  CHECK(opening(options(1), Direction::local) == "sending incremental file list\n");
  CHECK(opening(options(1), Direction::push) == "sending incremental file list\n");
  CHECK(opening(options(1), Direction::pull) == "receiving incremental file list\n");
  CHECK(opening(options(0, 1), Direction::local).empty());
  model::Options later = options(1);
  later.delete_when = model::DeleteWhen::after;
  CHECK(opening(later, Direction::local) == "building file list ... done\n");
  CHECK(opening(later, Direction::pull) == "receiving file list ... done\n");
  model::Options plain = options(1);
  plain.recursive = false;
  CHECK(opening(plain, Direction::local).empty());
  plain.dirs = true;
  CHECK(opening(plain, Direction::local) == "building file list ... done\n");
}

TEST_CASE("A destination that was made is named from -v or -i on")
{
  CHECK(Printer(options(1)).on(model::RootCreated{"a/b/", 0}).out() == "created directory a/b\n");
  CHECK(Printer(options(0, 1)).on(model::RootCreated{"a/b/", 1}).out() == "created directory a/b\n");
  model::Options mkpath = options(1);
  mkpath.mkpath = true;
  CHECK(Printer(mkpath).on(model::RootCreated{"a/b/", 1}).out() == "created 1 directory for a/b\n");
  CHECK(Printer(mkpath).on(model::RootCreated{"a/b", 2}).out() == "created 2 directories for a/b\n");
  CHECK(Printer(options(0)).on(model::RootCreated{"a/b", 2}).out().empty());
  mkpath.dry_run = true;
  CHECK(Printer(mkpath).on(model::RootCreated{"a", 1}).out() == "created 1 directory for a\ncreated directory a\n");
  CHECK(Printer(mkpath).on(model::RootCreated{"a", 1, false}).out() == "created 1 directory for a\n");
}

TEST_CASE("What --mkpath has made is compared like what was there")
{
  model::Options mkpath = options(0, 1);
  mkpath.mkpath = true;
  Printer printer(mkpath);
  printer.on(model::RootCreated{"d", 1}).on(change(Kind::set_metadata, entry("", Type::folder), mode_change()));
  CHECK(printer.out() == "created 1 directory for d\n.d...p..... ./\n");
}

TEST_CASE("A destination that was made counts as new when its turn comes")
{
  model::Options stats = options(0, 1);
  stats.stats = true;
  Printer printer(stats);
  printer.on(model::RootCreated{"d", 0}).on(change(Kind::up_to_date, entry("", Type::folder)));
  printer.on(model::RunFinished{{}, false}).summarize();
  CHECK(printer.out().find("\ncd+++++++++ ./\n") != std::string::npos);
  CHECK(printer.out().find("Number of created files: 1 (dir: 1)\n") != std::string::npos);
}

TEST_CASE("-v names what is made or transferred, and folders that change")
{
  const model::Options v = options(1);
  CHECK(printed(v, creation(entry("f"))) == "f\n");
  CHECK(printed(v, creation(entry("l", Type::symlink))) == "l -> target\n");
  CHECK(printed(v, creation(entry("d", Type::folder))) == "d/\n");
  CHECK(printed(v, change(Kind::set_metadata, entry("d", Type::folder), mode_change())) == "d/\n");
  CHECK(printed(v, change(Kind::set_metadata, entry("f"), mode_change())).empty());
  CHECK(printed(v, change(Kind::up_to_date, entry("f"))).empty());
  CHECK(printed(v, change(Kind::remove, entry("d", Type::folder))) == "deleting d/\n");
  CHECK(printed(options(0), creation(entry("f"))).empty());
  CHECK(printed(options(0), change(Kind::remove, entry("f"))).empty());
}

TEST_CASE("-vv names what is up to date as well, but for folders")
{
  const model::Options vv = options(2);
  CHECK(printed(vv, change(Kind::up_to_date, entry("f"))) == "f is uptodate\n");
  CHECK(printed(vv, change(Kind::up_to_date, entry("l", Type::symlink))) == "l is uptodate\n");
  CHECK(printed(vv, change(Kind::up_to_date, entry("d", Type::folder))).empty());
  CHECK(printed(vv, change(Kind::set_metadata, entry("l", Type::symlink), mode_change())) == "l\n");
}

TEST_CASE("-i itemizes what changes, -ii and -vvi all")
{
  const Action same = change(Kind::up_to_date, entry("f"));
  CHECK(printed(options(0, 1), creation(entry("l", Type::symlink))) == "cL+++++++++ l -> target\n");
  CHECK(printed(options(0, 1), change(Kind::set_metadata, entry("f"), mode_change())) == ".f...p..... f\n");
  CHECK(printed(options(0, 1), same).empty());
  CHECK(printed(options(1, 1), same).empty());
  CHECK(printed(options(0, 2), same) == ".f          f\n");
  CHECK(printed(options(2, 1), same) == ".f          f\n");
  CHECK(printed(options(0, 1), change(Kind::remove, entry("d", Type::folder))) == "*deleting   d/\n");
}

TEST_CASE("What is left out is named where rsync names it")
{
  const model::Options vv = options(2);
  CHECK(printed(vv, skip(Reason::newer, entry("f"))) == "f is newer\n");
  CHECK(printed(vv, skip(Reason::exists, entry("f"))) == "f exists\n");
  CHECK(printed(vv, skip(Reason::missing, entry("f"))) == "not creating new file \"f\"\n");
  CHECK(printed(vv, skip(Reason::missing, entry("d", Type::folder))) == "not creating new directory \"d\"\n");
  CHECK(printed(vv, skip(Reason::too_small, entry("f"))) == "f is under min-size\n");
  CHECK(printed(vv, skip(Reason::too_big, entry("f"))) == "f is over max-size\n");
  CHECK(printed(options(1), skip(Reason::newer, entry("f"))).empty());
  const model::Options bare = options(0);
  CHECK(printed(bare, skip(Reason::not_regular, entry("p", Type::fifo))) ==
        "skipping non-regular file \"p\"\n");
  CHECK(printed(bare, skip(Reason::folder, entry("", Type::folder))) == "skipping directory .\n");
  CHECK(printed(bare, skip(Reason::not_empty, entry("d", Type::folder))) ==
        "cannot delete non-empty directory: d\n");
}

TEST_CASE("-q prints nothing but errors")
{
  model::Options quiet = options(2, 2);
  quiet.quiet = quiet.stats = quiet.progress = true;
  Printer printer(quiet);
  printer.on(model::RunStarted{model::Direction::local})
      .on(creation(entry("f")))
      .on(skip(Reason::not_regular, entry("p", Type::fifo)))
      .on(model::FileDone{entry("f").path, 1, 0, 1, 1, true})
      .on(model::EntryListed{entry("f")})
      .on(model::Failed{make_error(ErrorKind::system, "cannot open x: why")})
      .on(model::RunFinished{{}, false});
  CHECK(printer.out().empty());
  CHECK(printer.err() == "godwit: cannot open x: why\n");
}

TEST_CASE("A notice is printed from its level on, the peer's text always")
{
  CHECK(Printer(options(2)).on(model::Notice{2, "text"}).out() == "text\n");
  CHECK(Printer(options(1)).on(model::Notice{2, "text"}).out().empty());
  Printer printer(options(0));
  printer.on(model::PeerText{"Welcome"});
  CHECK(printer.err() == "Welcome\n");
}

TEST_CASE("The end of a run is a blank line and what was asked for")
{
  model::Options stats = options(0);
  stats.stats = true;
  const std::string closing =
      "\nsent 0 bytes  received 0 bytes  0.00 bytes/sec\ntotal size is 0  speedup is 0.00\n";
  CHECK(Printer(options(1)).on(model::RunFinished{{}, false}).summarize().out() == closing);
  const std::string with_stats = Printer(stats).on(model::RunFinished{{}, false}).summarize().out();
  CHECK(with_stats.starts_with("\nNumber of files: 0\n"));
  CHECK(with_stats.ends_with("Total bytes received: 0\n" + closing));
  CHECK(Printer(options(0)).on(model::RunFinished{{}, false}).summarize().out().empty());
  CHECK(Printer(options(1)).summarize().out().empty());
}

TEST_CASE("--progress puts a file's progress below its name, whatever else is under way")
{
  model::Options progress = options(0);
  progress.progress = true;
  Printer printer(progress);
  printer.on(creation(entry("a"))).on(creation(entry("b")));
  printer.on(creation(entry("d", Type::folder)));
  printer.on(model::FileProgress{entry("b").path, 10, 2048});
  printer.pass(1000ms);
  printer.on(model::FileProgress{entry("b").path, 1024, 2048});
  printer.pass(1000ms);
  printer.on(model::FileDone{entry("b").path, 2048, 0, 2, 1, false})
      .on(model::FileDone{entry("a").path, 0, 5, 3, 3, true});
  CHECK(printer.out() == "d/\n"
                         "b\n"
                         "\r          1,024  50%    1.00kB/s    0:00:01  "
                         "\r          2,048 100%    1.00kB/s    0:00:02 (xfr#1, ir-chk=1/2)\n"
                         "a\n"
                         "\r              5 100%    4.88kB/s    0:00:00 (xfr#2, to-chk=0/3)\n");
}

TEST_CASE("A file that failed keeps its name under --progress")
{
  model::Options progress = options(0);
  progress.progress = true;
  Printer printer(progress);
  printer.on(creation(entry("a"))).on(model::RunFinished{{}, false});
  CHECK(printer.out() == "a\n");
}

TEST_CASE("--info=progress2 redraws one line for the run")
{
  model::Options chosen = options(0);
  chosen.progress2 = true;
  model::Totals totals;
  totals.files = 8;
  totals.planned = 4;
  totals.total_size = 4096;
  totals.transferred_done = 1024;
  Printer printer(chosen);
  printer.on(creation(entry("a"))).on(model::FileDone{entry("a").path, 1024, 0, 1, 1, true});
  printer.pass(1000ms);
  printer.on(model::Progressed{totals});
  totals.planned = 8;
  totals.list_is_complete = true;
  printer.on(model::Progressed{totals}).on(model::RunFinished{totals, false});
  CHECK(printer.out() == "\r          1,024  25%    1.00kB/s    0:00:01 (xfr#1, ir-chk=4/8)"
                         "\r          1,024  25%    1.00kB/s    0:00:01 (xfr#1, to-chk=0/8)\n");
}

TEST_CASE("A terminal shows one live line, which gives way to all else")
{
  model::Totals totals;
  totals.files = 1234;
  totals.transferred_done = 1024;
  totals.seconds = 1;
  Printer printer(options(0), Terminal::yes);
  printer.on(model::Progressed{totals});
  CHECK(printer.err().empty()); // a short run needs none
  printer.pass(200ms);
  printer.on(model::Progressed{totals});
  printer.on(model::Failed{make_error(ErrorKind::system, "why")});
  printer.on(model::RunFinished{totals, false});
  const std::string live = "1,234 files so far, 1.00K at 1.00kB/s";
  CHECK(printer.err() == live + "\r\033[Kgodwit: why\n" + live + "\r\033[K");
  CHECK(printer.out().empty());
}

TEST_CASE("No live line without a terminal or where other output was asked for")
{
  Printer piped(options(0));
  piped.pass(200ms);
  CHECK(piped.on(model::Progressed{}).err().empty());
  model::Options dry = options(0);
  dry.dry_run = true;
  model::Options quiet = options(0);
  quiet.quiet = true;
  model::Options progress = options(0);
  progress.progress = true;
  for (const model::Options& chosen : {options(1), options(0, 1), dry, quiet, progress}) {
    Printer printer(chosen, Terminal::yes);
    printer.pass(200ms);
    CHECK(printer.on(model::Progressed{}).err().empty());
  }
}

TEST_CASE("what would not be printed need not be kept")
{
  const Action made = creation(entry("f"));
  Action skipped = made;
  skipped.kind = Kind::skip;
  CHECK_FALSE(Printer(model::Options{}).shows(made));
  CHECK(Printer(model::Options{}).shows(skipped));
  CHECK(Printer(model::Options{}).shows(creation(entry("", Type::folder))));
  for (const auto option : {&model::Options::verbose, &model::Options::itemize}) {
    model::Options options;
    options.*option = 1;
    CHECK(Printer(options).shows(made));
  }
  model::Options options;
  options.progress = true;
  CHECK(Printer(options).shows(made));
}
