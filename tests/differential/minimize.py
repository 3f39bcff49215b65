"""Makes a failing case smaller, and prints it as a shell script."""
import os
import time
import zlib

from cases import drop_orphans


def _without_group(case):
    for index in range(len(case.groups)):
        yield case.with_groups(case.groups[:index] + case.groups[index + 1:])


def _without_nodes(case):
    paths = sorted(p for p in case.nodes if p not in (b"src", b"dst") and p not in case.sources)
    for path in paths:
        nodes = {p: n for p, n in case.nodes.items() if p != path and not p.startswith(path + b"/")}
        yield case.with_nodes(nodes)


def _halves(case):
    paths = sorted(p for p in case.nodes if b"/" in p and p not in case.sources)
    for start in range(0, len(paths), max(1, len(paths) // 4)):
        gone = set(paths[start:start + max(1, len(paths) // 4)])
        nodes = {p: n for p, n in case.nodes.items() if p not in gone}
        drop_orphans(nodes)
        yield case.with_nodes(nodes)


def shrink(case, fails, seconds=25):
    """The smallest case found for which `fails(case)` still holds."""
    until = time.monotonic() + seconds
    progress = True
    while progress:
        progress = False
        for smaller in (*_halves(case), *_without_group(case), *_without_nodes(case)):
            if time.monotonic() > until:
                return case
            if len(smaller.nodes) + len(smaller.groups) < len(case.nodes) + len(case.groups) and fails(smaller):
                case, progress = smaller, True
                break
    return case


def quoted(raw):
    """A word of bash."""
    if raw and all(c < 128 and chr(c).isalnum() or chr(c) in "._/:=,+@%-" for c in raw):
        return raw.decode()
    safe = "".join(chr(c) if 32 <= c < 127 and chr(c) not in "\\'" else f"\\x{c:02x}" for c in raw)
    return f"$'{safe}'" if "\\x" in safe else f"'{safe}'"


def _content(path, node):
    content = node.content
    if content.flavour == "sparse" and not content.edits:
        return f"truncate -s {content.size} {path}"
    data = content.data()
    if len(data) <= 24 and all(32 <= c < 127 for c in data):
        return f"printf %s {quoted(data)} >{path}"
    return (f"python3 -c 'import random, sys; "
            f"sys.stdout.buffer.write(random.Random({zlib.crc32(data)}).randbytes({len(data)}))' >{path}")


def _making(raw, node):
    path = quoted(raw)
    if node.kind == "file":
        return _content(path, node)
    if node.kind == "dir":
        return f"mkdir {path}"
    if node.kind == "link":
        return f"ln -s -- {quoted(node.target)} {path}"
    if node.kind == "socket":
        return f"python3 -c 'import os,sys; os.mknod(os.fsencode(sys.argv[1]), 0o140600)' {path}"
    if node.kind == "fifo":
        return f"mkfifo {path}"
    return f"mknod {path} {node.kind[0]} {os.major(node.device)} {os.minor(node.device)}"


def script(case, judge):
    """The case as a shell script to be run in an empty folder, with TOOL and RSH set."""
    names = {judge.rsh: "$RSH", "tool": "$TOOL", "--rsync-path=tool": "--rsync-path=$TOOL"}
    command = [names.get(os.fsdecode(word), os.fsdecode(word)) for word in judge.command(case, "tool")]
    text = []
    order = sorted(case.nodes)
    for raw in order:
        text.append(_making(raw, case.nodes[raw]))
    for raw in reversed(order):
        node, path = case.nodes[raw], quoted(raw)
        if node.uid or node.gid:
            text.append(f"chown -h {node.uid}:{node.gid} {path}")
        if node.kind != "link":
            text.append(f"chmod {node.mode:o} {path}")
        text.append(f"touch -h -d @{node.mtime_ns // 10**9}.{node.mtime_ns % 10**9:09} {path}")
    if any("from=" in word for word in case.words()):
        text.append(f"printf %s {quoted(case.rules.encode())} >rules")
    text.append(f"umask {case.umask:03o}")
    words = " ".join(w if w in names.values() else quoted(os.fsencode(w)) for w in command)
    if any(word.endswith("from=-") for word in case.words()):
        words += " <rules"
    if case.uid is not None:
        text.append(f"chown {case.uid}:{case.uid} .; # run as uid {case.uid}:")
        words = f"setpriv --reuid {case.uid} --regid {case.uid} --clear-groups {words}"
    return "\n".join("  " + line for line in [*text, words])
