#!/usr/bin/env python3
"""Kernels without the system calls that came last: everything works, by older ones."""
import os
import sys
import unittest

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import older_kernel, tool, tree
from blackbox.case import BlackBox, main

RECENT = ["openat2", "fchmodat2", "landlock_create_ruleset", "close_range", "faccessat2"]  # none is in Linux 5.5


@unittest.skipUnless(older_kernel.works(), "the filter is written for x86-64")
class OlderKernel(BlackBox):

    def setUp(self):
        super().setUp()
        self.tool = os.path.join(self.home, "godwit")
        with open(self.tool, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\nexec '{sys.executable}' '{older_kernel.__file__}' {' '.join(RECENT)} -- "
                       f"'{tool.godwit()}' \"$@\"\n")
        os.chmod(self.tool, 0o755)

    def ways(self):
        yield "local", lambda *words: self.run_tool(*words, "src/", "dst/")
        yield "push", lambda *words: self.remote(*words, "src/", f"host:{self.path('dst')}/")
        yield "pull", lambda *words: self.remote(*words, f"host:{self.path('src')}/", "dst/")

    def fill(self):
        self.write("src/a", b"new")
        self.write("src/d/e/f/g", b"deep", mode=0o640)
        self.write("src/big", os.urandom(300_000))
        self.write("dst/big", self.read("src/big")[1000:])
        self.write("dst/gone/x")
        self.write("dst/d/e", b"a file in the way")
        os.symlink("a", self.path("src/link"))
        os.mkfifo(self.path("src/d/fifo"), 0o600)
        os.chmod(self.path("src/d/e"), 0o751)

    def test_a_tree_becomes_equal(self):
        for name, run in self.ways():
            for words in ([], ["--inplace"], ["-c"], ["--delete-excluded"], ["-K"], ["--partial-dir=.p"], ["-y"]):
                with self.subTest(way=name, words=words):
                    self.empty()
                    self.fill()
                    self.ends(run("-a", "--delete", *words), 0)
                    self.same("src", "dst")
                    self.ends(run("-a", "--delete", *words), 0)

    def test_no_link_is_followed_out_of_the_tree(self):
        for name, run in self.ways():
            with self.subTest(way=name):
                self.empty()
                self.write("outside/keep", b"kept")
                self.write("src/d/new", b"new")
                os.mkdir(self.path("dst"))
                os.symlink(self.path("outside"), self.path("dst/d"))
                run("-a", "--delete")
                self.assertEqual(self.names("outside"), ["keep"])
                self.same("src", "dst")

    def empty(self):
        for folder in ("src", "dst", "outside"):
            tree.remove(self.path(folder))


if __name__ == "__main__":
    main()
