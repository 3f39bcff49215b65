"""Random trees, and random older versions of them."""
import os

from blackbox.tool import NOBODY
from blackbox.tree import Content, Node

PLAIN = [b"a", b"b", b"c", b"d", b"e", b"f", b"x.c", b"y.c", b"z.o", b"README", b"lib", b"sub", b"a.b", b"a-b",
         b"a0", b"A", b".hid", b".git"]
ODD = [b"a b", b" lead", b"trail ", b"-dash", b"--delete", b"new\nline", b"\xff\xfe", b"caf\xc3\xa9", b"esc\x1b[1m",
       b"[x]", b"st*r", b"qu?", b"back\\slash", b"#hash", b"~tilde", b"tab\t", b"'q'", b'"q"', b"$HOME", b"a:b",
       b";semi", b"x" * 255, b"\xc2\x85c1", b"{a,b}", b"cr\r"]
FILE_MODES = [0o644] * 8 + [0o600, 0o755, 0o755, 0o444, 0o4755, 0o2755, 0o1644, 0o777, 0o666, 0o640]
DIR_MODES = [0o755] * 10 + [0o700, 0o750, 0o777, 0o2755, 0o1777, 0o775]
SIZES = [0, 1, 10, 10, 100, 699, 700, 701, 1000, 4096, 5000, 20000]
EPOCH = 1_600_000_000
SECOND = 10**9


