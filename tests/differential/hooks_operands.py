"""What the operands mean, links at the destination, and what is counted."""
import os
import re

from hooks import count, difference, printed_name, printed_plain, told_path


def contents_of(trees, folder):
    return [p for p in trees if p.startswith(folder + b"/")]


def is_new_dest(context):
    """The dest was not there, and no slash says that it is a folder."""
    dest = context.case.dest or b"/"
    return not dest.endswith(b"/") and dest.rstrip(b"/.") not in context.case.nodes


def new_folder_items(context, item, below):
    """Items about nothing but the dest itself, or the folder `below` it, and how it was told of."""
    dest = context.case.dest.rstrip(b"/")
    parents = [dest.rsplit(b"/", n)[0] for n in range(1, dest.count(b"/") + 1)]
    if item.kind == "exit":
        return (item.rsync, item.godwit) in ((3, 11), (3, 0)) and bool(parents)
    if item.kind == "tree":
        return item.where in (dest, below, *parents)
    return item.where.startswith(b"created ") or context.rsync.outcome.code == 3


def made_nothing(outcome):
    """It ended well and told of nothing but, perhaps, its totals."""
    return outcome.code == 0 and not re.search(rb"^(created |[<>c.][fdLDS])", outcome.out, re.M)


@difference("dest-folder-is-made")
def dest_folder_is_made(context, item):
    dest = context.case.dest or b""
    if contents_of(context.rsync.trees, dest.rstrip(b"/")):
        return False
    if item.kind == "tree" and item.where == dest.rstrip(b"/") and item.fields == ("mode",):
        return context.case.has("--existing") and item.where not in context.case.nodes
    if made_nothing(context.rsync.outcome) and not contents_of(context.godwit.trees, dest.rstrip(b"/")):
        where = dest.rstrip(b"/")
        is_new = item.kind == "tree" and (item.where == where and item.rsync is None
                                          or item.where == where.rpartition(b"/")[0] and item.fields == ("mtime_ns",))
        is_told = item.kind == "line" and re.match(rb"created (directory|\d+ director(y|ies) for) ", item.where)
        if is_new or is_told or (context.godwit.outcome.code in (3, 11) and b"/" in dest):
            return True
    if (item.kind, item.rsync, item.godwit) == ("exit", 0, 3):  # a file stands where a folder is asked for
        return dest in context.case.nodes and context.case.has("-R") and not context.rsync.outcome.out.strip()
    return is_new_dest(context) and not contents_of(context.godwit.trees, dest) and new_folder_items(context, item, b"")


@difference("a-dest-for-nothing-is-not-opened")
def a_dest_for_nothing_is_not_opened(context, item):
    failed = re.findall(rb"^godwit: cannot open '", context.godwit.outcome.err, re.M)
    if len(failed) < len(context.case.sources) or b"error in file IO (code 11) at main.c" not in context.rsync.outcome.err:
        return False
    return (item.rsync, item.godwit) == (11, 23) if item.kind == "exit" else item.kind == "line" and item.godwit


@difference("folder-keeps-its-name")
def folder_keeps_its_name(context, item):
    case = context.case
    if not is_new_dest(context) or len(case.sources) != 1 or contents_of(context.rsync.trees, case.dest):
        return False
    below = case.dest + b"/" + case.sources[0].rsplit(b"/", 1)[-1]
    is_alone = contents_of(context.godwit.trees, case.dest) in ([], [below])
    return is_alone and new_folder_items(context, item, below)


@difference("no-dirs-means-the-same-everywhere")
def no_dirs_means_the_same_everywhere(context, item):
    case = context.case
    return (item.kind == "line" and case.way == "pull" and case.has("--list-only") and case.has("--no-d")
            and re.match(rb"[-dlbcps][-rwxsStT]{9} " if item.rsync else rb"skipping directory ", item.where) is not None)


@difference("pull-knows-what-it-asked-for")
def pull_knows_what_it_asked_for(context, item):
    if context.case.way == "pull" and b'found ".." dir in relative path' in context.rsync.outcome.err:
        return item.kind == "exit" and (item.rsync, item.godwit) == (12, 1)
    return context.case.way == "pull" and context.rsync.outcome.code == 4 and re.search(
        rb"ERROR: rejecting (excluded|unrequested) file-list name", context.rsync.outcome.err) is not None and (
            context.case.has("-R") or any(source.endswith(b"..") for source in context.case.sources))


@difference("dot-dot-is-a-folder")
def dot_dot_is_a_folder(context, item):
    if context.case.way != "pull" or not any(source.endswith(b"..") for source in context.case.sources):
        return False
    if made_nothing(context.rsync.outcome) and item.kind == "line" and item.where.startswith((b"*deleting", b"deleting")):
        return bool(item.godwit)
    if item.kind == "tree":
        was_deleted = item.godwit is None and item.where.startswith(b"dst/") and made_nothing(context.rsync.outcome)
        return was_deleted or item.where == (context.case.dest or b"").rstrip(b"/") and item.rsync is not None
    return item.kind == "line" and item.godwit and re.fullmatch(rb"(.d[^ ]{9} |.d {9} )?\./", item.where) is not None


