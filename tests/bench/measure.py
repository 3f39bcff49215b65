"""One run of one tool, checked and measured."""
import os
import subprocess
import time
from dataclasses import dataclass

from links import LINKS, children_seconds
from made import copy_tree


@dataclass(frozen=True)
class Run:
    wall: float
    cpu: float  # of both ends
    wire: int | None


def facts(root):
    """What has to be the same on both sides, by relative path, with times as rsync sees them: in seconds."""
    found = {}
    for base, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(base, name)
            state = os.lstat(path)
            link = os.readlink(path) if os.path.islink(path) else None
            size = 0 if name in folders else state.st_size
            found[os.path.relpath(path, root)] = (state.st_mode, state.st_uid, state.st_gid, int(state.st_mtime), link, size)
    return found


def check(new, target):
    """Ends the whole benchmark where a tool did not do its work: then its time says nothing."""
    wanted, found = facts(new), facts(target)
    odd = sorted(path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path))
    if odd:
        raise RuntimeError(f"{len(odd)} entries differ, first {odd[0]}: {wanted.get(odd[0])} / {found.get(odd[0])}")
    done = subprocess.run(["diff", "-rq", "--no-dereference", str(new), str(target)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"contents differ: {done.stdout.splitlines()[:1] or done.stderr}")


def run_tool(tool, options, case, folder, place):
    """The destination is put back as it was, the tool runs, the result is checked."""
    new, target = folder / "new", place.make()
    copy_tree(folder / "old", target)
    os.sync()
    link = LINKS[case.link]()
    cpu, start = children_seconds(), time.monotonic()
    done = subprocess.run([tool, *options, *link.words(tool, new, target)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    wall = time.monotonic() - start
    link.end()
    cpu = children_seconds() - cpu
    wire = link.count()
    if done.returncode:
        raise RuntimeError(f"{tool} ended with {done.returncode}: {(done.stderr or done.stdout)[-500:]}")
    check(new, target)
    place.drop()
    return Run(wall, cpu, wire)
