"""One case: trees, options and operands, all decided by a seed and a number."""
import random
from dataclasses import dataclass, field, replace

import choices
from blackbox.tree import Content, Node
from trees import EPOCH, SECOND, TreeMaker


@dataclass(frozen=True)
class Case:
    """Everything that a run depends on. `nodes` hold src, dst and outside; `way` is local, push or pull."""
    label: str
    uid: int | None
    umask: int
    way: str
    groups: tuple
    sources: tuple
    dest: bytes | None
    rules: str
    nodes: dict = field(hash=False)

    def words(self):
        return [word for group in self.groups for word in group]

    def has(self, *names):
        """True when one of the words is among the names, or a bundle of short options holds one of the letters."""
        for word in self.words():
            name = word.split("=")[0]
            if name in names:
                return True
            if word[0] == "-" and word[1:2] != "-" and any(len(n) == 2 and n[1] in word[1:] for n in names):
                return True
        return False

    def with_groups(self, groups):
        return replace(self, groups=tuple(groups))

    def with_nodes(self, nodes):
        return replace(self, nodes=nodes)

    def operands(self):
        """The operands as this case's way wants them."""
        sources, dest = list(self.sources), self.dest
        if self.way == "push" and dest is not None:
            dest = b"host:" + dest
        elif self.way == "pull":
            sources = [b"host:" + sources[0]] + [b":" + s for s in sources[1:]]
        return sources + ([] if dest is None else [dest])


def _outside(uid):
    owner = {"uid": uid or 0, "gid": uid or 0, "mtime_ns": EPOCH * SECOND}
    return {b"outside": Node("dir", 0o755, **owner), b"outside/in": Node("file", content=Content(7, 50), **owner),
            b"outside/deep": Node("dir", 0o755, **owner), b"outside/deep/er": Node("dir", 0o755, **owner),
            b"outside/deep/er/x.c": Node("file", content=Content(8, 60), **owner)}


def _nodes(maker, rng):
    nodes = maker.tree(b"src", rng.choice([3, 8, 15, 25, 40]))
    if rng.random() < (0.08 if maker.user is None else 0.15):
        maker.lock_something(nodes, b"src")
    return nodes


def _without_ascents(nodes):
    """Where links are followed, one that leads to a folder above it makes a tree without end (of 2^40 names)."""
    for path, node in nodes.items():
        if node.kind == "link" and (node.target == b"." or node.target.startswith(b"..")) \
                and b"outside" not in node.target:
            nodes[path] = node.changed(target=b"sub")


def make(seed, number, uid):
    """The case with this number; `uid` None means root."""
    rng = random.Random(f"{seed}/{number}/{'root' if uid is None else 'user'}")
    has_outside = rng.random() < 0.3
    maker = TreeMaker(rng, uid, has_outside)
    nodes = _nodes(maker, rng)
    sources, dest, mapped = choices.operands(rng, nodes)
    _add_other_sources(maker, nodes, sources)
    groups = choices.options(rng)
    made = {b"dst": maker.folder()}
    if uid is not None:
        made[b"dst"] = made[b"dst"].changed(mode=0o755)
    dice = rng.random()
    if dice < 0.85:
        for source, place in mapped:
            if place == b"dst" or made.get(place.rsplit(b"/", 1)[0], Node("file")).kind == "dir":
                made.update(maker.older_version(nodes, source, place))
        maker.add_extraneous(made, b"dst")
    drop_orphans(made)
    nodes.update(made)
    if any(word in ("-L", "-k") for group in groups for word in group):
        _without_ascents(nodes)
    if has_outside:
        nodes.update(_outside(uid))
    way = rng.choices(["local", "push", "pull"], [6, 2, 2])[0]
    if way != "local" and any(b"\n" in operand for operand in [*sources, dest or b""]):
        way = "local"  # rsync's far end drops the newline of an argument
    if way == "push" and "--list-only" in (word for group in groups for word in group):
        way = "local"  # rsync's far end prints that list, and is not told of -h
    return Case(f"{number}{'u' if uid is not None else 'r'}", uid, rng.choice([0o022, 0o022, 0o077, 0o002, 0]), way,
                tuple(map(tuple, groups)), tuple(sources), dest, choices.rules_file(rng), nodes)


def _add_other_sources(maker, nodes, sources):
    """What the operands name beside `src`: a second tree with names of the first, a file with a dash."""
    if any(source.startswith(b"two") for source in sources):
        nodes.update(maker.older_version(nodes, b"src", b"two"))
    if b"-name" in sources:
        nodes[b"-name"] = maker.leaf(1)


def drop_orphans(nodes):
    """Removes what stands below something that is no folder."""
    for path in sorted(nodes):
        parent = path.rpartition(b"/")[0]
        if parent and (parent not in nodes or nodes[parent].kind != "dir"):
            del nodes[path]
