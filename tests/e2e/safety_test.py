#!/usr/bin/env python3
"""Nothing outside the operands is touched, and nothing half done is open to others."""
import os
import subprocess
import threading

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import shell, tool, tree
from blackbox.case import TIMES, BlackBox, godwit_only, main, needs_root
from blackbox.tool import wait_until


class Links(BlackBox):
    """Links planted where the tool works."""

    def setUp(self):
        super().setUp()
        self.write("src/a/f", b"from the source")
        self.write("src/top", b"from the source")
        self.write("outside/f", b"outside")
        self.write("outside/keep", b"outside")
        self.folder("dst")
        self.before = tree.snapshot(self.path("outside"))

    def outside_is_untouched(self):
        self.assertEqual(tree.snapshot(self.path("outside")), self.before)

    def both(self, *words, code=0):
        for send, dest in ((self.run_tool, "dst/"), (self.remote, f"host:{self.path('dst')}/")):
            self.ends(send(*words, "src/", dest), code)
            self.outside_is_untouched()

    def test_a_link_in_the_place_of_a_folder_is_replaced(self):
        os.symlink("../outside", self.path("dst/a"))
        self.both("-a")
        self.same("src", "dst")

    def test_a_link_in_the_place_of_a_file_is_replaced(self):
        os.symlink("../outside/f", self.path("dst/top"))
        self.both("-a")
        self.same("src", "dst")

    def test_a_hidden_folder_makes_way_for_a_file_only_if_it_is_empty(self):
        self.write("src/one", b"1")
        self.write("src/two", b"2")
        self.folder("dst/one")
        self.folder("dst/two/full")
        self.both("-a", "--exclude=*/", code=23)
        self.assertEqual(self.read("dst/one"), b"1")
        self.assertTrue(os.path.isdir(self.path("dst/two/full")))

    def test_a_link_that_is_deleted_is_only_a_link(self):
        os.symlink("../outside", self.path("dst/extra"))
        self.both("-a", "--delete")
        self.same("src", "dst")

    def test_keep_dirlinks_writes_through_a_link_beneath_the_destination(self):
        self.folder("dst/real")
        os.symlink("real", self.path("dst/a"))
        self.both("-aK")
        self.assertTrue(os.path.islink(self.path("dst/a")))
        self.assertEqual(self.read("dst/real/f"), b"from the source")

    @godwit_only("it writes through it")
    def test_keep_dirlinks_refuses_a_link_that_leads_outside(self):
        os.symlink("../outside", self.path("dst/a"))
        self.both("-aK", code=23)
        self.both("-aK", "--delete", code=23)

    def test_links_of_the_source_are_not_followed(self):
        self.write("secret/s", b"secret")
        os.symlink("../secret", self.path("src/way"))
        self.both("-a")
        self.assertEqual(os.readlink(self.path("dst/way")), "../secret")

    def test_mode_and_times_of_a_links_target_stay(self):
        os.chmod(self.path("outside/keep"), 0o640)
        self.before = tree.snapshot(self.path("outside"))
        os.symlink("../outside/keep", self.path("src/way"))
        os.symlink("../outside/keep", self.path("dst/way"))
        self.both("-a")

    def racing(self, one, other):
        """Exchanges two names all the time, until the test ends."""
        stop = threading.Event()

        def exchange():
            spare = self.path("spare")
            while not stop.is_set():
                try:
                    os.rename(self.path(one), spare)
                    os.rename(self.path(other), self.path(one))
                    os.rename(spare, self.path(other))
                except OSError:
                    pass

        thread = threading.Thread(target=exchange)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(stop.set)

    def test_a_folder_that_turns_into_a_link_all_the_time(self):
        for number in range(200):
            self.write(f"src/a/n{number}", b"x" * number)
        self.write("dst/a/old", b"x")
        os.symlink("../outside", self.path("turning"))
        self.racing("dst/a", "turning")
        for _ in range(15):
            outcome = self.run_tool("-a", "--delete", "src/", "dst/")
            self.assertIsNotNone(outcome.code)
            self.outside_is_untouched()

    @godwit_only("it reads through it now and then")
    def test_a_source_folder_that_turns_into_a_link_gives_nothing_away(self):
        self.write("secret/f", b"secret")
        os.symlink("../secret", self.path("turning"))
        self.racing("src/a", "turning")
        for number in range(15):
            self.run_tool("-a", "src/", f"copy{number}/")
            leaf = self.path(f"copy{number}/a/f")
            if os.path.isfile(leaf) and not os.path.islink(self.path(f"copy{number}/a")):
                self.assertEqual(self.read(f"copy{number}/a/f"), b"from the source")


