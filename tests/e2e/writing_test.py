#!/usr/bin/env python3
"""How a file is written at the destination: in place, at its end, with holes, with its room reserved."""
import os
import random
import re
import subprocess

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import tool, tree
from blackbox.case import BlackBox, godwit_only, main
from blackbox.loop import Loop

PAGE = 4096


def content(seed, size):
    return random.Random(seed).randbytes(size)


class Writing(BlackBox):

    def ways(self):
        """(what it is called, how a copy of `src/` to `dst/` is run)"""
        yield "local", lambda *words: self.run_tool(*words, "src/", "dst/")
        yield "delta", lambda *words: self.run_tool("--no-whole-file", *words, "src/", "dst/")
        yield "push", lambda *words: self.remote(*words, "src/", f"host:{self.path('dst')}/")
        yield "pull", lambda *words: self.remote(*words, f"host:{self.path('src')}/", "dst/")

    def each_way(self):
        for name, run in self.ways():
            with self.subTest(name):
                for folder in ("src", "dst"):
                    tree.remove(self.path(folder))
                    self.folder(folder)
                yield name, run

    def stat(self, name):
        return os.stat(self.path(name))

    def room(self, name):
        return self.stat(name).st_blocks * 512

    def sparse(self, name, size, *pieces):
        """A file of this size with data at some offsets."""
        with open(self.path(name), "wb") as file:
            file.truncate(size)
            for at, data in pieces:
                file.seek(at)
                file.write(data)

    def has_holes(self):
        self.sparse("probe", 1 << 20)
        return self.room("probe") == 0


class InPlace(Writing):

    def test_the_file_itself_gets_the_new_content(self):
        old = content(1, 300_000)
        for new in (old[:100_000] + b"changed" + old[100_007:], b"inserted" + old, old[1000:], old[:5000], b"",
                    old + old, content(2, 300_000)):
            for _, run in self.each_way():
                self.write("src/f", new, 0o640)
                self.write("dst/f", old)
                os.utime(self.path("dst/f"), (1, 1))
                os.link(self.path("dst/f"), self.path("other"))
                before = self.stat("dst/f").st_ino
                self.ends(run("-a", "--inplace"), 0)
                self.same("src", "dst")
                self.assertEqual(self.stat("dst/f").st_ino, before)
                self.assertEqual(self.read("other"), new)
                os.unlink(self.path("other"))

    def test_new_files_and_other_kinds_are_made_as_ever(self):
        for _, run in self.each_way():
            self.write("src/new", content(3, 20_000))
            self.write("src/large", content(4, 9 << 20))
            self.write("src/link", content(5, 20_000))
            self.write("outside", b"stays")
            os.symlink("../outside", self.path("dst/link"))
            self.ends(run("-a", "--inplace"), 0)
            self.same("src", "dst")
            self.assertEqual(self.read("outside"), b"stays")

    def test_a_read_only_file_of_ones_own_is_written_and_keeps_its_mode(self):
        self.write("src/f", b"new content")
        self.write("dst/f", b"old", 0o444)
        user = self.as_user()
        if not user:
            self.skipTest("needs root")
        before = self.stat("dst/f").st_ino
        self.ends(self.run_tool("-rt", "--inplace", "src/", "dst/", **user), 0)
        self.assertEqual(self.read("dst/f"), b"new content")
        self.assertEqual((self.stat("dst/f").st_ino, self.stat("dst/f").st_mode & 0o7777), (before, 0o444))

    def test_set_id_bits_survive_whatever_is_written(self):
        for how, content, size in (("--append", b"older", 5), ("--append", b"old", 1 << 20), ("--inplace", b"o", 1)):
            with self.subTest(f"{how} to {size}"):
                self.write("src/f", content, 0o6755)
                os.truncate(self.path("src/f"), size)
                self.write("dst/f", b"old", 0o6755)
                user = self.as_user()
                for side in ("src", "dst"):
                    os.chmod(self.path(f"{side}/f"), 0o6755) # a new owner took them
                self.ends(self.run_tool("-a", how, "src/", "dst/", **user), 0)
                self.same("src", "dst")

    def test_what_cannot_be_written_is_an_error(self):
        self.write("src/f", b"new content")
        self.write("dst/f", b"old", 0o444)
        user = self.as_user()
        if not user:
            self.skipTest("needs root")
        os.chown(self.path("dst/f"), 0, 0)
        outcome = self.run_tool("-a", "--inplace", "src/", "dst/", **user)
        self.ends(outcome, 23, "permission denied")
        self.assertEqual(self.read("dst/f"), b"old")

    def test_what_excludes_it_is_named(self):
        self.write("src/f", b"new")
        for words, texts in ((["--inplace", "--partial-dir=x"], ("--inplace", "--partial-dir")),
                             (["--append", "--partial-dir=x"], ("--append", "--partial-dir")),
                             (["--append", "-W"], ("--append", "--whole-file")),
                             (["--append-verify", "--whole-file"], ("--append", "--whole-file"))):
            with self.subTest(" ".join(words)):
                self.ends(self.run_tool("-a", *words, "src/", "dst/"), 1, *texts)
                self.assertFalse(os.path.exists(self.path("dst")))

    def test_what_turns_it_off_again_counts(self):
        self.write("src/f", b"new")
        for words in (["--inplace", "--no-inplace", "--partial-dir=x"], ["--append", "--no-append", "-W"],
                      ["--inplace", "--partial"], ["--append", "-W", "--no-W"], ["-S", "--no-S", "--no-sparse"]):
            with self.subTest(" ".join(words)):
                self.ends(self.run_tool("-a", *words, "src/", "dst/"), 0)

    def test_what_a_variable_names_does_not_exclude_it(self):
        self.write("src/f", b"new")
        environment = tool.environment(self.home, RSYNC_PARTIAL_DIR=".p")
        self.ends(self.run_tool("-a", "--partial", "--inplace", "src/", "dst/", env=environment), 0)
        self.assertEqual(self.names("dst"), ["f"])


