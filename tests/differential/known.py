"""The intended differences, each a function that says whether one item of a comparison is that difference.

DIFFERENCES.md holds the reasons; a difference stands in both or the test fails.
"""
import re
from pathlib import Path

PAGE = Path(__file__).with_name("DIFFERENCES.md")
SECOND = 10**9
NOW = -1  # as judge.py writes it
HOOKS = {}


def difference(name):
    def register(function):
        HOOKS[name] = function
        return function
    return register


def page():
    """{name: reason} as DIFFERENCES.md has them."""
    reasons = {}
    for part in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.M)[1:]:
        name, _, text = part.partition("\n")
        reasons[name.strip()] = text.strip()
    return reasons


def check_page():
    """Complaints about a page and hooks that do not match."""
    reasons = page()
    complaints = [f"{name} has a hook but no section" for name in HOOKS if name not in reasons]
    complaints += [f"{name} has a section but no hook" for name in reasons if name not in HOOKS]
    return complaints + [f"{name} has no reason" for name, text in reasons.items() if len(text) < 40]


def explain(case, items, rsync, godwit):
    """(what is left unexplained, the names of the differences that explain the rest)"""
    left, names = [], set()
    for item in items:
        for name, hook in HOOKS.items():
            if hook(Context(case, rsync, godwit, items), item):
                names.add(name)
                break
        else:
            left.append(item)
    return left, names


def printed_name(path):
    """A path as errors show it."""
    return re.sub(rb"[^\x20-\x7e]", lambda m: b"\\#%03o" % m[0][0], path)


class Context:
    """What a hook may look at besides its item."""

    def __init__(self, case, rsync, godwit, items):
        self.case = case
        self.rsync = rsync
        self.godwit = godwit
        self.items = items

    def line_names(self, item, path):
        """True when the line tells of this path (as its last component, at least)."""
        name = path.rsplit(b"/", 1)[-1]
        return name in item.where or printed_name(name) in item.where

    def kept_back(self):
        """Paths that stood at the dest before, went with rsync, and are still what they were with godwit."""
        nodes, gone = self.case.nodes, []
        for path, node in nodes.items():
            left, mine = self.rsync.trees.get(path), self.godwit.trees.get(path)
            if path.startswith(b"dst/") and mine and mine.kind == node.kind and (not left or left.kind != mine.kind):
                gone.append(path)
        return gone

    def sub_second_pairs(self):
        """Paths of the dest whose old time differs from a source's in nanoseconds only."""
        nodes = self.case.nodes
        times = {n.mtime_ns for p, n in nodes.items() if not p.startswith(b"dst")}
        return [p for p, n in nodes.items() if p.startswith(b"dst") and any(
            n.mtime_ns != t and n.mtime_ns // SECOND == t // SECOND and n.mtime_ns % SECOND and t % SECOND
            for t in times)]


def seconds(seen):
    """The whole seconds of a time; of the run's own time nothing that equals another."""
    return seen if seen.mtime_ns == NOW else seen.mtime_ns // SECOND


@difference("nanosecond-compare")
def nanosecond_compare(context, item):
    paths = context.sub_second_pairs()
    if item.kind == "tree":
        return item.where in paths or item.fields == ("mtime_ns",) and (
            seconds(item.rsync) == seconds(item.godwit)
            or any(p.rpartition(b"/")[0] == item.where for p in paths))  # the folder of a file that rsync left
    if item.kind == "line":
        return any(context.line_names(item, p) or p == b"dst" for p in paths) or (
            bool(paths) and item.where.startswith((b"Number of", b"Total transferred")))
    return False


def deletion_held_back(context):
    """godwit reported an error and rsync, too, ended with a partial transfer."""
    return context.godwit.outcome.code == 23 and context.case.has(
        "--delete", "--delete-before", "--delete-during", "--delete-after", "--delete-delay", "--del",
        "--delete-excluded") and b"delet" in context.godwit.outcome.err


@difference("no-deletion-after-scan-error")
def no_deletion_after_scan_error(context, item):
    if item.where.startswith(b"IO error encountered -- skipping"):
        return context.godwit.outcome.code == 23  # godwit says it where there was something to delete
    if not deletion_held_back(context):
        return False
    if item.kind == "tree":
        return any(item.where == p or item.where.startswith(p + b"/") or p.rpartition(b"/")[0] == item.where
                   for p in context.kept_back())
    if item.kind == "line" and item.godwit:
        return item.where.startswith((b"cannot delete non-empty directory", b"Number of deleted"))
    if item.kind == "line":
        return any(context.line_names(item, p) or context.line_names(item, p.rpartition(b"/")[0])
                   for p in context.kept_back()) or item.where.startswith((b"*deleting", b"deleting", b"Number of deleted",
                                                           b"cannot delete non-empty directory"))
    return item.kind == "exit" and item.rsync == 25


