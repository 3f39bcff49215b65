#!/usr/bin/env python3
"""Runs over several connections: that they make no difference, and what becomes of one that fails."""
import os

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import tool
from blackbox.case import godwit_only, main
from versions import Versions

SHELL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "faulty_shell.py")
LONG = os.urandom(1 << 20) * 24  # with RATE, long enough for the further connections to come
RATE = "--bwlimit=6m"


@godwit_only("it has one connection")
class Connections(Versions):

    def transfer(self, way, fault="none:both:0", line="2", *words):
        source, dest = ("src/", "host:far/") if way == "push" else ("host:src/", "far/")
        self.folder("lines")
        for name in os.listdir(self.path("lines")):
            os.remove(self.path(f"lines/{name}"))
        env = tool.environment(self.home, FAULT=fault, FAULT_LINE=line, FAULT_LINES=self.path("lines"))
        return self.run_tool("-a", "--delete", "--no-z", "--connections=3", RATE, "-e", SHELL,
                             f"--rsync-path={self.tool}", *words, source, dest, env=env, timeout=120)

    def long_run(self):
        self.new_files["long"] = LONG
        self.write("src/long", LONG)
        self.old("far")

    def test_three_connections_carry_a_run_as_one_does(self):
        for way in ("push", "pull"):
            with self.subTest(way):
                self.long_run()
                self.ends(self.transfer(way), 0)
                self.same("src", "far")
                self.assertEqual(len(os.listdir(self.path("lines"))), 3)

    def test_a_further_connection_that_is_cut_is_12_and_the_next_run_heals(self):
        for way, fault in (("push", "cut:up:200000"), ("pull", "cut:down:200000")):
            with self.subTest(f"{way} {fault}"):
                self.long_run()
                self.ends(self.transfer(way, fault), 12)
                self.whole("far")
                self.heals("far", lambda: self.transfer(way))  # pylint: disable=cell-var-from-loop

    def test_a_further_connection_that_freezes_is_30(self):
        self.long_run()
        self.ends(self.transfer("push", "freeze:up:200000", "3", "--timeout=2"), 30)
        self.whole("far")

    def test_where_no_further_connection_can_be_made_the_run_does_without(self):
        for way in ("push", "pull"):
            for fault in ("cut:up:0", "cut:down:10", "cut:down:40"):
                with self.subTest(f"{way} {fault}"):
                    self.old("far")
                    outcome = self.transfer(way, fault, "2")
                    self.ends(outcome, 0)
                    self.same("src", "far")


if __name__ == "__main__":
    main()
