"""Runs both tools on equal copies of a case and lists where they differ."""
import collections
import os
import re
import time
from dataclasses import dataclass, field

from blackbox import shell, tree
from blackbox.tool import Outcome, environment, run

TOPS = (b"src", b"dst", b"outside", b"new", b"no")
NOW = -1
NUMBER = r"[0-9][0-9,.]*[KMGTP]?"
SHAPES = [
    (re.compile(rb"^sent [\d,.KMG]+ bytes  received [\d,.KMG]+ bytes  [\d,.KMG]+ bytes/sec$"), b"<sent and received>"),
    (re.compile(rb"^(total size is [\d,.KMG]+)  speedup is [\d,.KMG]+( \(DRY RUN\))?$"), rb"\1\2"),
    (re.compile(rb"^(Literal data|Matched data|File list size"
                rb"|Total bytes sent|Total bytes received): .*$"), rb"\1"),
    (re.compile(rb"^(sending|receiving) incremental file list$|^(building|receiving) file list \.\.\. .*$"), b"<listing>"),
    (re.compile(rb"^File list (generation|transfer) time: [\d.]+ seconds$"), b""),
    (re.compile(rb"^(d[rwxstST-]{9} +[\d,]+ )[\d/]{10} [\d:]{8}( \.)$"), rb"\1<now>\2"),  # what the harness itself makes
    (re.compile(rb"^ *\d+ files?(\.\.\.| to consider)$"), b""),
    (re.compile(rb"^delta-transmission (dis|en)abled.*$"), b""),
]
PROGRESS_END = re.compile(rb"((?:to|ir)-chk=\d+/\d+\))")  # a name may follow on the same line
PROGRESS_BREAK = re.compile(rb"(\d+% +\S+ +\d+:\d\d:\d\d  )(?=[^ (])")  # nor need it wait for the end
PROGRESS = re.compile(rb"^ +[\d,.KMG]+ +\d+% .*$")


@dataclass(frozen=True)
class Item:
    """One place where the two differ: an exit code, a name in a tree, or a line of output."""
    kind: str
    where: bytes
    rsync: object
    godwit: object
    fields: tuple = ()

    def trait(self):
        """What stays the same when the case is made smaller."""
        if self.kind == "line":
            return self.kind, self.rsync, self.where.split(b" ")[0] if self.where[:1] in b"*.<>c" else b""
        if self.kind == "tree":
            return self.kind, self.rsync is None, self.godwit is None, self.fields
        return self.kind, self.rsync, self.godwit

    def __str__(self):
        name = self.where.decode(errors="backslashreplace")
        if self.kind == "line":
            return f"line   only from {'rsync' if self.rsync else 'godwit'}: {name}"
        if self.kind == "tree" and self.fields:
            parts = [f"{f}: rsync {getattr(self.rsync, f)!r} godwit {getattr(self.godwit, f)!r}" for f in self.fields]
            return f"tree   {name}: {', '.join(parts)}"
        if self.kind == "tree":
            return f"tree   {name}: {'missing with godwit' if self.godwit is None else 'only with godwit'} " \
                   f"({(self.rsync or self.godwit).kind})"
        return f"{self.kind:6} rsync {self.rsync} godwit {self.godwit}"


@dataclass(frozen=True)
class Result:
    """What one tool did."""
    outcome: Outcome
    trees: dict = field(repr=False)


def lines(out):
    """Standard output as a multiset of lines, what is measured replaced by its shape."""
    counted = collections.Counter()
    for line in PROGRESS_BREAK.sub(rb"\1\n", PROGRESS_END.sub(rb"\1\n", out.replace(b"\r", b"\n"))).split(b"\n"):
        if PROGRESS.match(line):
            continue
        for pattern, shape in SHAPES:
            line = pattern.sub(shape, line)
        if line.startswith((b"cannot delete non-empty directory", b"skipping directory")):
            counted[line] = 1  # rsync says it at each attempt, and for each operand that means the folder
        elif line.strip():
            counted[line] += 1
    return counted


def _blur_new_times(trees, since):
    """Times set by the run itself are all the same: now."""
    until = time.time_ns() + 10**9
    for path, seen in trees.items():
        if since <= seen.mtime_ns <= until:
            trees[path] = tree.Seen(**{**seen.__dict__, "mtime_ns": NOW})
    return trees


class Judge:
    """Owns a work folder; each run starts from fresh copies at the same place in it."""

    def __init__(self, work, tools):
        self.work = work
        self.tools = tools
        self.rsh = shell.write(work)
        self.home = os.path.join(work, "home")
        os.makedirs(self.home, exist_ok=True)

    def command(self, case, tool):
        words = [tool, *case.words()]
        if case.way != "local":
            words += ["-e", self.rsh, f"--rsync-path={tool}"]
        return words + ["--"] + case.operands()

    def run_one(self, case, tool):
        place = os.path.join(self.work, "run")
        tree.remove(place)
        os.mkdir(place, 0o755)
        if case.uid is not None and case.uid != os.geteuid():
            os.chown(place, case.uid, case.uid)
        tree.build(place, case.nodes)
        with open(os.path.join(place, "rules"), "w", encoding="utf-8", newline="") as file:
            file.write(case.rules)
        since = time.time_ns() - 10**9
        outcome = run(self.command(case, tool), place, env=environment(self.home), uid=case.uid, umask=case.umask,
                      given=case.rules.encode(), timeout=150)
        trees = {}
        for top in sorted(os.listdir(os.fsencode(place))):
            for path, seen in tree.snapshot(os.path.join(os.fsencode(place), top)).items():
                trees[top if path == b"." else top + b"/" + path] = seen
        tree.remove(place)
        return Result(outcome, _blur_new_times(trees, since))

    def compare(self, case):
        """(items, rsync's result, godwit's result)"""
        rsync, godwit = (self.run_one(case, tool) for tool in self.tools)
        items = []
        if rsync.outcome.code != godwit.outcome.code:
            items.append(Item("exit", b"", rsync.outcome.code, godwit.outcome.code))
        if godwit.outcome.code not in (0, None) and not godwit.outcome.err.strip():
            items.append(Item("silent", b"", len(rsync.outcome.err), 0))
        items += tree_items(rsync.trees, godwit.trees)
        items += line_items(rsync.outcome.out, godwit.outcome.out)
        return items, rsync, godwit


def tree_items(rsync, godwit):
    items = []
    for path in sorted(set(rsync) | set(godwit)):
        one, other = rsync.get(path), godwit.get(path)
        if one is None or other is None:
            items.append(Item("tree", path, one, other))
        elif one != other:
            items.append(Item("tree", path, one, other, tuple(one.differs(other))))
    return items


def line_items(rsync, godwit):
    one, other = lines(rsync), lines(godwit)
    items = [Item("line", line, True, False) for line in sorted((one - other).elements())]
    return items + [Item("line", line, False, True) for line in sorted((other - one).elements())]
