#!/usr/bin/env python3
"""What was renamed at the source is renamed at the destination: locally, and over a shell that stands for ssh."""
import os
import random
import re

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import tree
from blackbox.case import TIMES, BlackBox, godwit_only, main

WAYS = ("local", "push", "pull")


def noise(seed, size):
    return random.Random(seed).randbytes(size)


@godwit_only("it has no --detect-renames")
class Moves(BlackBox):

    def both(self, name, data, time=TIMES):
        """The file as the last run left it on both sides."""
        for side in ("src", "far"):
            os.utime(self.write(f"{side}/{name}", data), ns=(time, time))

    def sync(self, way, *words, code=0):
        """A run with --delete and -i; its lines and the bytes that its files needed."""
        operands = {"push": ("src/", f"host:{self.path('far')}/"), "pull": (f"host:{self.path('src')}/", "far/"),
                    "local": ("src/", "far/")}[way]
        run = self.run_tool if way == "local" else self.remote
        outcome = run("-ai", "--delete", "--stats", "--no-human-readable", *words, *operands)
        self.ends(outcome, code)
        text = outcome.out.decode()
        self.literal = int(re.search(r"Literal data: (\d+)", text).group(1))
        self.moved = int((re.search(r"Number of moved files: (\d+)", text) or [0, 0])[1])
        lines = [line for line in text.splitlines() if re.match(r"[<>ch.*][fdLDSe]", line)]
        return sorted(line for line in lines if not line.startswith(".d"))

    def each_way(self, prepare):
        for way in WAYS:
            with self.subTest(way):
                tree.remove(self.path("src"))
                tree.remove(self.path("far"))
                prepare()
                yield way

    def inode(self, name):
        return os.stat(self.path(name)).st_ino

    def rename(self, old, new):
        os.makedirs(os.path.dirname(self.path(new)), exist_ok=True)
        os.rename(self.path(old), self.path(new))

    # ---- files --------------------------------------------------------------------------------------------------
    def test_a_renamed_file_is_renamed(self):
        def prepare():
            self.both("old", noise(1, 100_000))
            self.both("stays/x", b"x")
            self.rename("src/old", "src/stays/new")
        for way in self.each_way(prepare):
            inode = self.inode("far/old")
            self.assertEqual(self.sync(way), ["*deleting   old", "cf+++++++++ stays/new <= old"])
            self.assertEqual((self.inode("far/stays/new"), self.literal, self.moved), (inode, 0, 1))
            self.same("src", "far")

    def test_a_small_file_needs_name_and_time(self):
        def prepare():
            self.both("a/small", b"small")
            self.both("a/other", b"other")
            self.both("b/x", b"x")
            self.rename("src/a/small", "src/b/small")
            self.rename("src/a/other", "src/b/another")
        for way in self.each_way(prepare):
            lines = self.sync(way)
            self.assertIn("cf+++++++++ b/small <= a/small", lines)
            self.assertEqual(self.literal, 5)
            self.same("src", "far")

    def test_equal_sizes_do_not_pass_for_equal_contents(self):
        def prepare():
            self.both("x", b"x")
            self.write("far/old", noise(1, 100_000))
            self.write("src/new", noise(2, 100_000))
        for way in self.each_way(prepare):
            self.sync(way)
            self.assertEqual((self.literal, self.moved), (100_000, 0))
            self.same("src", "far")

    def test_mode_and_time_are_the_sources(self):
        def prepare():
            self.both("old", noise(1, 100_000))
            self.rename("src/old", "src/new")
            os.chmod(self.path("src/new"), 0o600)
            os.utime(self.path("src/new"), ns=(TIMES + 7, TIMES + 7))
        for way in self.each_way(prepare):
            self.sync(way)
            self.assertEqual(self.moved, 1)
            self.same("src", "far")

    def test_without_times_it_is_as_new_as_the_run(self):
        def prepare():
            self.both("old", noise(1, 100_000))
            self.rename("src/old", "src/new")
        for way in self.each_way(prepare):
            start = os.stat(self.write("clock", b"")).st_mtime_ns
            self.sync(way, "--no-times")
            self.assertEqual(self.moved, 1)
            self.assertGreaterEqual(os.stat(self.path("far/new")).st_mtime_ns, start)

    def test_one_old_name_may_become_several(self):
        def prepare():
            self.both("old", noise(1, 100_000))
            self.both("d/x", b"x")
            self.write("src/one", noise(1, 100_000))
            self.write("src/two", noise(1, 100_000))
            self.rename("src/old", "src/d/three")
        for way in self.each_way(prepare):
            self.sync(way)
            self.assertEqual((self.literal, self.moved), (0, 3))
            self.assertEqual({os.stat(self.path(f"far/{n}")).st_nlink for n in ("one", "two", "d/three")}, {1})
            self.same("src", "far")

    def test_what_may_not_go_is_copied(self):
        def prepare():
            self.both("old", noise(1, 100_000))
            self.rename("src/old", "src/new")
        for way in self.each_way(prepare):
            self.assertEqual(self.sync(way, "--filter=P old"), ["cf+++++++++ new <= old"])
            self.assertEqual(self.names("far"), ["new", "old"])
            self.assertEqual(self.literal, 0)

    def test_a_limit_on_deletions_holds(self):
        def prepare():
            self.both("old", noise(1, 100_000))
            self.rename("src/old", "src/new")
        for way in self.each_way(prepare):
            self.sync(way, "--max-delete=0", code=25)
            self.assertEqual(self.names("far"), ["new", "old"])
            self.assertEqual(self.literal, 0)

    def test_a_run_that_only_shows_proves_moves_and_changes_nothing(self):
        def prepare():
            self.both("old", noise(1, 100_000))
            self.rename("src/old", "src/new")
            self.write("far/like", noise(2, 70_000))
            self.write("src/unlike", noise(3, 70_000))
        for way in self.each_way(prepare):
            before = self.seen("far")
            lines = self.sync(way, "-n")
            self.assertIn("cf+++++++++ new <= old", lines)
            self.assertEqual(self.moved, 1)
            self.assertEqual(self.seen("far"), before)

    def test_it_can_be_turned_off(self):
        def prepare():
            self.both("old", noise(1, 100_000))
            self.rename("src/old", "src/new")
        for words in (("--no-detect-renames",), ("--delete-before",)):
            for way in self.each_way(prepare):
                self.sync(way, *words)
                self.assertEqual((self.literal, self.moved), (100_000, 0))
                self.same("src", "far")

    def test_a_source_file_is_removed_when_it_was_moved(self):
        def prepare():
            self.both("old", noise(1, 100_000))
            self.rename("src/old", "src/new")
        for way in self.each_way(prepare):
            self.sync(way, "--remove-source-files")
            self.assertEqual(self.names("far"), ["new"])
            self.assertEqual(self.names("src"), [])

    # ---- folders ------------------------------------------------------------------------------------------------
    def test_a_renamed_folder_is_one_rename(self):
        def prepare():
            for number in range(20):
                self.both(f"old/f{number}", noise(number, 1000 + number))
                self.both(f"old/sub/g{number}", noise(number, 50_000))
            self.both("old/sub/empty", b"")
            self.rename("src/old", "src/around/new")
        for way in self.each_way(prepare):
            inode = self.inode("far/old")
            lines = self.sync(way)
            self.assertEqual(self.inode("far/around/new"), inode)
            self.assertIn("*deleting   old/sub/g7", lines)
            self.assertIn("cf+++++++++ around/new/sub/g7 <= old/sub/g7", lines)
            self.assertIn("cd+++++++++ around/new/ <= old/", lines)
            self.assertEqual((self.literal, self.moved), (0, 43))
            self.same("src", "far")

    def test_what_differs_in_a_renamed_folder_is_updated(self):
        data = noise(9, 400_000)

        def prepare():
            for number in range(6):
                self.both(f"old/f{number}", noise(number, 40_000))
            self.both("old/changed", data)
            self.both("old/gone", b"gone")
            self.both("old/away", noise(33, 30_000))
            self.rename("src/old", "src/new")
            self.rename("src/new/away", "src/away")
            os.remove(self.path("src/new/gone"))
            os.utime(self.write("src/new/changed", data[:200_000] + b"!" + data[200_000:]))
            self.write("src/new/fresh", b"fresh")
            os.chmod(self.path("src/new/f1"), 0o600)
            os.symlink("f1", self.path("src/new/link"))
        for way in self.each_way(prepare):
            inode = self.inode("far/old/f1")
            self.sync(way, "--no-whole-file")
            self.assertEqual(self.inode("far/new/f1"), inode)
            self.assertLess(self.literal, 100_000)
            self.same("src", "far")

    def test_a_folder_that_holds_what_is_protected_stays(self):
        def prepare():
            for number in range(6):
                self.both(f"old/f{number}", noise(number, 40_000))
            self.write("far/old/keep", b"keep")
            self.rename("src/old", "src/new")
        for way in self.each_way(prepare):
            self.sync(way, "--filter=P keep")
            self.assertEqual(self.literal, 0)
            self.assertEqual(self.names("far/old"), ["keep"])
            self.same("src/new", "far/new")

    def test_what_a_rule_hides_keeps_its_name(self):
        def prepare():
            for number in range(6):
                self.both(f"old/f{number}", noise(number, 40_000))
            self.write("far/old/x.o", b"object")
            self.rename("src/old", "src/new")
        for way in self.each_way(prepare):
            self.sync(way, "--exclude=*.o")
            self.assertEqual(self.literal, 0)
            self.assertEqual(self.names("far/old"), ["x.o"])
            self.same("src/new", "far/new")

    # ---- names that take each other's place -----------------------------------------------------------------------
    def test_rotated_logs_cost_next_to_nothing(self):
        def prepare():
            for number, name in enumerate(("log", "log.1", "log.2", "log.3")):
                self.both(f"logs/{name}", noise(number, 60_000 + number), TIMES - number * 10**9)
            for new, old in (("log.3", "log.2"), ("log.2", "log.1"), ("log.1", "log")):
                os.replace(self.path(f"src/logs/{old}"), self.path(f"src/logs/{new}"))
            self.write("src/logs/log", b"begun\n")
        for way in self.each_way(prepare):
            self.sync(way)
            self.assertEqual((self.literal, self.moved), (6, 3))
            self.same("src", "far")
            self.assertEqual({os.stat(self.path(f"far/logs/{n}")).st_nlink for n in os.listdir(self.path("far/logs"))},
                             {1})

    def test_a_rotation_that_keeps_one_more_file(self):
        def prepare():
            self.both("log", noise(1, 60_000))
            os.rename(self.path("src/log"), self.path("src/log.1"))
            self.write("src/log", b"begun\n")
        for way in self.each_way(prepare):
            self.sync(way)
            self.assertEqual((self.literal, self.moved), (6, 1))
            self.same("src", "far")

    def test_files_that_were_swapped_are_swapped(self):
        def prepare():
            self.both("a", noise(1, 60_000), TIMES)
            self.both("b", noise(2, 60_000), TIMES + 10**9)
            for old, new in (("a", "c"), ("b", "a"), ("c", "b")):
                os.rename(self.path(f"src/{old}"), self.path(f"src/{new}"))
        for way in self.each_way(prepare):
            self.sync(way)
            self.assertEqual((self.literal, self.moved), (0, 2))
            self.same("src", "far")

    # ---- others -------------------------------------------------------------------------------------------------
    def test_a_source_that_cannot_be_read_takes_no_name_away(self):
        def prepare():
            self.both("old", noise(1, 100_000))
            self.rename("src/old", "src/new")
        for way in self.each_way(prepare):
            operands = {"push": ("src/", "missing", f"host:{self.path('far')}/"),
                        "pull": (f"host:{self.path('src')}/", f"host:{self.path('missing')}", "far/"),
                        "local": ("src/", "missing", "far/")}[way]
            run = self.run_tool if way == "local" else self.remote
            self.ends(run("-a", "--delete", *operands), 23)
            self.assertEqual(self.names("far"), ["new", "old"])

    def test_an_ordinary_user_moves_out_of_a_folder_without_write_permission(self):
        self.both("closed/old", noise(1, 100_000))
        self.both("x", b"x")
        self.rename("src/closed/old", "src/new")
        for side in ("src", "far"):
            os.chmod(self.path(f"{side}/closed"), 0o555)
        self.ends(self.run_tool("-a", "--delete", "src/", "far/", **self.as_user()), 0)
        self.assertEqual(self.names("far"), ["closed", "new", "x"])
        self.assertEqual(os.stat(self.path("far/closed")).st_mode & 0o777, 0o555)


if __name__ == "__main__":
    main()