@difference("growing-file-is-reported")
def growing_file_is_reported(context, item):
    return False  # random trees stand still; tests/e2e shows it


@difference("keep-dirlinks-stay-beneath-the-root")
def keep_dirlinks_stay_beneath(context, item):
    if not context.case.has("-K") or context.godwit.outcome.code != 23:
        return False
    nodes = context.case.nodes
    links = [p for p, n in nodes.items() if p.startswith(b"dst/") and n.kind == "link" and b"outside" in n.target]
    if item.kind == "exit":
        return bool(links)
    if item.kind == "tree":
        return item.where.startswith(b"outside") or any(item.where == p or item.where.startswith(p + b"/")
                                                        for p in links)
    return any(context.line_names(item, p) for p in links)


@difference("partial-files-in-their-own-folder")
def partial_files_in_their_own_folder(context, item):
    return False  # nothing interrupts these runs; tests/faults shows it


def printed_plain(line):
    """A line with the escapes undone that rsync would not have made."""
    return re.sub(rb"\\#(\d{3})", lambda m: bytes([int(m[1], 8)]), line)


@difference("unicode-controls-are-escaped")
def unicode_controls_are_escaped(context, item):
    if item.kind != "line":
        return False
    pieces = {printed_plain(i.where) for i in context.items if i.kind == "line" and i.godwit}
    if item.godwit:
        return printed_plain(item.where) != item.where and any(
            i.kind == "line" and i.rsync and printed_plain(i.where) == printed_plain(item.where) for i in context.items)
    return printed_plain(item.where) in pieces


@difference("ignore-existing-holds-for-folders")
def ignore_existing_holds_for_folders(context, item):
    nodes = context.case.nodes
    if item.kind == "tree" and context.case.has("--ignore-existing") and item.fields == ("mtime_ns",):
        before = nodes.get(item.where)
        return before is not None and before.kind != "dir" and item.godwit.mtime_ns == before.mtime_ns
    failed = re.search(rb"Not a directory|No such file", context.rsync.outcome.err)
    if not context.case.has("--ignore-existing") or not failed:
        return False
    kept = [p for p, n in nodes.items() if p.startswith(b"dst/") and n.kind != "dir"]
    if item.kind == "exit":
        return item.rsync == 23 and item.godwit == 0
    spared = any(word.startswith("--del") for word in context.case.words())  # by that error of rsync's own
    if item.kind == "tree":
        return item.where in kept and item.fields == ("mtime_ns",) or spared and (
            item.godwit is None or item.fields == ("mtime_ns",))
    return spared or item.where.startswith(b"Number of created files") or any(
        p.rsplit(b"/", 1)[-1] + b"/" in item.where for p in kept)


def count(line):
    """The first number of a line."""
    digits = re.search(rb"\d[\d,]*", line)
    return int(digits[0].replace(b",", b"")) if digits else 0


def rsync_counts_more(context, item, *names):
    """Both sides printed the named line, rsync with the larger number."""
    for name in names:
        if item.where.startswith(name):
            lines = [i for i in context.items if i.kind == "line" and i.where.startswith(name)]
            return len(lines) == 2 and count(next(i.where for i in lines if i.rsync)) > count(
                next(i.where for i in lines if i.godwit))
    return False


@difference("max-delete-chooses-otherwise")
def max_delete_chooses_otherwise(context, item):
    limited = all(b"limit" in result.outcome.err for result in (context.rsync, context.godwit))
    if item.kind == "exit":
        return limited and {item.rsync, item.godwit} <= {23, 25}
    return limited and (item.kind == "tree" and item.where.startswith(b"dst") or item.kind == "line")


@difference("duplicates-are-counted-once")
def duplicates_are_counted_once(context, item):
    return item.kind == "line" and len(context.case.sources) > 1 and rsync_counts_more(
        context, item, b"total size is", b"Total file size", b"Number of files")


@difference("only-what-succeeded-is-counted")
def only_what_succeeded_is_counted(context, item):
    return item.kind == "line" and context.godwit.outcome.code == context.rsync.outcome.code == 23 and rsync_counts_more(
        context, item, b"Number of created files", b"Number of regular files", b"Total transferred file size")


