"""What the hooks of the intended differences have in common: their registry, and what they may look at."""
import re

SECOND = 10**9
NOW = -1  # as judge.py writes it
HOOKS = {}


def difference(name):
    def register(function):
        HOOKS[name] = function
        return function
    return register


def printed_name(path):
    """A path as errors show it."""
    return re.sub(rb"[^\x20-\x7e]", lambda m: b"\\#%03o" % m[0][0], path)


def printed_plain(line):
    """A line with the escapes undone that rsync would not have made."""
    return re.sub(rb"\\#(\d{3})", lambda m: bytes([int(m[1], 8)]), line)


def told_path(line):
    """The path that a line of standard output tells of, as it is printed there."""
    if line.startswith(b"skipping non-regular file "):
        line = line.rstrip(b'"')
    line = re.sub(rb"^([<>ch.][fdLDS]([^ ]{9}| {9}) |\*deleting   |deleting |cannot delete non-empty directory: "
                  rb"|skipping directory |skipping non-regular file \"|sender file already removed: )", b"", line)
    return line.split(b" -> ")[0].rstrip(b"/")


def count(line):
    """The first number of a line, in the units that it is printed in."""
    digits = re.search(rb"\d[\d,]*(\.\d+)?", line)
    return float(digits[0].replace(b",", b"")) if digits else 0


class Context:
    """What a hook may look at besides its item."""

    def __init__(self, case, rsync, godwit, items):
        self.case = case
        self.rsync = rsync
        self.godwit = godwit
        self.items = items

    def line_names(self, item, path):
        """True when the line tells of this path (its last component is the same; of the root, its dot)."""
        told = told_path(item.where).rsplit(b"/", 1)[-1]
        name = b"." if path == b"dst" else path.rsplit(b"/", 1)[-1]
        return told in (name, printed_name(name), path)

    def line_is_below(self, item, path):
        """True when the line tells of something in this folder of the destination."""
        told, shown = b"/" + told_path(item.where), path.partition(b"/")[2]
        return any(b"/" + name + b"/" in told for name in (shown, printed_name(shown)))

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
