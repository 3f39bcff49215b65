"""Differences where godwit renames what rsync sends once more."""
import re

from hooks import NOW, SECOND, difference

MOVED = re.compile(rb"^c[fdLDS][+.a-z ]{9} (.*) <= (.*)$", re.M)


@difference("moved-at-the-destination")
def moved_at_the_destination(context, item):
    if not context.case.has("--delete", "--delete-during", "--delete-after", "--delete-delay", "--del",
                            "--delete-excluded"):
        return False
    out = context.godwit.outcome.out
    moved = [new.partition(b" -> ")[0] for new, _ in MOVED.findall(out)]
    if item.kind == "tree":  # without -t it keeps its time
        before = {n.mtime_ns // SECOND for p, n in context.case.nodes.items() if p.startswith(b"dst/")}
        return item.fields == ("mtime_ns",) and item.where not in context.case.nodes and (
            item.rsync.mtime_ns == NOW and item.godwit.mtime_ns // SECOND in before)
    if item.kind != "line":
        return False
    if item.godwit and MOVED.match(item.where):
        return True
    if item.rsync and re.match(rb"[<>c][fdLDS][+.a-z ]{9} ", item.where):
        return item.where[12:].partition(b" -> ")[0] in moved
    return b"Number of moved files" in out and item.where.startswith(
        (b"Number of moved files", b"Number of regular files transferred", b"Total transferred file size"))