class Append(Writing):

    def fill(self):
        self.write("src/shorter", b"hello world")
        self.write("dst/shorter", b"HELLO")
        self.write("src/equal", b"abc")
        self.write("dst/equal", b"xyz", 0o600)
        self.write("src/longer", b"ab")
        self.write("dst/longer", b"abcdef", 0o600)
        self.write("src/empty", b"from nothing")
        self.write("dst/empty", b"")
        self.write("src/new", b"new")
        for name in ("shorter", "equal", "longer", "empty"):
            os.utime(self.path(f"dst/{name}"), (1, 1))

    def test_only_shorter_files_grow_and_what_they_hold_is_trusted(self):
        for _, run in self.each_way():
            self.fill()
            before = self.stat("dst/shorter").st_ino
            self.ends(run("-a", "--append"), 0)
            self.assertEqual(self.read("dst/shorter"), b"HELLO world")
            self.assertEqual(self.stat("dst/shorter").st_ino, before)
            self.assertEqual(self.stat("dst/shorter").st_mtime_ns // 10**9, self.stat("src/shorter").st_mtime_ns // 10**9)
            for name, kept in (("equal", b"xyz"), ("longer", b"abcdef")):
                self.assertEqual(self.read(f"dst/{name}"), kept)
                self.assertEqual((self.stat(f"dst/{name}").st_mode & 0o777, self.stat(f"dst/{name}").st_mtime), (0o600, 1))
            self.assertEqual((self.read("dst/empty"), self.read("dst/new")), (b"from nothing", b"new"))

    def test_verified_files_are_sent_whole_where_they_differ(self):
        for _, run in self.each_way():
            self.fill()
            self.write("src/large", content(1, 500_000))
            self.write("dst/large", content(1, 500_000)[:300_000])
            self.ends(run("-a", "--append-verify"), 0)
            for name in ("shorter", "empty", "new", "large"):
                self.assertEqual(self.read(f"dst/{name}"), self.read(f"src/{name}"))
            self.assertEqual((self.read("dst/equal"), self.read("dst/longer")), (b"xyz", b"abcdef"))

    def test_the_lines_are_rsyncs(self):
        self.fill()
        lines = self.run_tool("-ai", "--append", "src/", "dst/").out.split(b"\n")
        self.assertEqual(sorted(line for line in lines if line and b"./" not in line),
                         [b">f+++++++++ new", b">f.st...... empty", b">f.st...... shorter"])

    def test_the_last_form_counts(self):
        self.fill()
        self.ends(self.run_tool("-a", "--append-verify", "--append", "src/", "dst/"), 0)
        self.assertEqual(self.read("dst/shorter"), b"HELLO world")

    @godwit_only("it clears the old part")
    def test_with_sparse_the_old_part_stays(self):
        for _, run in self.each_way():
            self.fill()
            self.ends(run("-a", "--append", "-S"), 0)
            self.assertEqual(self.read("dst/shorter"), b"HELLO world")

    def test_only_the_end_crosses_the_line(self):
        self.write("src/f", content(1, 4_000_000))
        self.write("dst/f", content(1, 4_000_000)[:3_990_000])
        outcome = self.remote("-a", "--append", "--stats", "src/", f"host:{self.path('dst')}/")
        self.ends(outcome, 0)
        sent = int(outcome.out.split(b"Total bytes sent: ")[1].split()[0].replace(b",", b""))
        self.assertLess(sent, 20_000)
        self.assertEqual(self.read("dst/f"), self.read("src/f"))


class Holes(Writing):

    def setUp(self):
        super().setUp()
        if not self.has_holes():
            self.skipTest("the file system has no holes")

    def test_zeros_become_holes_under_sparse(self):
        data = content(1, 1 << 20)
        zeros = bytes(1 << 20)
        for way, run in self.each_way():
            self.write("src/new", data + zeros + data)
            self.write("src/small", bytes(64 << 10) + b"x")
            self.write("src/there", data + zeros + data)
            self.write("dst/there", data + data)
            self.ends(run("-a", "--sparse"), 0)
            self.same("src", "dst")
            self.assertLess(self.room("dst/new"), (2 << 20) + 65536, way)
            self.assertLess(self.room("dst/there"), (2 << 20) + 65536, way)
            self.assertLess(self.room("dst/small"), 32768, way)

    @godwit_only("it does not see holes by itself")
    def test_holes_of_the_source_stay_holes(self):
        data = content(1, 1 << 20)
        for way, run in self.each_way():
            self.sparse("src/f", 16 << 20, (0, data), (8 << 20, data))
            self.ends(run("-a"), 0)
            self.assertEqual(self.read("dst/f"), self.read("src/f"))
            self.assertLess(self.room("dst/f"), 3 << 20, way)
            self.sparse("src/f", 16 << 20, (0, data), (4 << 20, data[::-1]), (8 << 20, data))
            self.ends(run("-a", "-I"), 0)
            self.assertEqual(self.read("dst/f"), self.read("src/f"))
            self.assertLess(self.room("dst/f"), 4 << 20, way)

    def test_in_place_zeros_are_punched(self):
        data = content(1, 3 << 20)
        for way, run in self.each_way():
            self.write("src/f", data[:1 << 20] + bytes(1 << 20) + data[2 << 20:])
            self.write("dst/f", data)
            os.utime(self.path("dst/f"), (1, 1))
            self.ends(run("-a", "--inplace", "--sparse", "-W"), 0)
            self.same("src", "dst")
            self.assertLess(self.room("dst/f"), (2 << 20) + 65536, way)

    def test_reserved_room_is_taken(self):
        for way, run in self.each_way():
            self.sparse("src/f", 4 << 20, (1 << 20, b"data"))
            self.write("src/small", b"few")
            self.ends(run("-a", "--preallocate"), 0)
            self.same("src", "dst")
            self.assertGreaterEqual(self.room("dst/f"), 4 << 20, way)

    def test_with_sparse_reserved_room_is_given_back(self):
        for way, run in self.each_way():
            self.sparse("src/f", 4 << 20, (1 << 20, b"data"))
            self.ends(run("-a", "--preallocate", "-S"), 0)
            self.same("src", "dst")
            self.assertLess(self.room("dst/f"), 1 << 20, way)

    def cached(self, name):
        """How many bytes of a file the kernel holds."""
        told = subprocess.run(["fincore", "--bytes", "--noheadings", "--output", "RES", self.path(name)],
                              capture_output=True, check=True).stdout
        return int(told or 0)

    @godwit_only("it reads all of them")
    def test_large_holes_cost_nothing(self):
        size = 64 << 30
        for way, run in self.each_way():
            if way == "delta":
                continue
            self.sparse("src/f", size, (0, b"start"), (40 << 30, content(1, 100_000)), (size - 3, b"end"))
            self.ends(run("-a"), 0)
            self.sparse("src/f", size, (0, b"start"), (40 << 30, content(2, 100_000)), (size - 3, b"end"))
            self.ends(run("-a", "-I", "--no-whole-file"), 0)
            for name in ("src/f", "dst/f"):  # a hole that is read is in the cache
                self.assertLess(self.cached(name), 16 << 20, f"{way} {name}")
            self.assertEqual(self.stat("dst/f").st_size, size)
            self.assertLess(self.room("dst/f"), 1 << 20)
            for at, length in ((0, 5), (PAGE, PAGE), (40 << 30, 100_000), (size - 3, 3)):
                pieces = []
                for name in ("src/f", "dst/f"):
                    with open(self.path(name), "rb") as file:
                        file.seek(at)
                        pieces.append(file.read(length))
                self.assertEqual(*pieces)


class Sharing(Writing):

    def physical(self, path):
        """{logical block: physical block} as the file system tells, for blocks of 4 KiB."""
        told = subprocess.run(["filefrag", "-b4096", "-e", path], capture_output=True, check=True,
                              env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"}).stdout.decode()
        blocks = {}
        for first, last, at in re.findall(r"^ *\d+: *(\d+)\.\. *(\d+): *(\d+)\.\.", told, re.M):
            blocks.update({n: int(at) + n - int(first) for n in range(int(first), int(last) + 1)})
        return blocks

    @godwit_only("it writes them anew")
    def test_unchanged_blocks_are_shared_with_the_old_version(self):
        for make in ("mkfs.xfs -q -m reflink=1", "mkfs.btrfs -q"):
            with self.subTest(make):
                disk = Loop(self.folder(make.split(maxsplit=1)[0]), make)
                self.addCleanup(disk.end)
                data = bytearray(content(1, 8 << 20))
                there = os.path.join(disk.at, "f")
                with open(there, "wb") as file:
                    file.write(data)
                    os.fsync(file.fileno())
                before = self.physical(there)
                data[5_000_000:5_000_100] = bytes(100)
                self.write("src/f", data)
                self.ends(self.run_tool("-a", "--no-whole-file", "src/", disk.at + "/"), 0)
                with open(there, "rb") as file:
                    self.assertEqual(file.read(), bytes(data))
                os.sync()
                after = self.physical(there)
                moved = [n for n in before if after.get(n) != before[n]]
                self.assertLess(len(moved), len(before) // 20)


if __name__ == "__main__":
    main()
