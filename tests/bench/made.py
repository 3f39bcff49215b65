"""Workloads of made content: fixed seeds, the same bytes in every run.

Each is a function that fills two empty folders: `new`, the source, and `old`, what the destination holds before.
Its first line of documentation is what the table says.
"""
import os
import random
import shutil
import subprocess
from pathlib import Path

from sizes import MIB

BASE_TIME = 1_700_000_000


def write_random(path, size, seed):
    source = random.Random(seed)
    with open(path, "wb") as file:
        for at in range(0, size, MIB):
            file.write(source.randbytes(min(MIB, size - at)))


def copy_tree(source, target):
    """As it is, holes included."""
    subprocess.run(["cp", "-a", "--sparse=auto", f"{source}/.", str(target)], check=True)


def make_older(path):
    """rsync compares whole seconds: an old version has to look old."""
    os.utime(path, (BASE_TIME, BASE_TIME))


def tree_first(new, old, size):
    """real folders, first copy"""
    for tree in size.trees:
        target = new / Path(tree).name
        target.mkdir()
        copy_tree(tree, target)


def tree_few(new, old, size):
    """real folders, every 500th file changed, some added, some removed"""
    tree_first(new, old, size)
    copy_tree(new, old)
    files = sorted(path for path in new.rglob("*") if path.is_file() and not path.is_symlink())
    for number, path in enumerate(files):
        if number % 500 == 0:
            with open(path, "ab") as file:
                file.write(b"changed\n")
        elif number % 3000 == 1:
            path.unlink()
        elif number % 3000 == 2:
            shutil.copy(path, path.with_name(path.name + ".new"))


def tree_noop(new, old, size):
    """real folders, nothing changed"""
    tree_first(new, old, size)
    copy_tree(new, old)


def small_first(new, old, size):
    """many files of 1 KiB, first copy"""
    source = random.Random(1)
    for number in range(size.files):
        folder = new / f"d{number // 1000:03}"
        folder.mkdir(exist_ok=True)
        (folder / f"file-{number % 1000:04}.txt").write_bytes(source.randbytes(512).hex().encode())


def small_noop(new, old, size):
    """many files of 1 KiB, nothing changed"""
    small_first(new, old, size)
    copy_tree(new, old)


def big_first(new, old, size):
    """one big random file, first copy"""
    write_random(new / "big.bin", size.big, 2)


def big_new(new, old, size):
    """one big file that shares nothing with its old version"""
    write_random(old / "big.bin", size.big, 7)
    write_random(new / "big.bin", size.big + 1, 8)
    make_older(old / "big.bin")


def big_scatter(new, old, size):
    """pages of 4 KiB rewritten in one big file, one in each MiB"""
    write_random(old / "big.bin", size.big, 3)
    shutil.copy(old / "big.bin", new / "big.bin")
    source = random.Random(4)
    with open(new / "big.bin", "r+b") as file:
        for _ in range(size.edits):
            file.seek(source.randrange(size.big // 4096) * 4096)
            file.write(source.randbytes(4096))
    make_older(old / "big.bin")


def insert(old, new, cuts, source):
    """100 bytes at each of the places."""
    with open(old, "rb") as reader, open(new, "wb") as writer:
        for cut in sorted(cuts):
            writer.write(reader.read(cut - reader.tell()))
            writer.write(source.randbytes(100))
        shutil.copyfileobj(reader, writer, MIB)
    make_older(old)


def big_shift(new, old, size):
    """100 bytes inserted at 20 places of one big file"""
    write_random(old / "big.bin", size.big, 5)
    source = random.Random(6)
    cuts = [source.randrange(size.big) for _ in range(20)]
    insert(old / "big.bin", new / "big.bin", cuts, source)


def insertions(new, old, size):
    """100 bytes inserted in each MiB of one big file"""
    write_random(old / "big.bin", size.big, 9)
    source = random.Random(10)
    cuts = [source.randrange(size.big) for _ in range(size.edits)]
    insert(old / "big.bin", new / "big.bin", cuts, source)


def moved(new, old, size):
    """a folder of large files renamed"""
    (old / "before").mkdir()
    for number in range(max(4, size.big // (4 * MIB))):
        write_random(old / "before" / f"photo-{number:04}.raw", MIB, 100 + number)
    (new / "after").mkdir()
    copy_tree(old / "before", new / "after")