def in_the_way(context):
    """Paths, as errors name them, that neither tool could make way for."""
    found = re.findall(rb"could not make way for new [a-z ]+: (.*)", context.rsync.outcome.err)
    return [name for name in found if b"could not make way" in context.godwit.outcome.err]


@difference("line-before-a-failure")
def line_before_a_failure(context, item):
    names = in_the_way(context)
    if item.kind != "line" or not names:
        return False
    if item.where.startswith((b"Number of created", b"Number of regular", b"Total transferred")):
        return context.case.has("-n")
    if not item.godwit:
        return False
    shown = re.sub(rb"^[<>c.][fdLDS][^ ]{9} ", b"", item.where)
    return any(shown == name or shown.startswith(name + b" -> ") for name in names)


@difference("failed-file-touches-its-folder")
def failed_file_touches_its_folder(context, item):
    return (item.kind == "tree" and item.fields == ("mtime_ns",) and item.godwit.mtime_ns == NOW
            and any(printed_name(item.where).endswith(name.rpartition(b"/")[0]) for name in in_the_way(context)))


@difference("dest-folder-is-made")
def dest_folder_is_made(context, item):
    if context.case.has("--mkpath") and context.case.dest.startswith(b"no/such"):
        return item.kind == "line" and item.where.startswith(b"created ") or (
            item.kind == "tree" and item.where in (b"no", b"no/such", b"no/such/dir"))
    if context.case.dest.rstrip(b"/") != b"new":
        return False
    if item.kind == "tree":
        return item.where == b"new" and item.rsync is None
    return item.kind == "line" and item.where == b"created directory new"


@difference("folder-times-are-kept")
def folder_times_are_kept(context, item):
    before = context.case.nodes.get(item.where)
    return (item.kind == "tree" and item.fields == ("mtime_ns",) and before is not None and before.kind == "dir"
            and (item.rsync.mtime_ns == NOW or context.case.has("--modify-window"))
            and item.godwit.mtime_ns == before.mtime_ns)


@difference("dry-run-does-not-see-hidden-names")
def dry_run_does_not_see_hidden_names(context, item):
    if not context.case.has("-n") or b"could not make way" not in context.rsync.outcome.err:
        return False
    if item.kind == "exit":
        return (item.rsync, item.godwit) == (23, 0)
    return item.kind == "line" and (item.where.startswith(b"cannot delete non-empty directory")
                                    or line_names_one_of(item.where, context.rsync.outcome.err))


def line_names_one_of(line, errors):
    found = re.findall(rb"could not make way for new [a-z ]+: (.*)", errors)
    return any(line.endswith(name) or b" " + name + b" -> " in line for name in found)


@difference("unreadable-files-are-errors-under-checksum")
def unreadable_files_are_errors_under_checksum(context, item):
    if context.case.has("-c") and context.case.has("-n") and context.case.uid and item.kind == "line":
        return bool(item.godwit) and not item.rsync
    if not context.case.has("-c") or b"Permission denied" not in context.godwit.outcome.err:
        return False
    if item.kind == "exit":
        return (item.rsync, item.godwit) == (0, 23)
    return b"Permission denied" not in context.rsync.outcome.err


@difference("old-version-stays-where-the-source-cannot-be-read")
def old_version_stays(context, item):
    before = context.case.nodes.get(item.where)
    return (item.kind == "tree" and item.rsync is None and before is not None and item.godwit.kind == before.kind != "dir"
            and b"failed to open" in context.rsync.outcome.err and context.godwit.outcome.code == 23)


@difference("hidden-folder-in-the-way-stays")
def hidden_folder_in_the_way_stays(context, item):
    return (b"could not make way" in context.godwit.outcome.err
            and b"could not make way" not in context.rsync.outcome.err
            and bool(context.case.has("--delete", "--del", "--delete-during", "--delete-before", "--delete-after",
                                      "--delete-delay", "--delete-excluded", "--force")))


@difference("keep-dirlinks-set-the-folder")
def keep_dirlinks_set_the_folder(context, item):
    before = context.case.nodes.get(item.where)
    return (context.case.has("-K") and item.kind == "tree" and item.fields == ("mtime_ns",)
            and before is not None and before.kind in ("link", "dir"))


@difference("set-id-lines")
def set_id_lines(context, item):
    if item.kind != "line" or item.where[:2] != b".f":
        return False
    name = item.where[12:].rsplit(b"/", 1)[-1]
    return any(p.rsplit(b"/", 1)[-1] == name and n.mode & 0o6000 for p, n in context.case.nodes.items())


@difference("order-of-lines")
def order_of_lines(context, item):
    return False  # lines are compared as multisets
