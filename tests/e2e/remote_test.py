#!/usr/bin/env python3
"""Remote operands: what the far end expands, and where paths begin. Through a shell that stands for ssh."""
import os
import pwd

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import shell, tool, tree
from blackbox.case import BlackBox, godwit_only, main

LOGIN = shell.SCRIPT.replace("shift\nexec", "shift\ncd \"$HOME\"\nexec")
AWKWARD = ["a b", "$HOME", "$(touch oops)", "`touch oops`", "{a,b}", "'q'", '"q"', "a;b", "a&b", "back\\slash", "#x",
           "tab\tx", "new\nline", "-dash", "caf\u00e9", "a|b", "<x>", "!x", "(x)"]


class Remote(BlackBox):

    def setUp(self):
        super().setUp()
        self.rsh = shell.write(self.home, LOGIN)
        self.write("one", b"1")
        self.write("d/f", b"f")
        self.write("d/sub/g", b"g")

    def test_push_and_pull_keep_a_tree_equal(self):
        self.ends(self.remote("-a", "d/", f"host:{self.path('far')}/"), 0)
        self.same("d", "far")
        self.ends(self.remote("-a", f"host:{self.path('far')}/", "back/"), 0)
        self.same("d", "back")

    def test_relative_paths_start_at_the_login_folder(self):
        self.ends(self.remote("-a", "d", "host:far/"), 0)
        self.assertEqual(self.read("home/far/d/f"), b"f")
        self.ends(self.remote("-a", "host:far/d/", "back"), 0)
        self.same("d", "back")

    def test_a_host_alone_is_the_login_folder(self):
        self.ends(self.remote("-a", "one", "host:"), 0)
        self.assertEqual(self.read("home/one"), b"1")

    def test_several_sources_of_one_host(self):
        self.write("home/x", b"x")
        self.write("home/y", b"y")
        self.ends(self.remote("-a", "host:x", ":y", "back/"), 0)
        self.assertEqual(self.names("back"), ["x", "y"])
        self.ends(self.remote("-a", "host:x", "host:y", "again/"), 0)
        self.assertEqual(self.names("again"), ["x", "y"])

    def test_a_user_name_is_passed_on(self):
        self.ends(self.remote("-a", "one", "somebody@host:far/"), 0)
        self.assertEqual(self.read("home/far/one"), b"1")

    def test_an_address_in_brackets_is_a_host(self):
        self.ends(self.remote("-a", "one", "[::1]:far/"), 0)
        self.assertEqual(self.read("home/far/one"), b"1")

    # ---- expansion ----------------------------------------------------------------------------------------------
    def test_wildcards_of_remote_sources_are_expanded(self):
        for name in ("a.c", "b.c", "b.h", "cc", ".hid"):
            self.write(f"home/w/{name}", name.encode())
        for pattern, found in (("*.c", ["a.c", "b.c"]), ("?.?", ["a.c", "b.c", "b.h"]), ("[bc]*", ["b.c", "b.h", "cc"]),
                               ("*", ["a.c", "b.c", "b.h", "cc"])):
            with self.subTest(pattern):
                tree.remove(self.path("back"))
                self.ends(self.remote("-a", f"host:w/{pattern}", "back/"), 0)
                self.assertEqual(self.names("back"), sorted(found))

    def test_a_wildcard_in_a_folders_name_is_expanded(self):
        self.write("home/w/x1/f", b"1")
        self.write("home/w/x2/g", b"2")
        self.ends(self.remote("-a", "host:w/x*/", "back/"), 0)
        self.assertEqual(self.names("back"), ["f", "g"])

    def test_a_wildcard_that_matches_nothing_is_taken_literally(self):
        self.write("home/w/f")
        self.ends(self.remote("-a", "host:w/nope*", "back/"), 23, "nope*")
        self.write("home/w/[x", b"bracket")
        self.ends(self.remote("-a", "host:w/[x", "back/"), 0)
        self.assertEqual(self.read("back/[x"), b"bracket")

    def test_a_tilde_is_the_home(self):
        self.write("home/w/f", b"home")
        self.ends(self.remote("-a", "host:~/w/f", "back/"), 0)
        self.assertEqual(self.read("back/f"), b"home")
        self.ends(self.remote("-a", "one", "host:~/far/"), 0)
        self.assertEqual(self.read("home/far/one"), b"1")

    def test_a_tilde_with_a_name_is_that_users_home(self):
        me = pwd.getpwuid(os.geteuid())
        if not os.path.isdir(me.pw_dir):
            self.skipTest("no home folder")
        outcome = self.remote("-d", "--list-only", f"host:~{me.pw_name}/")
        self.ends(outcome, 0)
        self.assertTrue(outcome.out)

    @godwit_only("its far end has a shell between")
    def test_nothing_else_of_a_remote_name_is_touched(self):
        for name in AWKWARD:
            with self.subTest(name):
                self.write(f"home/odd/{name}", name.encode())
                self.ends(self.remote("-a", f"host:odd/{name}", "back/"), 0)
                self.assertEqual(self.read(f"back/{name}"), name.encode())
                self.ends(self.remote("-a", "--mkpath", "one", f"host:new/{name}/"), 0)
                self.assertEqual(self.read(f"home/new/{name}/one"), b"1")
        self.assertFalse(os.path.exists(self.path("home/oops")) or os.path.exists(self.path("oops")))

    # ---- the command --------------------------------------------------------------------------------------------
    def test_rsh_is_taken_from_the_environment(self):
        env = tool.environment(self.home, RSYNC_RSH=self.rsh)
        self.ends(self.run_tool("-a", f"--rsync-path={self.tool}", "one", "host:far/", env=env), 0)
        self.assertEqual(self.read("home/far/one"), b"1")

    def test_rsh_may_have_arguments_with_quotes(self):
        odd = shell.write(self.home, LOGIN, "a shell")
        self.ends(self.remote("-a", "one", "host:far/", rsh=f"'{odd}' -q \"-x y\""), 0)
        self.assertEqual(self.read("home/far/one"), b"1")

    def test_the_program_there_goes_through_the_remote_shell(self):
        self.ends(self.remote("-a", "one", "host:far/", program=f"env X=1 {self.tool}"), 0)
        self.ends(self.remote("-a", "one", "host:far2/", program=f"cd / && cd - >/dev/null && {self.tool}"), 0)
        self.assertEqual(self.read("home/far2/one"), b"1")

    @godwit_only("it has another name")
    def test_remote_path_is_the_same_option(self):
        self.ends(self.run_tool("-a", "-e", self.rsh, f"--remote-path={self.tool}", "one", "host:far/"), 0)

    @godwit_only("its names stand on the command line")
    def test_no_path_and_no_option_is_on_the_remote_command_line(self):
        spy = shell.write(self.home, LOGIN.replace("exec sh", "printf '%s\\n' \"$@\" >\"$HOME/spied\"\nexec sh"), "spy")
        self.ends(self.remote("-a", "--delete", "--exclude=secret-name", "d/", "host:far/", rsh=spy), 0)
        self.assertEqual(self.read("home/spied").decode().split(), [self.tool, "agent"])

    @godwit_only("it lists after the login")
    def test_the_source_is_listed_while_the_far_end_logs_in(self):
        """The login waits until the source's folder has been read, which its access time tells."""
        for folder in ("d", "d/sub"):
            os.utime(self.path(folder), (0, os.stat(self.path(folder)).st_mtime))
        os.listdir(self.path("d/sub"))
        if os.stat(self.path("d/sub")).st_atime == 0:
            self.skipTest("the file system keeps no access times")
        waits = (f"shift\nleft=500\nwhile [ \"$(stat -c %X '{self.path('d')}')\" = 0 ]; do\n"
                 "  left=$((left - 1))\n  [ $left -gt 0 ] || exit 9\n  sleep 0.02\ndone\nexec")
        self.rsh = shell.write(self.home, shell.SCRIPT.replace("shift\nexec", waits), "slow-rsh")
        self.ends(self.remote("-a", "d/", f"host:{self.path('far')}/"), 0)
        self.same("d", "far")

    # ---- transfer -----------------------------------------------------------------------------------------------
    def test_a_changed_file_is_sent_as_a_difference(self):
        old = os.urandom(1 << 20)
        self.write("src/big", old[:500_000] + b"inserted" + old[500_000:])
        self.write("home/far/big", old)
        os.utime(self.path("home/far/big"), (1, 1))
        for compress in ([], ["-z"], ["--no-z"], ["--zl=9"], ["--zl=-3"], ["--zc=zstd"]):
            with self.subTest(compress):
                outcome = self.remote("-a", "--stats", *compress, "-I", "src/", "host:far/")
                self.ends(outcome, 0)
                sent = int(outcome.out.split(b"\nsent ")[1].split(b" ")[0].replace(b",", b""))
                self.assertLess(sent, 60_000)
                self.same("src", "home/far")

    def test_delete_and_type_changes_work_both_ways(self):
        self.write("src/f/inner")
        self.write("src/g")
        self.write("home/far/f")
        self.write("home/far/g/inner")
        self.write("home/far/extra/deep/x")
        self.ends(self.remote("-a", "--delete", "src/", "host:far/"), 0)
        self.same("src", "home/far")

    def test_a_dry_run_touches_nothing(self):
        self.write("home/far/extra")
        before = tree.snapshot(self.path("home/far"))
        outcome = self.remote("-ani", "--delete", "d/", "host:far/")
        self.ends(outcome, 0)
        self.assertIn(b"*deleting   extra", outcome.out)
        self.assertIn(b"<f+++++++++ f", outcome.out)
        self.assertEqual(tree.snapshot(self.path("home/far")), before)

    def test_remove_source_files_removes_what_was_sent(self):
        self.ends(self.remote("-a", "--remove-source-files", "d/", "host:far/"), 0)
        self.assertEqual(self.names("d"), ["sub"])
        self.ends(self.remote("-a", "--remove-source-files", "host:far/", "back/"), 0)
        self.assertEqual(self.names("home/far"), ["sub"])
        self.assertEqual(self.names("back"), ["f", "sub", "sub/g"])


if __name__ == "__main__":
    main()