@difference("wildcards-find-broken-links")
def wildcards_find_broken_links(context, item):
    case = context.case
    if case.way != "pull" or not case.has("-s", "--secluded-args", "--protect-args"):
        return False
    if not any(set(b"*?[") & set(source) for source in case.sources):
        return False
    links = [p for p in context.godwit.trees if p.startswith(b"dst") and p not in context.rsync.trees
             and context.godwit.trees[p].kind == "link"]
    if item.kind == "tree":
        return item.where in links
    return item.kind == "line" and (any(context.line_names(item, p) for p in links)
                                    or links and item.where.startswith((b"total size is ", b"Number of ", b"Total ")))


@difference("unreadable-names-win-too")
def unreadable_names_win(context, item):
    names = re.findall(rb"^godwit: symlink has no referent: '(.*)'", context.godwit.outcome.err, re.M)
    if len(context.case.sources) < 2 or context.rsync.outcome.code != 23:
        return False
    if item.kind == "exit":
        return item.godwit == 0 and b"symlink has no referent" in context.rsync.outcome.err
    if item.kind == "tree":
        name = printed_name(item.where.rsplit(b"/", 1)[-1])
        before = context.case.nodes.get(item.where)
        is_as_before = item.godwit and before and item.godwit.mtime_ns == before.mtime_ns
        return (item.godwit is None or is_as_before or item.fields == ("mtime_ns",)) and any(
            n.rsplit(b"/", 1)[-1] == name or n.rsplit(b"/", 2)[-2:-1] == [name] for n in names)
    return item.kind == "line" and (item.where.startswith((b"Number of", b"Total ")) or any(
        told_path(item.where).rsplit(b"/", 1)[-1] == n.rsplit(b"/", 1)[-1] for n in names))


@difference("implied-although-excluded")
def implied_although_excluded(context, item):
    """-R without -r: the folder of an operand that a rule excludes."""
    if context.case.has("-R") and item.where == b"dst" and set(item.fields or ()) <= {"mode", "mtime_ns", "uid", "gid"}:
        return item.kind == "tree"
    if context.case.has("-R") and item.kind == "line" and (
            item.where == b"./" or item.where.endswith((b" ./", b" <now> ."))):
        return True
    if not context.case.has("-R") or b"skipping directory" not in context.godwit.outcome.out:
        return False
    if item.kind == "tree":
        was_made = item.rsync is None and item.godwit.kind == "dir"
        return was_made or item.fields == ("mtime_ns",) and item.godwit.kind == "dir"
    return item.kind == "line" and (item.where.startswith(b"Number of") or re.match(rb"cd\+{9} ", item.where) is not None)


@difference("old-args-has-no-effect")
def old_args_has_no_effect(context, _item):
    return context.case.way == "pull" and context.case.has("--old-args") and any(
        re.search(rb"[^\w./~:@%+,=-]", source) for source in context.case.sources)


@difference("nothing-is-told-before-the-destination-opens")
def nothing_is_told(context, item):
    return (item.kind == "line" and item.rsync and context.rsync.outcome.code == context.godwit.outcome.code
            and context.godwit.outcome.code in (3, 11) and not context.godwit.outcome.out.strip()
            and item.where.startswith((b"skipping directory", b"<listing>")))


@difference("one-folder-under-two-names")
def one_folder_under_two_names(context, item):
    if not context.case.has("-K"):
        return False
    nodes = context.case.nodes
    pairs = []
    for path, node in nodes.items():
        if path.startswith(b"dst/") and node.kind == "link":
            real = os.path.normpath(os.path.join(os.path.dirname(path), node.target))
            if real.startswith(b"dst") and real in nodes and nodes[real].kind == "dir":
                pairs += [path, real]
    if item.kind == "exit":
        return bool(pairs) and (item.rsync, item.godwit) in ((0, 23), (23, 0))
    if item.kind == "tree":
        return any(item.where == p or item.where.startswith(p + b"/") for p in pairs)
    if b"dst" in pairs:  # the root itself has two names: so has all that is in it
        return True
    return any(context.line_is_below(item, p) or context.line_names(item, p) for p in pairs) or (
        bool(pairs) and item.where.startswith((b"Number of", b"Total transferred")))


def went_through_a_link(context, item):
    """rsync wrote what belongs in a folder through the link that --ignore-existing keeps in its place."""
    for path, node in context.case.nodes.items():
        if not path.startswith(b"dst/") or node.kind != "link":
            continue
        real = os.path.normpath(os.path.join(os.path.dirname(path), node.target))
        if item.kind == "line" and item.rsync and context.line_is_below(item, path):
            return True
        if item.kind == "tree" and (item.where == real and item.fields == ("mtime_ns",) or item.godwit is None
                                    and item.where.startswith(real + b"/") and item.where not in context.case.nodes):
            return True
    return item.kind == "line" and item.where.startswith(b"Number of created files")


