"""What goes at the destination, or stands in the way there."""
import re

from hooks import NOW, difference, printed_name, printed_plain, told_path


def deletion_held_back(context):
    """godwit reported an error and rsync, too, ended with a partial transfer."""
    return context.godwit.outcome.code == 23 and context.case.has(
        "--delete", "--delete-before", "--delete-during", "--delete-after", "--delete-delay", "--del",
        "--delete-excluded", "--force") and re.search(rb"delet|make way", context.godwit.outcome.err)


@difference("no-deletion-after-scan-error")
def no_deletion_after_scan_error(context, item):
    if item.where.startswith(b"IO error encountered -- skipping"):
        return context.godwit.outcome.code == 23  # godwit says it where there was something to delete
    if not deletion_held_back(context):
        return False
    if item.kind == "tree":
        return any(item.where == p or item.where.startswith(p + b"/") or p.rpartition(b"/")[0] == item.where
                   for p in context.kept_back())
    if item.kind == "line" and item.godwit:  # the folder of what stays is as old as it was
        as_old = item.where[1:2] == b"d" and [i for i in context.items if i.kind == "line" and i.rsync
                                              and i.where[1:2] == b"d" and i.where[4:5] == b"t"
                                              and told_path(i.where) == told_path(item.where)]
        return item.where.startswith((b"cannot delete non-empty directory", b"Number of deleted")) or (
            bool(as_old) and any(context.line_names(item, p.rpartition(b"/")[0]) for p in context.kept_back()))
    if item.kind == "line":
        return any(context.line_names(item, p) or context.line_names(item, p.rpartition(b"/")[0])
                   for p in context.kept_back()) or item.where.startswith((b"*deleting", b"deleting", b"Number of deleted",
                                                           b"cannot delete non-empty directory"))
    return item.kind == "exit" and item.rsync == 25


def folders_in_the_way(context):
    """Folders of the dest in whose place one of the tools wanted something else."""
    nodes = context.case.nodes
    names = {p.rsplit(b"/", 1)[-1] for p, n in nodes.items() if not p.startswith(b"dst") and n.kind != "dir"}
    return [p for p, n in nodes.items() if p.startswith(b"dst/") and n.kind == "dir" and p.rsplit(b"/", 1)[-1] in names]


def may_be_moved(context, path):
    """A file at the destination of which the source has a copy under another name."""
    nodes = context.case.nodes
    return path in nodes and any(n.kind == nodes[path].kind == "file" and n.content == nodes[path].content
                                 and not p.startswith(b"dst/") for p, n in nodes.items())


@difference("a-failed-removal-is-told-once")
def a_failed_removal_is_told_once(context, item):
    told = re.fullmatch(rb"cannot delete non-empty directory: (.*)", item.where)
    return (item.kind == "line" and item.rsync and told is not None
            and b"delete_file: rmdir(" + told[1] + b") failed" in context.rsync.outcome.err
            and b"cannot remove folder '" in context.godwit.outcome.err)


@difference("max-delete-chooses-otherwise")
def max_delete_chooses_otherwise(context, item):
    ways = folders_in_the_way(context)
    if not ways and item.kind == "tree" and None in (item.rsync, item.godwit):
        others = [i.where for i in context.items if i.kind == "tree" and None in (i.rsync, i.godwit)]
        return b"limit" in context.godwit.outcome.err and any(may_be_moved(context, path) for path in others)
    if not ways or not all(b"limit" in result.outcome.err for result in (context.rsync, context.godwit)):
        return False
    if item.kind == "exit":
        return {item.rsync, item.godwit} <= {23, 25}
    if item.kind == "tree":  # what is gone with one only, a folder that something went from, or what it made way for
        was = context.case.nodes.get(item.where)
        is_folder = was is not None and was.kind == "dir" and item.fields == ("mtime_ns",)
        return item.where.startswith(b"dst/") and was is not None and None in (item.rsync, item.godwit) or is_folder or (
            item.where in ways)
    return item.kind == "line" and (
        item.where.startswith((b"*deleting", b"deleting", b"cannot delete non-empty directory", b"Number of",
                               b"Total transferred")) or any(context.line_names(item, p) for p in ways))


def in_the_way(context):
    """Paths, as errors name them, that neither tool could make way for."""
    found = re.findall(rb"could not make way for new [a-z ]+: (.*)", context.rsync.outcome.err)
    return [printed_plain(name) for name in found if b"could not make way" in context.godwit.outcome.err]


@difference("line-before-a-failure")
def line_before_a_failure(context, item):
    if item.kind == "line" and item.godwit and b"*** Skipping any contents" in context.rsync.outcome.err:
        blocked = re.findall(rb"could not make way for new directory: (.*)", context.rsync.outcome.err)
        blocked += re.findall(rb'mkdir ".*?/dst/(.*)" failed', context.rsync.outcome.err)
        is_folder = item.where.startswith(b"cd+++") or re.match(rb"[^ ]*/$", item.where)
        return bool(is_folder) and any(told_path(item.where).startswith(name + b"/") for name in blocked)
    names = in_the_way(context)
    if item.kind != "line" or not names:
        return False
    if item.where.startswith((b"Number of created", b"Number of regular", b"Total transferred")):
        return context.case.has("-n")
    if not item.godwit:
        return False
    shown = printed_plain(re.sub(rb"^[<>c.][fdLDS][^ ]{9} ", b"", item.where))
    return any(shown == name or shown.startswith(name + b" -> ") for name in names)


