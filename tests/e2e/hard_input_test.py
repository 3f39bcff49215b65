#!/usr/bin/env python3
"""Names, depths and files that are hard to copy."""
import os
import subprocess

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import tool, tree
from blackbox.case import TIMES, BlackBox, godwit_only, main, needs_root
from blackbox.tool import wait_until
from blackbox.tree import Content, Node

NAMES = [b"new\nline", b"\xff\xfe\x80", b"x" * 255, b"y" * 250 + b"\xc3\xa9\xff\n\t", b" lead", b"trail ", b"-dash", b"--delete",
         b"~", b"~root", b"*", b"?", b"[x]", b"a:b", b"$HOME", b"`x`", b"'", b'"', b"\\", b"\x1b[31mred\x1b[0m", b"\r",
         b"\x01", b"\x7f", b"\xc2\x9b31m", b"\xe2\x80\xaegnp.exe", b"#x", b";x", b".hid", b"...", b"a|b", b"{a,b}", b"%s%n"]


class Names(BlackBox):

    def setUp(self):
        super().setUp()
        for name in NAMES:
            self.write(b"src/" + name, b"file " + name)
            if len(name) < 200:
                self.write(b"src/d" + name + b"/" + name, b"inner " + name)
                os.symlink(name, os.path.join(os.fsencode(self.path("src")), b"l" + name))

    def both_ways(self, *words):
        for send, dest in ((self.run_tool, "near/"), (self.remote, f"host:{self.path('far')}/")):
            self.ends(send(*words, "src/", dest), 0)
        self.same("src", "near")
        self.same("src", "far")
        self.ends(self.remote(*words, f"host:{self.path('far')}/", "back/"), 0)
        self.same("src", "back")

    def test_every_name_the_kernel_takes_arrives_as_it_is(self):
        self.both_ways("-a")

    def test_every_name_can_be_updated_and_deleted(self):
        self.both_ways("-a", "--delete")
        for name in NAMES[::2]:
            tree_path = os.path.join(os.fsencode(self.path("src")), name)
            os.remove(tree_path)
        for name in NAMES[1::2]:
            self.write(b"src/" + name, b"changed " + name)
            os.utime(os.path.join(os.fsencode(self.path("src")), name), ns=(TIMES + 5 * 10**9,) * 2)
        for base in ("near", "far", "back"):
            self.assertTrue(os.path.isdir(self.path(base)))
        self.both_ways("-a", "--delete")

    @godwit_only("it lets some through")
    def test_names_cannot_act_on_a_terminal_or_forge_a_line(self):
        for words in (["-av"], ["-ai"], ["-r", "--list-only"]):
            outcome = self.run_tool(*words, "src/", *(["dst" + words[0]] if "--list-only" not in words else []))
            self.ends(outcome, 0)
            for bad in (b"\x1b", b"\x01", b"\x7f", b"\r"):
                self.assertNotIn(bad, outcome.out, words)
            self.assertIn(b"new\\#012line", outcome.out)

    @godwit_only("it lets C1 controls through")
    def test_control_characters_of_unicode_are_escaped_too(self):
        outcome = self.run_tool("-av", "src/", "dst/")
        self.assertNotIn(b"\xc2\x9b", outcome.out)
        self.assertNotIn(b"\xe2\x80\xae", outcome.out)

    def test_names_in_errors_are_escaped(self):
        outcome = self.run_tool("-a", b"src/\x1b[2Jnope\nx", "dst/")
        self.ends(outcome, 23)
        self.assertNotIn(b"\x1b", outcome.err)
        self.assertNotIn(b"nope\nx", outcome.err)


