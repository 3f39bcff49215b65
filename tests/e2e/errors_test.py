#!/usr/bin/env python3
"""What goes wrong is told in one clear line, with rsync's exit code, and harms nothing else."""
import os
import signal
import subprocess
import time

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import shell, tool, tree
from blackbox.case import BlackBox, godwit_only, main, needs_root
from blackbox.tool import wait_until

STEP = "shift\nexec sh -c \"$*\""


def variant(text):
    """The shell without a network with other last lines."""
    return shell.SCRIPT.replace(STEP, text)


class FarEnd(BlackBox):
    """A far end that is missing, is something else, or dies."""

    def setUp(self):
        super().setUp()
        self.write("src/f", b"f")

    def push(self, **how):
        return self.remote("-a", "src/", f"host:{self.path('far')}/", **how)

    def with_shell(self, text, *words, **how):
        rsh = shell.write(self.home, variant(text), "variant")
        return self.remote(*words, "-a", "src/", f"host:{self.path('far')}/", rsh=rsh, **how)

    def untouched(self):
        self.assertFalse(os.path.exists(self.path("far")))

    def test_a_missing_agent_is_127(self):
        self.ends(self.push(program="/no/such/godwit"), 127, "not found", "--rsync-path")
        self.untouched()

    def test_an_agent_that_cannot_be_executed_is_126(self):
        self.write("home/godwit", b"#!/bin/sh\n", 0o644)
        self.ends(self.push(program=self.path("home/godwit")), 126, "--rsync-path")
        self.untouched()

    def test_a_shell_that_cannot_connect_is_255(self):
        self.ends(self.with_shell("echo 'No route to host' >&2; exit 255"), 255, "no route to host")

    def test_a_shell_that_does_not_exist_is_told(self):
        outcome = self.push(rsh="/no/such/shell")
        self.assertNotEqual(outcome.code, 0)
        self.assertIn(b"/no/such/shell", outcome.err)

    @godwit_only("it says 12")
    def test_a_far_end_that_is_not_godwit_is_2(self):
        self.ends(self.with_shell("echo 'Welcome to this machine'; exit 0"), 2, "welcome to this machine")
        self.untouched()

    @godwit_only("it is rsync")
    def test_where_the_far_end_is_rsync_the_line_says_so(self):
        self.ends(self.push(program=tool.RSYNC), 2, "rsync")
        self.untouched()

    @godwit_only("it cannot go on")
    def test_a_chatty_login_shell_is_reported_and_the_run_goes_on(self):
        outcome = self.with_shell("echo 'Today is a \033[1mfine day'\n" + STEP)
        self.ends(outcome, 0)
        self.assertIn(b"fine day", outcome.err)
        self.assertNotIn(b"\033", outcome.err)
        self.same("src", "far")

    def test_what_the_far_end_says_on_stderr_is_passed_on(self):
        outcome = self.with_shell("echo 'disk is getting \033[1mfull' >&2\n" + STEP)
        self.ends(outcome, 0, "disk is getting")
        if not tool.is_rsync(self.tool):
            self.assertNotIn(b"\033", outcome.err)

    @godwit_only("it has no such limit over a pipe")
    def test_contimeout_bounds_the_wait_for_a_far_end(self):
        begun = time.monotonic()
        self.ends(self.with_shell("exec sleep 60", "--contimeout=1"), 30)
        self.assertLess(time.monotonic() - begun, 10)