class TreeMaker:
    """Makes nodes by one random source; `user` says whose tree it is (None: root's, with owners of all sorts)."""

    def __init__(self, rng, user, outside):
        self.rng = rng
        self.user = user
        self.outside = outside
        self.odd = rng.random() < 0.35
        self.whole_seconds = rng.random() < 0.2

    def name(self):
        if self.odd and self.rng.random() < 0.3:
            return self.rng.choice(ODD)
        return self.rng.choice(PLAIN)

    def time(self):
        if self.rng.random() < 0.01:
            return self.rng.choice([1, 0, -5 * SECOND, 4_000_000_000 * SECOND, 2**31 * SECOND])
        fraction = 0 if self.whole_seconds or self.rng.random() < 0.15 else self.rng.randrange(1, SECOND)
        return (EPOCH + self.rng.randrange(1_000_000)) * SECOND + fraction

    def owner(self):
        if self.user is not None:
            return self.user, self.user
        if self.rng.random() < 0.75:
            return 0, 0
        return self.rng.choice([0, 1, 1000, NOBODY, 12345]), self.rng.choice([0, 1, 1000, NOBODY, 54321])

    def content(self):
        rng = self.rng
        if rng.random() < 0.04:
            return Content(rng.randrange(100), rng.choice([70_000, 200_000]), rng.choice(["random", "text"]))
        if rng.random() < 0.03:
            return Content(0, 1 << 20, "sparse")
        return Content(rng.randrange(100), rng.choice(SIZES), rng.choice(["random", "text"]))

    def link_target(self, depth):
        rng = self.rng
        if self.outside and rng.random() < 0.15:
            return b"../" * (depth - 1) + rng.choice([b"outside", b"outside/in", b"outside/deep", b"outside/deep/er"])
        return rng.choice([b"nowhere", b"a", b"b", b"../b", b"sub", b".", b"./a", b"../a/b", b"lib/", b"x.c",
                           b"a" * 200, b"caf\xc3\xa9", b"\xff\n"])

    def leaf(self, depth):
        """Anything but a folder."""
        rng = self.rng
        uid, gid = self.owner()
        facts = {"uid": uid, "gid": gid, "mtime_ns": self.time()}
        dice = rng.random()
        if dice < 0.80:
            return Node("file", rng.choice(FILE_MODES), content=self.content(), **facts)
        if dice < 0.94:
            return Node("link", 0o777, target=self.link_target(depth), **facts)
        if dice < 0.97 or self.user is not None:
            return Node(rng.choice(["fifo", "socket"]), rng.choice([0o644, 0o600, 0o622]), **facts)
        return Node(rng.choice(["char", "block"]), 0o600, device=os.makedev(rng.choice([1, 7]), rng.randrange(9)),
                    **facts)

    def folder(self):
        uid, gid = self.owner()
        return Node("dir", self.rng.choice(DIR_MODES), uid=uid, gid=gid, mtime_ns=self.time())

    def fill(self, nodes, prefix, budget, depth):
        """Adds up to `budget` names below `prefix`; returns how many."""
        made = 0
        for _ in range(min(budget, self.rng.randint(1, 7))):
            name = self.name()
            path = prefix + b"/" + name
            if path in nodes or made >= budget:
                continue
            made += 1
            if depth < 5 and self.rng.random() < 0.3:
                nodes[path] = self.folder()
                made += self.fill(nodes, path, budget - made, depth + 1)
            else:
                nodes[path] = self.leaf(depth)
        return made

    def tree(self, root, budget):
        nodes = {root: self.folder()}
        left = budget
        for _ in range(6):
            left -= self.fill(nodes, root, left, root.count(b"/") + 1)
            if left <= 0:
                break
        return nodes

    # ---- an older version ---------------------------------------------------------------------------------------
    def other_type(self, node, depth):
        """A node of another type in the place of this one."""
        while True:
            other = self.folder() if node.kind != "dir" and self.rng.random() < 0.4 else self.leaf(depth)
            if other.kind != node.kind:
                return other

    def edited_content(self, content):
        rng = self.rng
        if content.flavour == "sparse" or content.size == 0:
            return Content(rng.randrange(100, 200), rng.choice(SIZES))
        how = rng.choice(["insert", "cut", "overwrite", "overwrite"])
        at = rng.randrange(content.size)
        return Content(content.seed, content.size, content.flavour, ((how, at, rng.randint(1, 50)),))

    def second_before(self, mtime_ns):
        return mtime_ns - self.rng.randint(1, 100_000) * SECOND

    def aged(self, node):
        """This node as it was before some change, most often as it is."""
        dice = self.rng.random()
        older = self.second_before(node.mtime_ns)
        if dice < 0.5:
            return node
        if dice < 0.62 and node.kind == "file":
            return node.changed(content=self.edited_content(node.content), mtime_ns=older)
        if dice < 0.66 and node.kind == "file" and node.content.size and node.content.flavour != "sparse":
            sly = ("overwrite", self.rng.randrange(node.content.size), 3)
            return node.changed(content=Content(node.content.seed, node.content.size, node.content.flavour, (sly,)))
        if dice < 0.75:
            return node.changed(mtime_ns=older)
        if dice < 0.79:
            return node.changed(mtime_ns=node.mtime_ns + self.rng.randint(1, 9) * SECOND)
        if dice < 0.81 and not self.whole_seconds:
            return node.changed(mtime_ns=node.mtime_ns // SECOND * SECOND + self.rng.randrange(SECOND))
        if dice < 0.90 and node.kind != "link":
            return node.changed(mode=self.rng.choice(DIR_MODES if node.kind == "dir" else FILE_MODES))
        if dice < 0.94:
            uid, gid = self.owner()
            return node.changed(uid=uid, gid=gid)
        if node.kind == "link":
            return node.changed(target=self.rng.choice([b"elsewhere", b"b", b"sub"]))
        return node

    def older_version(self, nodes, source, dest):
        """What may stand at `dest` (a path whose parent exists) before `source` is copied to it."""
        gone, made = [], {}
        for path in sorted(p for p in nodes if p == source or p.startswith(source + b"/")):
            place = dest + path[len(source):]
            if any(place.startswith(g + b"/") for g in gone):
                continue
            node, depth = self.aged(nodes[path]), place.count(b"/")
            if path != source and self.rng.random() < 0.12:
                gone.append(place)
                continue
            if path != source and self.rng.random() < 0.08:
                was, node = node, self.other_type(node, depth)
                if node.kind == "dir" and self.rng.random() < 0.7:
                    self.fill(made, place, 3, depth + 1)
                if was.kind == "dir":
                    gone.append(place)
            made[place] = node
        self.add_extraneous(made, dest)
        return made

    def add_extraneous(self, made, dest):
        if made.get(dest) is None or made[dest].kind != "dir":
            return
        folders = [p for p in made if made[p].kind == "dir"]
        for _ in range(self.rng.choice([0, 0, 1, 2, 4])):
            self.fill(made, self.rng.choice(folders), 2, 3)

    def lock_something(self, nodes, root):
        """As a user: something root's own that cannot be read; as root there is no such thing."""
        candidates = [p for p in nodes if p.startswith(root + b"/") and nodes[p].kind in ("file", "dir")]
        if self.user is None or not candidates:
            return
        path = self.rng.choice(candidates)
        mode = self.rng.choice([0o600, 0o644]) if nodes[path].kind == "file" else self.rng.choice([0o700, 0o755])
        if self.rng.random() < 0.5:
            nodes[path] = nodes[path].changed(mode=0 if nodes[path].kind == "file" else self.rng.choice([0, 0o555]))
        elif self.user != os.geteuid():
            nodes[path] = nodes[path].changed(uid=0, gid=0, mode=mode)