class Depth(BlackBox):

    def make_deep(self, levels, name, leaves=("leaf",)):
        fd = os.open(self.folder("src"), os.O_RDONLY)
        for _ in range(levels):
            os.mkdir(name, dir_fd=fd)
            inner = os.open(name, os.O_RDONLY, dir_fd=fd)
            os.close(fd)
            fd = inner
        for leaf in leaves:
            with open(os.open(leaf, os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=fd), "wb") as file:
                file.write(leaf.encode() + b" at the bottom")
            os.utime(leaf, ns=(TIMES, TIMES), dir_fd=fd)
        os.close(fd)

    @godwit_only("it stops at PATH_MAX")
    def test_trees_deeper_than_path_max_are_copied(self):
        self.make_deep(40, "n" * 200)
        self.ends(self.run_tool("-a", "src/", "near/"), 0)
        self.same("src", "near")
        self.ends(self.remote("-a", "src/", f"host:{self.path('far')}/"), 0)
        self.same("src", "far")
        self.ends(self.remote("-a", f"host:{self.path('far')}/", "back/"), 0)
        self.same("src", "back")

    @godwit_only("it stops at PATH_MAX")
    def test_many_files_deeper_than_path_max_are_copied(self):
        self.make_deep(25, "n" * 200, [f"leaf{number}" for number in range(300)])
        self.ends(self.remote("-a", "src/", f"host:{self.path('far')}/"), 0)
        self.same("src", "far")
        self.ends(self.remote("-a", f"host:{self.path('far')}/", "back/"), 0)
        self.same("src", "back")

    @godwit_only("it stops at PATH_MAX")
    def test_trees_deeper_than_path_max_are_deleted(self):
        self.make_deep(30, "n" * 200)
        self.ends(self.run_tool("-a", "src/", "near/"), 0)
        self.folder("empty")
        self.ends(self.run_tool("-a", "--delete", "empty/", "near/"), 0)
        self.assertEqual(self.names("near"), [])

    def test_hundreds_of_short_levels(self):
        self.make_deep(300, "d")
        self.ends(self.run_tool("-a", "src/", "near/"), 0)
        self.same("src", "near")

    def test_a_folder_of_many_names(self):
        for number in range(5000):
            self.write(f"src/f{number}", b"")
        self.ends(self.run_tool("-a", "src/", "near/"), 0)
        self.ends(self.remote("-a", "src/", f"host:{self.path('far')}/"), 0)
        self.same("src", "near")
        self.same("src", "far")


class Kinds(BlackBox):

    def kinds(self):
        facts = {"mtime_ns": TIMES, "uid": os.geteuid(), "gid": os.getegid()}
        nodes = {b"src": Node("dir", 0o755, **facts), b"src/dangling": Node("link", target=b"nowhere", **facts),
                 b"src/loop": Node("link", target=b"loop", **facts), b"src/up": Node("link", target=b"..", **facts),
                 b"src/long": Node("link", target=b"t" * 1000, **facts), b"src/fifo": Node("fifo", 0o640, **facts),
                 b"src/socket": Node("socket", 0o600, **facts), b"src/suid": Node("file", 0o4755, **facts),
                 b"src/sgid": Node("file", 0o2755, **facts), b"src/none": Node("file", 0, **facts),
                 b"src/sticky": Node("dir", 0o1777, **facts), b"src/shut": Node("dir", 0o500, **facts),
                 b"src/shut/f": Node("file", 0o400, content=Content(1, 5000), **facts),
                 b"src/sg": Node("dir", 0o2755, **facts), b"src/sg/f": Node("file", **facts)}
        for name, time in ((b"1901", -2**31 * 10**9), (b"1969", -1), (b"2446", 15_000_000_000 * 10**9 + 999_999_999)):
            nodes[b"src/" + name] = Node("file", **{**facts, "mtime_ns": time})
        return nodes

    def test_every_type_and_mode(self):
        tree.build(self.at, self.kinds())
        how = self.as_user()
        for name in ("none",):
            os.chmod(self.path("src/" + name), 0o600)
        self.ends(self.run_tool("-a", "src/", "near/", **how), 0)
        self.ends(self.remote("-a", "src/", f"host:{self.path('far')}/", **how), 0)
        self.ends(self.remote("-a", f"host:{self.path('far')}/", "back/", **how), 0)
        for copy in ("near", "far", "back"):
            self.same("src", copy)

    @needs_root
    def test_devices_and_owners_as_root(self):
        nodes = self.kinds()
        nodes[b"src/null"] = Node("char", 0o666, 0, 0, TIMES, device=os.makedev(1, 3))
        nodes[b"src/loop9"] = Node("block", 0o660, 0, 6, TIMES, device=os.makedev(7, 9))
        for number, name in enumerate(sorted(nodes)):
            nodes[name] = nodes[name].changed(uid=number * 1000, gid=number * 777)
        tree.build(self.at, nodes)
        self.ends(self.run_tool("-a", "src/", "near/"), 0)
        self.ends(self.remote("-a", "src/", f"host:{self.path('far')}/"), 0)
        self.ends(self.remote("-a", f"host:{self.path('far')}/", "back/"), 0)
        for copy in ("near", "far", "back"):
            self.same("src", copy)

    @needs_root
    def test_owners_of_root_are_left_out_for_a_user(self):
        self.write("src/f", b"x")
        self.folder("dst")
        how = self.as_user()
        os.lchown(self.path("src/f"), 0, 0)
        self.ends(self.run_tool("-a", "src/", "dst/", **how), 0)
        self.assertEqual(os.stat(self.path("dst/f")).st_uid, how["uid"])

    @godwit_only("it writes the holes")
    def test_sparse_input_does_not_explode(self):
        path = self.write("src/sparse", b"")
        os.truncate(path, 1 << 30)
        with open(path, "r+b") as file:
            file.seek(700 << 20)
            file.write(b"island")
        os.utime(path, ns=(TIMES, TIMES))
        self.ends(self.run_tool("-a", "src/", "near/"), 0)
        self.ends(self.remote("-a", "src/", f"host:{self.path('far')}/"), 0)
        for copy in ("near", "far"):
            self.same("src", copy)
            self.assertLess(os.stat(self.path(f"{copy}/sparse")).st_blocks * 512, 8 << 20)