class Permissions(BlackBox):
    """Half-written files and folders are closed to others."""

    big = "src/big"

    def watch(self, names, run):
        """Modes of all that was not whole when it was seen below dst while `run` went on, except finished names."""
        whole = os.stat(self.path(self.big)).st_size
        seen, stop = {}, threading.Event()

        def look():
            while not stop.is_set():
                for base, dirs, files in os.walk(os.fsencode(self.path("dst"))):
                    for name in dirs + files:
                        if os.fsdecode(name) in names:
                            continue
                        try:
                            status = os.lstat(os.path.join(base, name))
                        except OSError:
                            continue
                        if min(status.st_size, status.st_blocks * 512) < whole:
                            seen[(name, status.st_mode & 0o7777)] = status.st_size

        thread = threading.Thread(target=look)
        thread.start()
        try:
            run()
        finally:
            stop.set()
            thread.join()
        return seen

    @godwit_only("its names differ")
    def test_staged_names_are_closed(self):
        self.folder("dst")
        for number in range(300):
            self.write(f"src/new/n{number}", b"x" * 50, 0o666)
        self.write("src/big", os.urandom(1 << 20) * 20, 0o666)
        names = {f"n{number}" for number in range(300)} | {"new", "big"}

        def run():
            outcome = self.remote("-a", "--bwlimit=20000", "src/", f"host:{self.path('dst')}/")
            self.ends(outcome, 0)

        seen = self.watch(names, run)
        self.assertTrue(seen, "no staged name was ever seen")
        for (name, mode) in seen:
            self.assertFalse(mode & 0o077, (name, oct(mode)))
        self.same("src", "dst")

    @needs_root
    def test_another_user_can_open_nothing_before_it_is_whole(self):
        self.folder("dst")
        self.write("src/big", os.urandom(1 << 20) * 24, 0o600)
        script = ("cd \"$1\" && while [ ! -e ../stop ]; do for f in .[!.]* *; do cat \"$f\" 2>/dev/null | head -c 16; "
                  "done; done")
        spy = subprocess.Popen(["sh", "-c", script, "sh", self.path("dst")], stdout=subprocess.PIPE,
                               user=tool.NOBODY, group=tool.NOBODY, extra_groups=[])
        self.ends(self.remote("-a", "--bwlimit=20000", "src/", f"host:{self.path('dst')}/"), 0)
        self.write("stop")
        self.assertEqual(spy.communicate()[0], b"")

    @needs_root
    def test_set_id_bits_come_last(self):
        self.folder("dst")
        self.big = "src/tool"
        path = self.write("src/tool", os.urandom(1 << 20) * 10)
        os.chown(path, 1234, 1234)
        os.chmod(path, 0o6755)
        os.utime(path, ns=(TIMES, TIMES))
        odd = []

        def run():
            self.ends(self.remote("-a", "--bwlimit=30000", "src/", f"host:{self.path('dst')}/"), 0)

        for (name, mode) in self.watch(set(), run):
            if mode & 0o6000 and name != b"tool":
                odd.append((name, oct(mode)))
        self.assertEqual(odd, [])
        self.same("src", "dst")

    def test_a_new_folder_keeps_the_group_bit_of_the_one_around_it(self):
        self.folder("src/shared/new")
        self.folder("dst/shared")
        os.chmod(self.path("dst/shared"), 0o2755)
        self.ends(self.run_tool("-r", "src/", "dst/"), 0)
        self.assertEqual(os.stat(self.path("dst/shared/new")).st_mode & 0o7000, 0o2000)

    def test_the_umask_holds_where_modes_are_not_kept(self):
        self.write("src/f", b"x", 0o666)
        self.write("src/d/x", b"x", 0o777)
        os.chmod(self.path("src/d"), 0o777)
        for send, dest in ((self.run_tool, "one/"), (self.remote, f"host:{self.path('two')}/")):
            self.ends(send("-r", "src/", dest, umask=0o027), 0)
            base = os.path.basename(dest.rstrip("/").split(":")[-1])
            modes = [os.stat(self.path(f"{base}/{n}")).st_mode & 0o777 for n in ("f", "d", "d/x")]
            self.assertEqual([oct(m) for m in modes], ["0o640", "0o750", "0o750"])


class Secrets(BlackBox):

    @godwit_only("its arguments name them")
    def test_names_do_not_stand_in_the_arguments_of_the_far_end(self):
        self.write("src/private-name", os.urandom(1 << 20) * 8)
        noting = shell.write(self.home, shell.SCRIPT.replace("shift\nexec", "shift\necho $$ >\"$HOME/pid\"\nexec"), "n")
        process = self.start_tool("-a", "--bwlimit=2000", "--exclude=hidden-rule", "-e", noting,
                                  f"--rsync-path={self.tool}", "src/", f"host:{self.path('private-dest')}/")
        self.assertTrue(wait_until(lambda: os.path.exists(self.path("private-dest"))))
        with open(f"/proc/{int(self.read('home/pid'))}/cmdline", "rb") as file:
            words = file.read()
        self.assertNotIn(b"private", words)
        self.assertNotIn(b"hidden-rule", words)
        process.kill()


if __name__ == "__main__":
    main()
