#!/usr/bin/env python3
"""Promise 11: a power cut never costs an old version before its successor is safe."""
import os
import shutil

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import tool
from blackbox.case import BlackBox, main
from blackbox.loop import Loop
from blackbox.tool import wait_until

FILES = 300
SIZE = 16 << 10
LARGE = 20 << 20  # is written past the page cache


def version(letter, number):
    return letter * ((LARGE if number == FILES - 1 else SIZE) + number)


class PowerCut(BlackBox):

    def setUp(self):
        super().setUp()
        self.disk = Loop(self.at, self.make)
        self.addCleanup(self.disk.end)

    make = "mkfs.xfs -q"

    def fill(self):
        for name, letter in ((self.path("src"), b"n"), (os.path.join(self.disk.at, "dst"), b"o")):
            shutil.rmtree(name, ignore_errors=True)
            os.mkdir(name)
            for number in range(FILES):
                with open(f"{name}/{number}", "wb") as file:
                    file.write(version(letter, number))
                os.utime(f"{name}/{number}", (1, 1) if letter == b"o" else None)
        os.sync()

    def is_old_or_new(self):
        """How many of them are new."""
        new = 0
        for number in range(FILES):
            with open(os.path.join(self.disk.at, "dst", str(number)), "rb") as file:
                seen = file.read()
            self.assertIn(seen[:1], (b"o", b"n"), f"{number}: {len(seen)} bytes")
            self.assertEqual(seen, version(seen[:1], number))
            new += seen[:1] == b"n"
        return new

    def note_something_else(self):
        """What brings renames to disk without the data of the files."""
        path = os.path.join(self.disk.at, "else")
        with open(path, "wb") as file:
            file.write(b"else")
            os.fsync(file.fileno())

    def ways(self):
        yield ["src/", "mounted/dst/"]
        yield ["--no-whole-file", "src/", "mounted/dst/"]
        yield ["-e", self.rsh, f"--rsync-path={self.tool}", "src/", f"host:{self.disk.at}/dst/"]
        yield ["-e", self.rsh, f"--rsync-path={self.tool}", f"host:{self.path('src')}/", "mounted/dst/"]

    def test_after_a_run_every_file_is_new(self):
        for words in self.ways():
            with self.subTest(" ".join(words)):
                self.fill()
                self.ends(self.run_tool("-a", *words), 0)
                self.note_something_else()
                self.disk.pull_the_plug()
                self.disk.come_back()
                self.assertEqual(self.is_old_or_new(), FILES)

    def test_during_a_run_every_file_is_old_or_new(self):
        for words in self.ways():
            with self.subTest(" ".join(words)):
                self.fill()
                first = os.path.join(self.disk.at, "dst", "0")
                before = os.stat(first).st_ino
                process = self.start_tool("-a", "--bwlimit=2m", *words)
                self.assertTrue(wait_until(lambda: os.stat(first).st_ino != before or process.poll() is not None))
                self.note_something_else()
                self.disk.pull_the_plug()
                tool.end(process)
                self.disk.come_back()
                self.is_old_or_new()


class PowerCutOnExt4(PowerCut):
    make = "mkfs.ext4 -q -F"


if __name__ == "__main__":
    main()