@difference("ignore-existing-holds-for-folders")
def ignore_existing_holds_for_folders(context, item):
    nodes = context.case.nodes
    if context.case.has("--ignore-existing") and went_through_a_link(context, item):
        return True
    if item.kind == "tree" and context.case.has("--ignore-existing") and item.fields and set(item.fields) <= {
            "mode", "mtime_ns"}:
        before = nodes.get(item.where)
        if before is not None and before.kind != "dir" and (
                item.godwit.mtime_ns, item.godwit.mode & 0o7777) == (before.mtime_ns, before.mode & 0o7777):
            return True
    if item.kind == "line" and item.rsync and context.case.has("--ignore-existing") and context.case.has("-n"):
        return any(context.line_is_below(item, p) for p, n in nodes.items() if p.startswith(b"dst/") and n.kind != "dir")
    if item.kind == "line" and context.case.has("--ignore-existing") and item.where.startswith(b"skipping non-regular"):
        return item.rsync and any(context.line_is_below(item, p) for p, n in nodes.items() if n.kind != "dir")
    failed = re.search(rb"Not a directory|No such file|Too many levels", context.rsync.outcome.err)
    if not context.case.has("--ignore-existing") or not failed:
        return False
    kept = [p for p, n in nodes.items() if p.startswith(b"dst/") and n.kind != "dir"]
    if item.kind == "exit":
        return item.rsync == 23 and item.godwit in (0, 25)
    spared = any(word.startswith("--del") for word in context.case.words())  # by that error of rsync's own
    if item.kind == "tree":
        return item.where in kept and item.fields == ("mtime_ns",) or spared and (
            item.godwit is None or item.fields == ("mtime_ns",))
    return spared or item.where.startswith(b"Number of created files") or any(
        p.rsplit(b"/", 1)[-1] + b"/" in printed_plain(item.where) for p in kept)


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


@difference("keep-dirlinks-set-the-folder")
def keep_dirlinks_set_the_folder(context, item):
    before = context.case.nodes.get(item.where)
    return (context.case.has("-K") and item.kind == "tree" and item.fields == ("mtime_ns",)
            and before is not None and before.kind in ("link", "dir"))


def rsync_counts_more(context, item, *names):
    """Both sides printed the named line, rsync with the larger number."""
    for name in names:
        if item.where.startswith(name):
            lines = [i for i in context.items if i.kind == "line" and i.where.startswith(name)]
            return len(lines) == 2 and count(next(i.where for i in lines if i.rsync)) > count(
                next(i.where for i in lines if i.godwit))
    return False


@difference("duplicates-are-counted-once")
def duplicates_are_counted_once(context, item):
    return item.kind == "line" and len(context.case.sources) > 1 and rsync_counts_more(
        context, item, b"total size is", b"Total file size", b"Number of files")


@difference("only-known-empty-folders-are-pruned")
def only_known_empty_folders_are_pruned(context, item):
    """What could not be read in it is named by its error."""
    unread = re.findall(rb"^godwit: [a-z ]+: '(.*?)'", context.godwit.outcome.err, re.M)
    if not context.case.has("-m") or not item.godwit:
        return False
    if item.kind == "tree":
        name = printed_name(item.where.partition(b"/")[2])
        return item.rsync is None and item.godwit.kind == "dir" and any(name + b"/" in path for path in unread)
    is_folder = item.kind == "line" and item.where.endswith(b"/")
    return is_folder and any(told_path(item.where) + b"/" in path for path in unread)


@difference("a-leading-dash-implies-no-folder")
def a_leading_dash_implies_no_folder(context, item):
    case = context.case
    asked = case.way == "pull" and case.has("-R") and any(source.startswith(b"-") for source in case.sources)
    return asked and item.kind == "line" and (
        bool(item.rsync) and item.where.endswith(b" ./") or item.where == b"./"
        or rsync_counts_more(context, item, b"Number of files"))


@difference("pruned-folders-are-not-counted")
def pruned_folders_are_not_counted(context, item):
    if not context.case.has("-m"):
        return False
    if item.kind == "tree":  # one that two sources name, empty in both
        return len(context.case.sources) > 1 and item.godwit is None and item.rsync.kind == "dir" and all(
            context.rsync.trees[p].kind == "dir" for p in contents_of(context.rsync.trees, item.where))
    empty = [i.where for i in context.items if i.kind == "tree" and i.godwit is None and i.rsync.kind == "dir"]
    if item.kind == "line" and any(context.line_names(item, p) for p in empty):
        return len(context.case.sources) > 1
    return item.kind == "line" and rsync_counts_more(context, item, b"Number of files") and (
        re.sub(rb"^[^(]*|,? ?dir: [\d,]+|[()]", b"", item.where) in [
            re.sub(rb"^[^(]*|,? ?dir: [\d,]+|[()]", b"", i.where) for i in context.items
            if i.kind == "line" and i.where.startswith(b"Number of files") and i.rsync != item.rsync])


@difference("only-what-succeeded-is-counted")
def only_what_succeeded_is_counted(context, item):
    return item.kind == "line" and context.godwit.outcome.code == context.rsync.outcome.code == 23 and rsync_counts_more(
        context, item, b"Number of created files", b"Number of regular files", b"Total transferred file size")
