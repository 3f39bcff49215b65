"""What is kept of an entry, and when it counts as changed."""
import re

from hooks import NOW, SECOND, difference, printed_name, printed_plain


def seconds(seen):
    """The whole seconds of a time; of the run's own time nothing that equals another."""
    return seen if seen.mtime_ns == NOW else seen.mtime_ns // SECOND


@difference("nanosecond-compare")
def nanosecond_compare(context, item):
    paths = context.sub_second_pairs()
    if item.kind == "tree" and item.rsync is None and item.where.startswith(b"src/"):  # the newer one is not its copy
        return bool(paths) and context.case.has("-u") and context.case.has("--remove-source-files")
    if item.kind == "tree":
        return item.where in paths or item.fields == ("mtime_ns",) and (
            seconds(item.rsync) == seconds(item.godwit)
            or any(p.rpartition(b"/")[0] == item.where for p in paths))  # the folder of a file that rsync left
    if item.kind == "line":
        renamed = context.case.sources[0] if context.case.dest in paths else None  # told by its name at the source
        return any(context.line_names(item, p) for p in [*paths, *filter(None, [renamed])]) or (
            bool(paths) and item.where.startswith((b"Number of", b"Total transferred")))
    failed = re.findall(rb"^godwit: cannot (?:set time of|open|read) '(.*)'", context.godwit.outcome.err, re.M)
    return (item.rsync, item.godwit) == (0, 23) and any(
        name.rsplit(b"/", 1)[-1] == printed_name(p.rsplit(b"/", 1)[-1]) for name in failed for p in paths)


@difference("rsync-does-not-end")
def rsync_does_not_end(context, _item):
    return context.rsync.outcome.code is None and context.godwit.outcome.code is not None


@difference("equal-files-are-not-written-in-place")
def equal_files_are_not_written(context, item):
    before = context.case.nodes.get(item.where)
    return (context.case.has("--inplace", "--append", "--append-verify") and item.kind == "tree"
            and item.fields == ("mtime_ns",) and before is not None and before.kind == "file"
            and item.rsync.mtime_ns == NOW and item.godwit.mtime_ns == before.mtime_ns)


@difference("append-keeps-what-is-there-under-sparse")
def append_keeps_what_is_there(context, item):
    return False  # the generator does not combine them; tests/e2e shows it


@difference("failed-append-is-told-at-v")
def failed_append_is_told(context, item):
    return False  # the generator does not choose --append-verify; tests/e2e shows it


@difference("growing-file-is-reported")
def growing_file_is_reported(context, item):
    return False  # random trees stand still; tests/e2e shows it


@difference("partial-files-in-their-own-folder")
def partial_files_in_their_own_folder(context, item):
    return False  # nothing interrupts these runs; tests/faults shows it


@difference("unicode-controls-are-escaped")
def unicode_controls_are_escaped(context, item):
    if item.kind != "line":
        return False
    pieces = {printed_plain(i.where) for i in context.items if i.kind == "line" and i.godwit}
    if item.godwit:
        return printed_plain(item.where) != item.where and any(
            i.kind == "line" and i.rsync and printed_plain(i.where) == printed_plain(item.where) for i in context.items)
    return printed_plain(item.where) in pieces


@difference("a-basis-gives-no-mode")
def a_basis_gives_no_mode(context, item):
    before = context.case.nodes.get(item.where)
    return (item.kind == "tree" and item.fields == ("mode",) and (before is None or before.kind != "file")
            and context.case.has("-y", "-yy") and item.rsync.kind == "file")


@difference("folder-times-are-kept")
def folder_times_are_kept(context, item):
    before = context.case.nodes.get(item.where)
    return (item.kind == "tree" and item.fields == ("mtime_ns",) and before is not None and before.kind == "dir"
            and (item.rsync.mtime_ns == NOW or context.case.has("--modify-window") or context.case.has("-@"))
            and item.godwit.mtime_ns == before.mtime_ns)


def unreadable(context):
    """Files that the case's user cannot read."""
    uid = context.case.uid
    return [] if uid is None else [p for p, n in context.case.nodes.items() if n.kind == "file" and (
        n.mode & 0o400 if n.uid == uid else n.mode & 0o004) == 0]


@difference("unreadable-files-are-errors-under-checksum")
def unreadable_files_are_errors_under_checksum(context, item):
    paths = unreadable(context)
    if not context.case.has("-c") or not paths:
        return False
    if item.kind == "line":
        if context.case.has("-n") and item.where.startswith((b"Number of regular", b"Total transferred")):
            return True
        is_one = (item.godwit and context.case.has("-n")) or (item.rsync and item.where.startswith(b".f"))
        return is_one and any(context.line_names(item, p) for p in paths)
    if context.case.has("--append", "--append-verify") and item.kind == "exit":
        return (item.rsync, item.godwit) == (23, 0)
    if b"Permission denied" not in context.godwit.outcome.err or b"Permission denied" in context.rsync.outcome.err:
        return False
    if item.kind == "exit":
        return (item.rsync, item.godwit) == (0, 23)
    return item.kind == "tree" and item.fields == ("mtime_ns",) and any(
        p.rsplit(b"/", 1)[-1] == item.where.rsplit(b"/", 1)[-1] for p in paths)


@difference("old-version-stays-where-the-source-cannot-be-read")
def old_version_stays(context, item):
    before = context.case.nodes.get(item.where)
    return (item.kind == "tree" and item.rsync is None and before is not None and item.godwit.kind == before.kind != "dir"
            and b"failed to open" in context.rsync.outcome.err and context.godwit.outcome.code == 23)


@difference("nodes-get-their-own-mode")
def nodes_get_their_own_mode(context, item):
    before = context.case.nodes.get(item.where)
    return (item.kind == "tree" and item.fields == ("mode",) and item.godwit.kind not in ("file", "dir", "link")
            and before is not None and before.kind not in ("dir", item.godwit.kind)
            and item.rsync.mode & 0o7777 == before.mode & 0o7777)


@difference("inherited-set-gid-stays")
def inherited_set_gid_stays(context, item):
    return (item.kind == "tree" and item.fields == ("mode",) and item.rsync.kind == "dir"
            and item.where not in context.case.nodes and not context.case.has("-p", "-a")
            and item.rsync.mode & 0o200 == 0 and item.godwit.mode == item.rsync.mode | 0o2000)


@difference("set-id-lines")
def set_id_lines(context, item):
    if item.kind != "line" or item.where[:2] != b".f":
        return False
    return any(n.mode & 0o6000 and context.line_names(item, p) for p, n in context.case.nodes.items())


@difference("the-group-bit-is-inherited")
def the_group_bit_is_inherited(context, item):
    return (item.kind == "tree" and item.fields == ("mode",) and item.rsync.kind == "dir"
            and item.godwit.mode == item.rsync.mode | 0o2000 and not item.rsync.mode & 0o200
            and item.where not in context.case.nodes)


@difference("unreadable-folders-stay-closed")
def unreadable_folders_stay_closed(context, item):
    closed = [p for p, n in context.case.nodes.items() if p.startswith(b"dst/") and n.kind == "dir"
              and n.uid == context.case.uid and n.mode & 0o500 != 0o500
              and b"cannot open folder '" + printed_name(p) + b"'" in context.godwit.outcome.err]
    if item.kind == "tree":
        return any(item.where == p or item.where.startswith(p + b"/") for p in closed)
    return item.kind == "line" and any(context.line_is_below(item, p) for p in closed) or (
        bool(closed) and item.where.startswith(b"Number of"))


@difference("order-of-lines")
def order_of_lines(context, item):
    return False  # lines are compared as multisets
