"""Trees: described as nodes, made from the description, and read back.

Paths are bytes relative to a root. Reading never follows links and works below folders that a path could not name.
"""
import functools
import hashlib
import os
import random
import shutil
import stat
from dataclasses import dataclass, replace

KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "dir", stat.S_IFLNK: "link", stat.S_IFIFO: "fifo",
         stat.S_IFSOCK: "socket", stat.S_IFCHR: "char", stat.S_IFBLK: "block"}
TYPE_BITS = {kind: bits for bits, kind in KINDS.items()}


@dataclass(frozen=True)
class Content:
    """The bytes of a file: a seeded stream, then edits of the form (how, offset, length)."""
    seed: int = 0
    size: int = 0
    flavour: str = "random"
    edits: tuple = ()

    def data(self):
        return _bytes_of(self)


@functools.lru_cache(maxsize=256)
def _bytes_of(content):
    rng = random.Random(content.seed)
    if content.flavour == "random":
        data = bytearray(rng.randbytes(content.size))
    elif content.flavour == "text":
        words = [rng.randbytes(4).hex().encode() for _ in range(40)]
        data = bytearray()
        while len(data) < content.size:
            data += rng.choice(words) + (b"\n" if rng.random() < 0.2 else b" ")
        del data[content.size:]
    else:
        data = bytearray(content.size)
    for how, at, length in content.edits:
        if how == "insert":
            data[at:at] = rng.randbytes(length)
        elif how == "cut":
            del data[at:at + length]
        else:
            data[at:at + length] = rng.randbytes(len(data[at:at + length]))
    return bytes(data)


@dataclass(frozen=True)
class Node:
    """One name in a tree. Devices carry their number, links their target."""
    kind: str
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime_ns: int = 10**18
    content: Content = Content()
    target: bytes = b""
    device: int = 0

    def changed(self, **fields):
        return replace(self, **fields)


def _write_file(path, node):
    with open(path, "wb") as file:
        if node.content.flavour == "sparse" and not node.content.edits:
            file.truncate(node.content.size)
        else:
            file.write(node.content.data())


def _make(path, node):
    if node.kind == "file":
        _write_file(path, node)
    elif node.kind == "dir":
        os.mkdir(path, 0o700)
    elif node.kind == "link":
        os.symlink(node.target, path)
    else:
        os.mknod(path, 0o600 | TYPE_BITS[node.kind], node.device)


def _dress(path, node):
    status = os.lstat(path)
    if (status.st_uid, status.st_gid) != (node.uid, node.gid):
        os.lchown(path, node.uid, node.gid)
    if node.kind != "link":
        os.chmod(path, node.mode)
    os.utime(path, ns=(node.mtime_ns, node.mtime_ns), follow_symlinks=False)


def build(root, nodes):
    """Makes the nodes below `root`, which exists. Parents are among the nodes."""
    root = os.fsencode(root)
    order = sorted(nodes)
    for path in order:
        _make(os.path.join(root, path), nodes[path])
    for path in reversed(order):
        _dress(os.path.join(root, path), nodes[path])


@dataclass(frozen=True)
class Seen:
    """What a name was found to be. A folder's size says nothing and is 0; `what` is a digest or a link's target."""
    kind: str
    mode: int
    uid: int
    gid: int
    mtime_ns: int
    size: int
    what: bytes = b""
    device: int = 0

    def differs(self, other):
        """The names of the fields in which two differ."""
        return [name for name in self.__dataclass_fields__ if getattr(self, name) != getattr(other, name)]


def _digest(name, folder):
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
    with open(fd, "rb") as file:
        return hashlib.file_digest(file, "blake2b").digest()[:16]


def _look(name, folder):
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    kind = KINDS[stat.S_IFMT(status.st_mode)]
    what = b""
    if kind == "file":
        what = _digest(name, folder)
    elif kind == "link":
        what = os.readlink(name, dir_fd=folder)
    return Seen(kind, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, status.st_mtime_ns,
                0 if kind == "dir" else status.st_size, what,
                status.st_rdev if kind in ("char", "block") else 0)


def _read_folder(folder, prefix, into):
    for name in sorted(os.listdir(folder)):
        name = os.fsencode(name)
        seen = _look(name, folder)
        into[prefix + name] = seen
        if seen.kind == "dir":
            fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            try:
                _read_folder(fd, prefix + name + b"/", into)
            finally:
                os.close(fd)


def snapshot(root):
    """{path: Seen} of everything below `root` (the root itself as b'.'); nothing where it is missing."""
    root = os.fsencode(root)
    if not os.path.lexists(root):
        return {}
    top = _look(root, None)
    into = {b".": top}
    if top.kind == "dir":
        fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _read_folder(fd, b"", into)
        finally:
            os.close(fd)
    return into


def _open_up(path):
    for base, dirs, _ in os.walk(path):
        for name in dirs:
            full = os.path.join(base, name)
            if not os.path.islink(full):
                os.chmod(full, 0o700)


def remove(path):
    """Removes a tree, whatever its modes and depth."""
    if os.path.lexists(path):
        if os.geteuid() != 0:
            os.chmod(path, 0o700)
            _open_up(path)
        shutil.rmtree(path)