@difference("line-before-an-error")
def line_before_an_error(context, item):
    failed = re.findall(rb"^godwit: cannot (?:create|write) '(.*)': ", context.godwit.outcome.err, re.M)
    return (item.kind == "line" and bool(item.godwit) and not item.rsync and context.rsync.outcome.code == 23
            and any(name.endswith(told_path(item.where)) for name in failed))


@difference("failed-file-touches-its-folder")
def failed_file_touches_its_folder(context, item):
    return (item.kind == "tree" and item.fields == ("mtime_ns",) and item.godwit.mtime_ns == NOW
            and any(printed_name(item.where).endswith(name.rpartition(b"/")[0]) for name in in_the_way(context)))


def line_names_one_of(line, errors):
    found = re.findall(rb"could not make way for new [a-z ]+: (.*)", errors)
    return any(line.endswith(name) or b" " + name + b" -> " in line for name in found)


def hides_what_a_folder_would_replace(context, item):
    folders = re.findall(rb"^godwit: cannot make folder '(.*)': File exists", context.godwit.outcome.err, re.M)
    if item.kind == "line":
        return item.godwit and any(told_path(item.where).startswith(f.partition(b"/")[2]) for f in folders)
    return item.kind == "exit" and bool(folders) and (item.rsync, item.godwit) == (0, 23)


def stays_hidden(context, item):
    """A folder that a rule hides stood where rsync put a file."""
    ways = [p for p, n in context.case.nodes.items() if n.kind == "dir" and p in context.rsync.trees
            and context.rsync.trees[p].kind != "dir" and p in context.godwit.trees
            and context.godwit.trees[p].kind == "dir" and context.case.has("--exclude", "--exclude-from", "--filter", "-f")]
    if item.kind == "tree":
        return any(item.where == p or item.where.startswith(p + b"/") for p in ways)
    return item.kind == "line" and item.rsync and any(
        context.line_names(item, p) or context.line_is_below(item, p) for p in ways)


@difference("hidden-names-are-not-listed")
def hidden_names_are_not_listed(context, item):
    if any(word.startswith("--max-delete") for word in context.case.words()) and b"limit" in context.godwit.outcome.err:
        held = [b"dst/" + line.partition(b": ")[2] for line in context.rsync.outcome.out.split(b"\n")
                if line.startswith(b"cannot delete non-empty directory: ")]
        held = [p for p in held if p in context.case.nodes]
        if item.kind == "exit":
            return bool(held) and (item.rsync, item.godwit) in ((0, 25), (23, 25))
        return item.kind == "line" and item.rsync and any(
            item.where == b"cannot delete non-empty directory: " + p[4:] for p in held)
    if context.case.has("--ignore-existing") and hides_what_a_folder_would_replace(context, item):
        return True
    if item.kind == "line" and item.where.startswith(b"cannot delete non-empty directory: ") and item.rsync:
        unread = re.findall(rb"^godwit: cannot open '(.*)': Permission", context.godwit.outcome.err, re.M)
        if any(name.endswith(told_path(item.where)) for name in unread):
            return True
    if context.case.has("--existing") and stays_hidden(context, item):
        return True
    if context.case.has("--existing") and ways_left(context.rsync) - ways_left(context.godwit):
        counts_as_none = (item.kind, item.rsync, item.godwit) == ("exit", 23, 0) or is_emptied_by_rsync(context, item)
        if counts_as_none or item.kind == "line" and item.where.startswith(b"cannot delete non-empty directory"):
            return True
    if not context.case.has("-n"):
        return False
    if context.case.has("--ignore-existing") and item.kind == "line" and any(
            context.line_names(item, p) or item.where.startswith((b"Number of", b"Total transferred"))
            for p in folders_in_the_way(context)):
        return True
    if item.kind == "line":
        held = [told_path(i.where) for i in context.items if i.kind == "line" and i.rsync
                and i.where.startswith(b"cannot delete non-empty directory")]
        if told_path(item.where) in held and item.where.startswith((b"cannot", b"deleting ", b"*deleting ")):
            return True
        if held and item.where.startswith(b"Number of deleted"):
            return True
    if b"could not make way" not in context.rsync.outcome.err:
        return False
    if item.kind == "exit":
        return (item.rsync, item.godwit) == (23, 0)
    return item.kind == "line" and (
        item.where.startswith((b"cannot delete non-empty directory", b"Number of", b"Total transferred"))
        or line_names_one_of(item.where, context.rsync.outcome.err))