class Moving(BlackBox):
    """Files that change while they are read."""

    def setUp(self):
        super().setUp()
        self.whole = os.urandom(1 << 20) * 48
        self.write("src/busy", self.whole)
        self.write("src/calm", b"calm")
        self.write("dst/busy", b"the old version")

    def while_running(self, script):
        """Runs a shell loop beside the tool; returns when it has begun to act."""
        before = os.stat(self.path("src/busy"))
        loop = subprocess.Popen(["sh", "-c", f"while :; do {script}; done"], cwd=self.path("src"),
                                stderr=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(tool.end, loop)

        def begun():
            try:
                now = os.stat(self.path("src/busy"))
            except FileNotFoundError:
                return False
            return (now.st_ino, now.st_size) != (before.st_ino, before.st_size)

        self.assertTrue(wait_until(begun))

    def reported(self, send, dest, state):
        """A run ends with 23 and leaves the old version. Where it found the file at rest (a busy machine), what it
        took is one state of the file, and it is tried again."""
        for _ in range(8):
            self.write("dst/busy", b"the old version")
            outcome = send("-a", "src/", dest)
            if outcome.code == 0:
                self.assertTrue(state(self.read("dst/busy")))
                continue
            self.ends(outcome, 23, "busy")
            self.assertEqual(self.read("dst/busy"), b"the old version")
            self.assertEqual(self.names("dst"), ["busy", "calm"])
            return
        self.fail("never noticed")

    def grown(self, data):
        return data.startswith(self.whole) and data[len(self.whole):].strip(b"x") == b""

    @godwit_only("it ends with 0")
    def test_a_growing_file_keeps_its_old_version(self):
        self.while_running("printf x >>busy")
        self.reported(self.run_tool, "dst/", self.grown)

    @godwit_only("it ends with 0")
    def test_a_growing_file_keeps_its_old_version_far_away(self):
        self.while_running("printf x >>busy")
        self.reported(self.remote, f"host:{self.path('dst')}/", self.grown)

    @godwit_only("it ends with 0 or 23")
    def test_a_shrinking_file_keeps_its_old_version(self):
        self.while_running("truncate -c -s -1 busy")
        self.reported(self.run_tool, "dst/", self.whole.startswith)

    @godwit_only("it ends with 0")
    def test_a_file_replaced_all_the_time_is_whole_or_old(self):
        self.write("spare", b"y" * (1 << 20))
        self.while_running("cp ../spare .new; mv .new busy")
        outcome = self.run_tool("-a", "--exclude=.new", "src/", "dst/")
        self.assertIn(outcome.code, (0, 23, 24), outcome)
        self.assertIn(self.read("dst/busy")[:1], (b"t", b"y"))

    def test_vanishing_files_are_24(self):
        codes = []
        for attempt in range(12):
            for number in range(3000):
                self.write(f"src/gone/f{number}", b"x" * 100)
            remover = subprocess.Popen(["rm", "-rf", self.path("src/gone")])
            outcome = self.run_tool("-a", "--exclude=busy", "src/", f"new{attempt}/")
            remover.wait()
            codes.append(outcome.code)
            self.assertIn(outcome.code, (0, 24), outcome)
            self.assertEqual(self.read(f"new{attempt}/calm"), b"calm")
            if outcome.code == 24:
                self.assertIn(b"vanished", outcome.err)
                return
        self.skipTest(f"no file vanished in time: {codes}")


if __name__ == "__main__":
    main()
