#!/usr/bin/env python3
"""Lines that are cut, frozen, chopped or damaged."""
import os
import random

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import tool
from blackbox.case import godwit_only, main
from versions import Versions

SHELL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "faulty_shell.py")
MANY = int(os.environ.get("GODWIT_CUTS", "4"))
SEED = int(os.environ.get("GODWIT_SEED", "1"))


class Lines(Versions):

    def transfer(self, way, fault="none:both:0", *words):
        source, dest = ("src/", "host:far/") if way == "push" else ("host:src/", "far/")
        env = tool.environment(self.home, FAULT=fault)
        return self.run_tool("-a", "--delete", "-e", SHELL, f"--rsync-path={self.tool}", *words, source, dest, env=env,
                             timeout=60)

    def positions(self, side, many):
        """Some at the beginning, where the parties meet, and some anywhere in a run of a few megabytes."""
        rng = random.Random(f"{SEED}/{side}")
        big = 3_000_000 if side == "data" else 30_000
        return [0, 1, 15, 16, 17, 40, 200] + [int(10 ** rng.uniform(2, 1 + len(str(big)))) for _ in range(many)]

    def each(self, kind, many, codes, *words):
        for way in ("push", "pull"):
            for side in ("up", "down"):
                busy = (way == "push") == (side == "up")
                for at in self.positions("data" if busy else "quiet", many):
                    with self.subTest(f"{way} {kind}:{side}:{at}"):
                        self.old("far")
                        outcome = self.transfer(way, f"{kind}:{side}:{at}", *words)
                        self.assertIn(outcome.code, codes, outcome)
                        self.whole("far")
                        if outcome.code == 0:
                            self.same("src", "far")
                        else:
                            self.assertTrue(outcome.err)
                            self.heals("far", lambda: self.transfer(way))  # pylint: disable=cell-var-from-loop

    def test_a_cut_line_leaves_whole_files_and_the_next_run_heals(self):
        self.each("cut", MANY, (0, 12, 2, 255))

    @godwit_only("it does not notice each")
    def test_a_turned_bit_is_never_stored(self):
        self.each("flip", MANY, (0, 2, 12, 23, 24, 30), "--contimeout=1")

    def test_small_pieces_make_no_difference(self):
        for way in ("push", "pull"):
            for size in (1, 7, 1000):
                with self.subTest(f"{way} {size}"):
                    if size == 1:
                        for name in [name for name, data in self.new_files.items() if len(data) > 1000]:
                            self.new_files[name] = b"small"
                            self.write(f"src/{name}", b"small")
                    self.old("far")
                    self.heals("far", lambda: self.transfer(way, f"chop:both:{size}"))  # pylint: disable=cell-var-from-loop

    @godwit_only("its own timeout counts otherwise")
    def test_a_frozen_line_is_30(self):
        for way, fault in (("push", "freeze:up:300000"), ("push", "freeze:down:100"), ("pull", "freeze:down:300000")):
            with self.subTest(f"{way} {fault}"):
                self.old("far")
                outcome = self.transfer(way, fault, "--timeout=2")
                self.ends(outcome, 30)
                self.whole("far")
                self.heals("far", lambda: self.transfer(way))  # pylint: disable=cell-var-from-loop


if __name__ == "__main__":
    main()
