#!/usr/bin/env python3
"""Large trees that differ in some of their files, over a shell that stands for ssh: all that differs is found, and
where that is little, little is sent for it."""
import os
import random
import re
import shutil

import here  # noqa: F401  pylint: disable=unused-import
from blackbox.case import BlackBox, godwit_only, main

FOLDERS = 8
FILES = 600


class Listing(BlackBox):

    def setUp(self):
        super().setUp()
        self.random = random.Random(11)
        self.names_made = [f"d{d}/file-{f:03d}.txt" for d in range(FOLDERS) for f in range(FILES)]
        for name in self.names_made:
            self.write(f"src/{name}", b"")
        shutil.copytree(self.path("src"), self.path("far"))

    def at_random(self, count, act):
        there = [path for path in map(self.path, (f"far/{name}" for name in self.names_made)) if os.path.exists(path)]
        for path in self.random.sample(there, count):
            act(path)

    def change(self, count):
        """So many at the far side each: another time, removed, new."""
        def late(path):
            when = self.random.randrange(10**9)
            os.utime(path, (when, when))
        self.at_random(count, late)
        self.at_random(count, os.unlink)
        self.at_random(count, lambda path: self.write(path + "-new", b""))

    def wire_bytes(self, *words):
        outcome = self.remote("-a", "--delete", "--stats", "--no-human-readable", *words)
        self.ends(outcome, 0)
        return sum(int(count) for count in re.findall(r"Total bytes (?:sent|received): (\d+)", outcome.out.decode()))

    def operands(self, way):
        far = f"host:{self.path('far')}/"
        return ("src/", far) if way == "push" else (far, "src/")

    def syncs(self, way, changes, most):
        self.change(changes)
        spent = self.wire_bytes("-n", *self.operands(way))
        self.wire_bytes(*self.operands(way))
        self.same("src", "far")
        if most is not None:
            self.assertLess(spent, most)

    @godwit_only("it lists every file")
    def test_few_changes_cost_few_bytes(self):
        for way in ("push", "pull"):
            with self.subTest(way):
                self.syncs(way, 6, 6000)

    def test_what_differs_is_found_however_much_it_is(self):
        for way, changes in (("push", 60), ("pull", 300), ("push", 1500)):
            with self.subTest(way, changes=changes):
                self.syncs(way, changes, None)

    def test_changes_close_together_are_found(self):
        for name in self.names_made[700:780] + self.names_made[1500:1509]:
            os.utime(self.path(f"far/{name}"), (5, 5))
        for name in self.names_made[3000:3100]:
            os.unlink(self.path(f"far/{name}"))
        self.syncs("push", 0, None)


if __name__ == "__main__":
    main()
