#!/usr/bin/env python3
"""-y: what is new is built from what the destination has: locally, and over a shell that stands for ssh."""
import os
import random
import re

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import tree
from blackbox.case import TIMES, BlackBox, godwit_only, main

WAYS = ("local", "push", "pull")
SIZE = 400_000


def noise(seed, size=SIZE):
    return random.Random(seed).randbytes(size)


def edited(data):
    middle = len(data) // 2
    return data[:1000] + b"an insertion" + data[1000:middle] + b"0123456789" + data[middle + 10:]


class Fuzzy(BlackBox):

    def sync(self, way, *words, code=0):
        """A run with -ai; its lines, and the bytes that its files needed and the link carried."""
        operands = {"push": ("src/", f"host:{self.path('far')}/"), "pull": (f"host:{self.path('src')}/", "far/"),
                    "local": ("src/", "far/")}[way]
        run = self.run_tool if way == "local" else self.remote
        outcome = run("-ai", "--no-whole-file", "--stats", "--no-human-readable", *words, *operands)
        self.ends(outcome, code)
        text = outcome.out.decode()
        self.literal, self.matched, sent, received = (
            int(re.search(title + r": (\d+)", text).group(1))
            for title in ("Literal data", "Matched data", "Total bytes sent", "Total bytes received"))
        self.wire = sent + received
        lines = [line for line in text.splitlines() if re.match(r"[<>ch.*][fdLDSe]", line)]
        return sorted(line for line in lines if not line.startswith(".d"))

    def each_way(self, prepare):
        for way in WAYS:
            with self.subTest(way):
                tree.remove(self.path("src"))
                tree.remove(self.path("far"))
                prepare()
                self.write("src/sub/other", b"other")
                yield way

    def file_at(self, name, data, seconds=0):
        time = TIMES + seconds * 10**9
        os.utime(self.write(name, data), ns=(time, time))

    def new_line(self, way, name):
        return ("<" if way == "push" else ">") + "f+++++++++ " + name

    def old_and_new_version(self):
        self.file_at("far/tool-1.1.tar", noise(1), -50)
        self.file_at("src/tool-1.2.tar", edited(noise(1)))

    # ---- a similar name -----------------------------------------------------------------------------------------
    def test_a_new_version_is_built_from_the_old_one_beside_it(self):
        for way in self.each_way(self.old_and_new_version):
            lines = self.sync(way, "-y")
            self.assertIn(self.new_line(way, "tool-1.2.tar"), lines)
            self.assertLess(self.literal, SIZE // 10)
            self.assertGreater(self.matched, SIZE * 9 // 10)
            self.assertLess(self.wire, SIZE // 10)
            self.assertEqual(self.read("far/tool-1.2.tar"), edited(noise(1)))
            self.assertEqual(self.read("far/tool-1.1.tar"), noise(1))
            self.assertEqual(os.stat(self.path("far/tool-1.1.tar")).st_mtime_ns, TIMES - 50 * 10**9)

    def test_an_old_version_that_the_source_has_too_will_do(self):
        def prepare():
            self.file_at("far/tool-1.1.tar", noise(1))
            self.file_at("src/tool-1.1.tar", noise(1))
            self.file_at("src/tool-1.2.tar", edited(noise(1)), 5)
        for way in self.each_way(prepare):
            self.sync(way, "-y")
            self.assertLess(self.literal, SIZE // 10)
            self.same("src", "far")

    @godwit_only("it deletes first")
    def test_it_is_of_use_before_it_is_deleted(self):
        for when in ("--delete", "--delete-during", "--delete-delay", "--delete-after"):
            for way in self.each_way(self.old_and_new_version):
                self.sync(way, "-y", when)
                self.assertLess(self.literal, SIZE // 10, when)
                self.same("src", "far")

    def test_what_is_deleted_first_is_of_no_use_and_no_error(self):
        for way in self.each_way(self.old_and_new_version):
            self.sync(way, "-y", "--delete-before")
            self.same("src", "far")

    def test_twice_is_the_same_and_it_can_be_turned_off(self):
        for way in self.each_way(self.old_and_new_version):
            self.sync(way, "-yy")
            self.assertLess(self.literal, SIZE // 10)
        for off in (["-y", "--no-fuzzy"], ["--fuzzy", "--no-y"], ["-y", "--whole-file"], []):
            for way in self.each_way(self.old_and_new_version):
                self.sync(way, *off)
                self.assertGreaterEqual(self.literal, SIZE, off)
                self.assertEqual(self.read("far/tool-1.2.tar"), edited(noise(1)))

    def test_a_basis_that_cannot_be_read_is_none(self):
        def prepare():
            self.old_and_new_version()
            os.chmod(self.path("far/tool-1.1.tar"), 0)
        for way in self.each_way(prepare):
            run = self.run_tool if way == "local" else self.remote
            operands = {"push": ("src/", f"host:{self.path('far')}/"), "pull": (f"host:{self.path('src')}/", "far/"),
                        "local": ("src/", "far/")}[way]
            self.ends(run("-ay", "--no-whole-file", *operands, **self.as_user()), 0)
            self.assertEqual(self.read("far/tool-1.2.tar"), edited(noise(1)))

    def test_links_and_folders_of_a_similar_name_are_none(self):
        def prepare():
            self.write("outside", noise(1))
            self.folder("far/tool-1.0.tar")
            os.symlink(self.path("outside"), self.path("far/tool-1.1.tar"))
            os.mkfifo(self.path("far/tool-1.3.tar"))
            self.file_at("src/tool-1.2.tar", edited(noise(1)))
        for way in self.each_way(prepare):
            self.sync(way, "-y")
            self.assertGreaterEqual(self.literal, SIZE)
            self.assertEqual(self.read("far/tool-1.2.tar"), edited(noise(1)))

    def test_many_sums_may_come_where_a_link_is_replaced(self):
        def sparse(name, end):
            with open(self.path(name), "r+b") as file:
                file.truncate(1 << 30)
                file.seek(0, os.SEEK_END)
                file.write(end)
        self.write("far/disk-1.img", noise(1))
        self.write("src/disk-2.img", noise(1))
        sparse("far/disk-1.img", b"end")
        sparse("src/disk-2.img", b"another end")
        os.symlink("disk-1.img", self.path("far/disk-2.img"))
        self.sync("local", "-yS")
        self.assertLess(self.literal, SIZE)
        self.same("src/disk-2.img", "far/disk-2.img")
        self.assertEqual(os.stat(self.path("far/disk-1.img")).st_size, (1 << 30) + 3)

    def test_with_options_that_write_otherwise(self):
        for words in (["--inplace"], ["-S"], ["--partial"], ["--partial-dir=.p"], ["-c"], ["-I"],
                      ["--remove-source-files"]):
            for way in self.each_way(self.old_and_new_version):
                self.sync(way, "-y", *words)
                self.assertEqual(self.read("far/tool-1.2.tar"), edited(noise(1)), words)
                self.assertEqual(self.read("far/tool-1.1.tar"), noise(1), words)

    @godwit_only("it takes what the old one begins with for the new one's")
    def test_nothing_is_appended_to_what_is_similar(self):
        for way in self.each_way(self.old_and_new_version):
            self.sync(way, "-y", "--append")
            self.assertEqual(self.read("far/tool-1.2.tar"), edited(noise(1)))

    # ---- the same content ---------------------------------------------------------------------------------------
    @godwit_only("it sends them as differences")
    def test_what_is_there_under_another_name_is_copied(self):
        def prepare():
            self.file_at("far/deep/er/old", noise(1))
            self.file_at("src/new", noise(1))
            self.file_at("src/fresh/one", noise(1), 7)
        for way in self.each_way(prepare):
            lines = self.sync(way, "-y")
            self.assertIn("cf+++++++++ new <= deep/er/old", lines)
            self.assertIn("cf+++++++++ fresh/one <= deep/er/old", lines)
            self.assertFalse([line for line in lines if line.startswith("*deleting")])
            self.assertLess(self.wire, 20_000)
            self.assertEqual(self.literal, len(b"other"))
            for name, data in (("new", noise(1)), ("fresh/one", noise(1)), ("deep/er/old", noise(1))):
                self.assertEqual(self.read("far/" + name), data)
                self.assertEqual(os.stat(self.path("far/" + name)).st_nlink, 1)

    @godwit_only("it has no --no-detect-renames")
    def test_without_a_look_for_renames_the_same_content_is_a_basis(self):
        def prepare():
            self.file_at("far/x", noise(1))
            self.file_at("src/quite different", noise(1))
        for way in self.each_way(prepare):
            lines = self.sync(way, "-y", "--no-detect-renames")
            self.assertIn(self.new_line(way, "quite different"), lines)
            self.assertLess(self.literal, 1000)
            self.assertEqual(self.read("far/quite different"), noise(1))

    @godwit_only("it sends the files")
    def test_rotated_files_cost_next_to_nothing(self):
        def prepare():
            for number, name in enumerate(("log", "log.1", "log.2")):
                self.file_at(f"far/{name}", noise(number, 60_000 + number), -number)
                self.file_at(f"src/{name}.x", noise(number, 60_000 + number), -number)
            for new, old in (("log.3", "log.2.x"), ("log.2", "log.1.x"), ("log.1", "log.x")):
                os.replace(self.path(f"src/{old}"), self.path(f"src/{new}"))
            self.write("src/log", b"begun\n")
        for way in self.each_way(prepare):
            self.sync(way, "-y")
            self.assertLess(self.literal, 1000)
            self.same("src", "far")

    def test_a_local_copy_takes_no_notice(self):
        self.file_at("far/old", noise(1))
        self.file_at("src/new", noise(1))
        outcome = self.run_tool("-aiy", "src/", "far/")
        self.ends(outcome, 0)
        self.assertIn(b">f+++++++++ new\n", outcome.out)
        self.assertEqual(self.names("far"), ["new", "old"])


if __name__ == "__main__":
    main()