class Running(BlackBox):
    """A run that is stopped in its middle."""

    def setUp(self):
        super().setUp()
        self.write("src/a-small", b"small")
        self.write("src/big", os.urandom(3 << 20) * 4)
        noting = variant("shift\necho $$ >\"$HOME/pid\"\nexec sh -c \"exec $*\"")
        self.rsh = shell.write(self.home, noting, "noting")

    def begin(self, *words, source="src/", dest="host:far/"):
        process = self.start_tool("-a", "--bwlimit=1000", "-e", self.rsh, f"--rsync-path={self.tool}", *words, source,
                                  dest)
        self.assertTrue(wait_until(self.something_arrived), "nothing arrived")
        return process

    def something_arrived(self):
        """Some of the big file is in the destination, under whatever name."""
        try:
            return any(s.kind == "file" and s.size > 64 << 10 for s in tree.snapshot(self.path("far")).values())
        except FileNotFoundError:
            return False

    def agent(self):
        return int(self.read("home/pid"))

    @staticmethod
    def alive(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                return file.read().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
        except OSError:
            return False

    def finish(self, process, code, within=20):
        begun = time.monotonic()
        try:
            out, err = process.communicate(timeout=within)
        except subprocess.TimeoutExpired:
            self.fail(f"still running after {within} s")
        outcome = tool.Outcome(process.returncode, out, err)
        self.ends(outcome, code)
        return time.monotonic() - begun, outcome

    def nothing_half_done(self, partial=False):
        """The big file is not under its name, and no staged name is left."""
        names = self.names("far")
        self.assertNotIn("big", names)
        strays = [n for n in names if n != "a-small" and not (partial and n.startswith(".~godwit~"))]
        self.assertEqual(strays, [])

    def test_a_killed_agent_is_12(self):
        process = self.begin()
        os.kill(self.agent(), signal.SIGKILL)
        self.finish(process, 12)
        self.assertNotIn("big", self.names("far"))

    def test_a_killed_agent_of_a_pull_is_12(self):
        process = self.begin(source="host:src/", dest="far/")
        os.kill(self.agent(), signal.SIGKILL)
        self.finish(process, 12)
        self.nothing_half_done()

    @godwit_only("it waits for its own child")
    def test_a_far_end_that_stops_answering_is_30(self):
        process = self.begin("--timeout=2")
        agent = self.agent()
        os.kill(agent, signal.SIGSTOP)
        try:
            self.finish(process, 30)
        finally:
            try:
                os.kill(agent, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def stopped_by(self, number, **how):
        process = self.begin(**how)
        agent = self.agent()
        process.send_signal(number)
        took, _ = self.finish(process, 20)
        self.assertLess(took, 1.5)
        self.assertTrue(wait_until(lambda: not self.alive(agent), 2), "the far end is still there")
        self.assertTrue(wait_until(lambda: len(self.names("far")) <= 1, 2))
        self.nothing_half_done()

    def test_an_interrupt_ends_both_ends_within_a_second(self):
        self.stopped_by(signal.SIGINT)

    def test_an_interrupt_of_a_pull_ends_both_ends_within_a_second(self):
        self.stopped_by(signal.SIGINT, source="host:src/", dest="far/")

    def test_a_request_to_terminate_is_like_an_interrupt(self):
        self.stopped_by(signal.SIGTERM)

    @godwit_only("it keeps it under the final name")
    def test_an_interrupt_keeps_what_arrived_with_partial(self):
        process = self.begin("--partial")
        agent = self.agent()
        process.send_signal(signal.SIGINT)
        self.finish(process, 20)
        self.assertTrue(wait_until(lambda: not self.alive(agent), 2))
        self.nothing_half_done(partial=True)
        kept = [n for n in self.names("far") if n.startswith(".~godwit~/")]
        self.assertEqual(len(kept), 1)
        outcome = self.remote("-a", "--partial", "--stats", "src/", "host:far/")
        self.ends(outcome, 0)
        self.same("src", "far")

    def test_a_killed_client_takes_its_agent_with_it(self):
        process = self.begin()
        agent = self.agent()
        process.kill()
        process.communicate()
        self.assertTrue(wait_until(lambda: not self.alive(agent), 10), "the far end is still there")


class Disks(BlackBox):
    """Destinations that cannot take what is sent."""

    def mounted(self, name, options):
        path = self.folder(name)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], capture_output=True,
                          check=False).returncode:
            self.skipTest("cannot mount a tmpfs here")
        self.addCleanup(subprocess.run, ["umount", "-l", path], check=True)
        return path

    @needs_root
    def test_a_full_disk_is_11_and_old_files_stay(self):
        self.mounted("full", "size=1m")
        self.write("src/a", b"a")
        self.write("src/big", os.urandom(4 << 20))
        self.write("full/big", b"the old version")
        for send in (self.run_tool, self.remote):
            with self.subTest(send.__name__):
                dest = "full/" if send == self.run_tool else "host:full/"  # pylint: disable=comparison-with-callable
                self.ends(send("-a", "src/", dest), 11, "no space left")
                self.assertEqual(self.read("full/big"), b"the old version")
                self.assertLessEqual(set(self.names("full")), {"a", "big"})

    @needs_root
    def test_a_read_only_destination_is_told(self):
        path = self.mounted("fixed", "size=1m")
        subprocess.run(["mount", "-o", "remount,ro", path], check=True)
        self.write("src/a", b"a")
        outcome = self.run_tool("-a", "src/", "fixed/")
        self.assertIn(outcome.code, (11, 23), outcome)
        self.assertIn(b"read-only", outcome.err.lower())

    def test_an_unreadable_file_is_23_and_the_rest_is_copied(self):
        self.write("src/good", b"good")
        self.write("src/secret", b"secret", 0)
        how = self.as_user()
        if not how and tool.is_root():
            self.skipTest("needs another user")
        self.ends(self.run_tool("-a", "src/", "dst/", **how), 23, "secret", "permission denied")
        self.assertEqual(self.names("dst"), ["good"])

    @godwit_only("it deletes what comes before")
    def test_an_unreadable_folder_stops_all_deletion(self):
        self.write("src/a", b"a")
        self.write("src/shut/inner", b"x")
        self.write("dst/extra", b"x")
        self.write("dst/shut/inner", b"x")
        how = self.as_user()
        os.chmod(self.path("src/shut"), 0)
        self.ends(self.run_tool("-a", "--delete", "src/", "dst/", **how), 23, "shut", "delet")
        os.chmod(self.path("src/shut"), 0o755)
        self.assertIn("extra", self.names("dst"))
        self.assertEqual(self.read("dst/a"), b"a")

    def test_a_folder_that_cannot_be_read_is_not_removed_and_23_without_recursion_too(self):
        self.folder("src")
        self.write("dst/shut/inner", b"x")
        how = self.as_user()
        os.chmod(self.path("dst/shut"), 0)
        outcome = self.run_tool("-d", "--delete", "src/", "dst/", **how)
        os.chmod(self.path("dst/shut"), 0o755)
        if how or not tool.is_root():
            self.ends(outcome, 23, "shut")
            self.assertEqual(self.read("dst/shut/inner"), b"x")

    def test_what_stands_beside_an_unreadable_operand_is_copied(self):
        self.write("src/a", b"new")
        self.write("src/d/b", b"new")
        self.write("src/shut/inner", b"x")
        for way in ("local", "push", "pull"):
            with self.subTest(way):
                tree.remove(self.path("dst"))
                self.write("dst/a", b"older")
                self.write("dst/d/b", b"older")
                self.write("dst/d/extra", b"x")
                how = self.as_user()
                os.chmod(self.path("src/shut"), 0)
                far = "" if way == "local" else f"host:{self.at}/"
                here, there = ("", far) if way == "push" else (far, "")
                run = self.run_tool if way == "local" else self.remote
                outcome = run("-a", "--delete", f"{here}src/a", f"{here}src/shut/", f"{here}src/d", f"{there}dst", **how)
                os.chmod(self.path("src/shut"), 0o755)
                if how or not tool.is_root():
                    self.ends(outcome, 23, "shut")
                    self.assertEqual(self.names("dst"), ["a", "d", "d/b", "d/extra"])
                self.assertEqual((self.read("dst/a"), self.read("dst/d/b")), (b"new", b"new"))

    def test_a_destination_that_may_not_be_written_is_told(self):
        self.write("src/a", b"a")
        self.folder("dst")
        how = self.as_user()
        os.chmod(self.path("dst"), 0o555)
        if tool.is_root():
            os.lchown(self.path("dst"), 0, 0)
        outcome = self.run_tool("-r", "src/", "dst/", **how)
        os.chmod(self.path("dst"), 0o755)
        if tool.is_root():
            self.ends(outcome, 23, "permission denied")

    def test_a_folder_that_cannot_be_made_is_one_error(self):
        for number in range(20):
            self.write(f"src/shut/new/d{number % 3}/f{number}", b"x" * number)
        self.write("src/beside", b"x")
        how = self.as_user()
        for way in ("local", "push"):
            with self.subTest(way):
                tree.remove(self.path("dst"))
                self.folder("dst/shut")
                how = self.as_user()
                os.chmod(self.path("dst/shut"), 0o555)
                if tool.is_root():
                    os.lchown(self.path("dst/shut"), 0, 0)
                if way == "local":
                    outcome = self.run_tool("-r", "src/", "dst/", **how)
                else:
                    outcome = self.remote("-r", "src/", f"host:{self.at}/dst/", **how)
                os.chmod(self.path("dst/shut"), 0o755)
                if how or not tool.is_root():
                    self.ends(outcome, 23, "permission denied")
                    told = [line for line in outcome.err.splitlines() if b"shut/new" in line]
                    self.assertEqual(len(told), 1, outcome)
                    self.assertEqual(self.names("dst"), ["beside", "shut"])

    def test_each_failure_is_counted_even_among_many_good_files(self):
        for number in range(300):
            self.write(f"src/d{number % 7}/f{number}", b"x" * number)
        self.write("src/d3/secret", b"s", 0)
        how = self.as_user()
        if not how and tool.is_root():
            self.skipTest("needs another user")
        self.ends(self.run_tool("-a", "src/", "dst/", **how), 23, "secret")
        self.assertEqual(len([n for n in self.names("dst") if "/f" in n]), 300)


if __name__ == "__main__":
    main()
