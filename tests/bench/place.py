"""Where a run takes place: a file system made afresh in memory, or a plain folder where that is not allowed.

On one that is reused, ext4 avoids inodes that it freed lately, and the same work can take five times as long; a disk
adds its own noise.
"""
import os
import shutil
import subprocess
from pathlib import Path

# As many inodes as blocks: the usual one for 16 KiB is too few for many small files.
MKFS = ["mkfs.ext4", "-q", "-F", "-i", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0"]


def call(*words):
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Place:
    def __init__(self, work, space, kind):
        self.memory, self.at = work / "memory", work / "place"
        self.space = space
        self.mounted = []
        self.kind = kind

    def make(self):
        """An empty folder; what was there is gone."""
        self.drop()
        self.at.mkdir(parents=True)
        if self.kind != "folder":
            try:
                self._mount()
            except (OSError, subprocess.CalledProcessError):
                self._unmount()
                if self.kind == "ext4":
                    raise
                self.kind = "folder"  # not allowed here: not tried again
        (self.at / "dest").mkdir()
        return self.at / "dest"

    def drop(self):
        self._unmount()
        shutil.rmtree(self.at, ignore_errors=True)

    def _mount(self):
        if os.geteuid() != 0:
            raise PermissionError("mounting needs root")
        self.memory.mkdir(exist_ok=True)
        call("mount", "-t", "tmpfs", "-o", f"size={self.space * 9 // 8}", "tmpfs", self.memory)
        self.mounted.append(self.memory)
        image = self.memory / "image"
        with open(image, "wb") as file:
            file.truncate(self.space)
        call(*MKFS, image)
        call("mount", "-o", "loop,noatime", image, self.at)
        self.mounted.append(self.at)

    def _unmount(self):
        while self.mounted:
            call("umount", self.mounted.pop())


def space_of(tree):
    """Bytes and then some that hold a tree."""
    total = 0
    for base, folders, files in os.walk(tree):
        for name in files:
            total += os.lstat(os.path.join(base, name)).st_size + 4096
        total += 4096 * len(folders)
    return total


def make_place(work, folder, kind):
    """Room for the old version, the new one, and the new one while it is staged."""
    space = space_of(folder / "old") + 2 * space_of(folder / "new")
    return Place(Path(work), (64 << 20) + space * 5 // 4, kind)
