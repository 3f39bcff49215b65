"""Differences where godwit renames what rsync sends once more."""
import re

from hooks import NOW, difference, printed_plain

MOVED = re.compile(rb"^c[fdLDS][+.a-zT ]{9} (.*) <= (.*)$", re.M)


DELETION = re.compile(rb"^(?:\*deleting   |deleting )(.*)$")


def is_told_under_its_new_name(context, item):
    """A deletion in a folder that was renamed before: rsync names the old place, godwit the new one."""
    told = DELETION.match(printed_plain(item.where))
    others = [DELETION.match(printed_plain(i.where)) for i in context.items if i.kind == "line" and bool(i.godwit) != bool(item.godwit)]
    pairs = [(told[1], other[1]) if item.godwit else (other[1], told[1]) for other in others if told and other]
    return any(new.rstrip(b"/").rsplit(b"/", 1)[-1] == old.rstrip(b"/").rsplit(b"/", 1)[-1]
               and b"dst/" + new.rstrip(b"/") not in context.case.nodes for new, old in pairs)


def keeps_what_is_not_asked_for(context, item):
    """Without -o or -g a moved file keeps owner or group, and in a renamed folder its time without -t."""
    if item.where in context.case.nodes or item.rsync is None or item.godwit is None:
        return False
    before = [(p.rsplit(b"/", 1)[-1], n) for p, n in context.case.nodes.items() if p.startswith(b"dst/")]
    name, mine = item.where.rsplit(b"/", 1)[-1], item.godwit
    kept = {"uid": any(mine.uid == n.uid for _, n in before),
            "gid": any(mine.gid == n.gid for _, n in before),
            "mtime_ns": item.rsync.mtime_ns == NOW and any(
                (name, mine.mtime_ns) == (old, n.mtime_ns) for old, n in before)}
    return all(kept.get(field) for field in item.fields)


def came_along(context, item):
    """What was to be deleted in a renamed folder stays in it when something of the source could not be read."""
    name = item.where.rsplit(b"/", 1)[-1]
    return (item.rsync is None and item.where not in context.case.nodes
            and b"nothing more was deleted" in context.godwit.outcome.err
            and any(old.rsplit(b"/", 1)[-1] == name and old not in context.godwit.trees
                    for old in context.case.nodes if old.startswith(b"dst/")))


@difference("moved-at-the-destination")
def moved_at_the_destination(context, item):
    if not context.case.has("--delete", "--delete-during", "--delete-after", "--delete-delay", "--del",
                            "--delete-excluded", "-y", "-yy"):
        return False
    out = context.godwit.outcome.out
    moved = [printed_plain(new.partition(b" -> ")[0]) for new, _ in MOVED.findall(out)]
    old_names = [printed_plain(old) for _, old in MOVED.findall(out)]
    if item.kind == "tree" and item.godwit is None and item.where[len(b"dst/"):] in old_names:
        return True  # where rsync was kept from deleting it
    if item.kind == "line" and item.godwit and item.where.startswith(b"*deleting   "):
        if printed_plain(item.where[len(b"*deleting   "):]) in old_names:
            return True
    if item.kind == "tree":
        return keeps_what_is_not_asked_for(context, item) or came_along(context, item)
    if item.kind != "line":
        return False
    if item.godwit and MOVED.match(item.where) or is_told_under_its_new_name(context, item):
        return True
    if item.rsync and re.match(rb"[<>c][fdLDS][+.a-zT ]{9} ", item.where):
        return printed_plain(item.where[12:].partition(b" -> ")[0]) in moved
    return b"Number of moved files" in out and item.where.startswith(
        (b"Number of moved files", b"Number of regular files transferred", b"Total transferred file size"))