def ways_left(result):
    """Names, as errors print them, that the tool could not make way for."""
    found = re.findall(rb"could not make way for (?:new [a-z ]+: (.*)|'(.*?)': )", result.outcome.err)
    return {one or other for one, other in found}


def is_emptied_by_rsync(context, item):
    """It went from a folder that rsync could not make way for in the end."""
    name = printed_name(item.where)
    return item.kind == "tree" and item.rsync is None and any(
        name.startswith(b"dst/" + way + b"/") for way in ways_left(context.rsync))


def is_hidden_way(context, item):
    """In a dry run rsync alone tells that it empties a folder in the way, which a rule protects."""
    ways = [p for p in folders_in_the_way(context) if context.line_is_below(item, p)]
    return context.case.has("-n") and item.kind == "line" and item.rsync and not item.godwit and bool(ways) and (
        item.where.startswith((b"deleting ", b"*deleting ")) and context.case.has("--exclude", "--exclude-from", "--filter", "-f"))


@difference("hidden-folder-in-the-way-stays")
def hidden_folder_in_the_way_stays(context, item):
    if is_hidden_way(context, item):
        return True
    if item.kind == "line" and item.where.startswith(b"Number of deleted") and any(
            is_hidden_way(context, other) for other in context.items):
        return True
    if not ways_left(context.godwit) - ways_left(context.rsync):
        return False
    if item.kind == "exit":
        return item.godwit == 23
    stayed = [p for p in folders_in_the_way(context)
              if context.godwit.trees.get(p) and context.godwit.trees[p].kind == "dir"
              and context.rsync.trees.get(p) and context.rsync.trees[p].kind != "dir"]
    if is_emptied_by_rsync(context, item):
        return True
    if item.kind == "tree":
        return any(item.where == p or item.where.startswith(p + b"/")
                   or p.rpartition(b"/")[0] == item.where and item.fields == ("mtime_ns",) for p in stayed)
    return item.where.startswith((b"Number of", b"Total transferred")) or any(
        context.line_names(item, p) or context.line_is_below(item, p) for p in stayed)


@difference("read-only-folders-are-emptied")
def read_only_folders_are_emptied(context, item):
    nodes = context.case.nodes
    locked = [p for p, n in nodes.items() if p.startswith(b"dst") and n.kind == "dir" and n.uid == context.case.uid
              and n.mode & 0o300 != 0o300]
    if not locked or not re.search(rb"delete_file: [a-z]+\(.*\) failed: Permission denied", context.rsync.outcome.err):
        return False
    if item.kind == "exit":
        return item.rsync == 23
    if item.kind == "tree":
        return any(item.where == p and item.fields == ("mtime_ns",)
                   or item.where.startswith(p + b"/") and item.godwit is None for p in locked)
    names_it = any(context.line_names(item, p) for p in locked)  # its time changed when it was emptied
    return item.godwit and (names_it or item.where.startswith((b"deleting ", b"*deleting ", b"Number of deleted")))


@difference("kept-files-keep-their-mode")
def kept_files_keep_their_mode(context, item):
    before = context.case.nodes.get(item.where)
    return (item.kind == "tree" and item.fields == ("mode",) and before is not None and item.where.startswith(b"dst/")
            and context.case.uid is not None and any(word.startswith("--del") for word in context.case.words())
            and item.godwit.mode & 0o7777 == before.mode and item.rsync.mode & 0o7777 == before.mode | 0o200)


@difference("sources-go-when-all-is-copied")
def sources_go_when_all_is_copied(context, item):
    if not context.case.has("--remove-source-files") or len(context.case.sources) < 2:
        return False
    if item.kind == "line" and item.where.startswith(b"sender file already removed: "):
        return True
    if (context.rsync.outcome.code, context.godwit.outcome.code) not in ((24, 0), (23, 23), (23, 0)):
        return False
    if item.kind == "tree":
        is_newer = item.rsync is not None and b"/" + item.where.rsplit(b"/", 1)[-1] + b'"' in context.rsync.outcome.err
        return item.where.startswith(b"dst") and (item.rsync is None or is_newer or item.fields == ("mtime_ns",))
    return item.kind == "exit" or item.godwit or item.where.startswith((b"Number of", b"Total "))


@difference("sources-behind-links-go-too")
def sources_behind_links_go(context, item):
    if b"failed to secure-open-parent" not in context.rsync.outcome.err or not context.case.has("--remove-source-files"):
        return False
    if item.kind == "tree":
        return item.rsync is not None and item.godwit is None and not item.where.startswith(b"dst")
    return item.kind == "exit" and (item.rsync, item.godwit) == (23, 0)


@difference("source-stays-when-the-destination-failed")
def source_stays(context, item):
    return (item.kind == "tree" and context.case.has("--remove-source-files") and item.rsync is None
            and item.where.startswith(b"src/") and context.godwit.outcome.code == 23
            and printed_name(item.where.rsplit(b"/", 1)[-1]) in context.godwit.outcome.err)
