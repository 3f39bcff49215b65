#!/usr/bin/env python3
"""Programs that were built anew: their code moved, and with it the distances in their calls."""
import os
import random
import re
import struct

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import shell
from blackbox.case import BlackBox, main

HEADER = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHI", 3, 62, 1) + bytes(40)


def program(functions, grown=0, seed=1):
    """Functions that call each other; with `grown`, every such one got longer than in the program without."""
    source = random.Random(seed)
    text = bytearray(HEADER)
    begins, calls = [], []
    for number in range(functions):
        begins.append(len(text))
        for _ in range(8):
            text += source.randbytes(source.randint(9, 24)) + b"\xe8"
            calls.append((len(text), source.randrange(functions)))
            text += bytes(4)
        if grown and number % grown == 0:
            text += b"further code"
    for place, callee in calls:
        struct.pack_into("<i", text, place, begins[callee] - place - 4)
    return bytes(text)


class Programs(BlackBox):

    def setUp(self):
        super().setUp()
        self.rsh = shell.write(self.home)

    def both_ways(self):
        yield "push", lambda *words: self.remote(*words, "src/", f"host:{self.path('dst')}/")
        yield "pull", lambda *words: self.remote(*words, f"host:{self.path('src')}/", "dst/")

    def put(self, old, new):
        self.write("dst/p", old)
        self.write("src/p", new)
        os.utime(self.path("dst/p"), (1, 1))

    def wire_bytes(self, run, *words):
        outcome = run("-a", "--stats", "--no-human-readable", *words)
        self.ends(outcome, 0)
        self.same("src", "dst")
        return sum(int(count) for count in re.findall(r"Total bytes (?:sent|received): (\d+)", outcome.out.decode()))

    def test_a_program_whose_code_moved_costs_a_fraction_of_the_same_bytes(self):
        old, new = program(3000), program(3000, grown=10)
        for name, run in self.both_ways():
            for compress, is_split in (("-z", True), ("--zl=1", True), ("--no-z", False)):
                with self.subTest(way=name, compress=compress):
                    self.put(old, new)
                    as_program = self.wire_bytes(run, compress)
                    self.put(old.replace(b"ELF", b"elf", 1), new.replace(b"ELF", b"elf", 1))
                    as_bytes = self.wire_bytes(run, compress)
                    self.assertEqual(as_program < as_bytes * 0.5, is_split)

    def test_whatever_a_program_becomes_arrives(self):
        old = program(1000)
        for name, run in self.both_ways():
            for what, new in (("grown", program(9000, seed=2)), ("shrunk", program(10, seed=3)), ("other", b"x" * 70_000),
                              ("empty", b""), ("cut", old[:-777]), ("zeros", bytes(300_000)), ("calls", b"\xe8" * 99_999),
                              ("same", old)):
                for words in ([], ["-z"], ["-z", "--inplace"], ["-z", "-S"], ["-z", "-c"], ["-z", "--partial-dir=.p"]):
                    with self.subTest(way=name, what=what, words=words):
                        self.put(old, new)
                        self.wire_bytes(run, *words)

    def test_what_was_kept_of_a_program_is_not_sent_again(self):
        new = program(3000)
        for name, run in self.both_ways():
            with self.subTest(way=name):
                self.put(b"old", new)
                self.write("dst/.p/p", new[:300_000])
                self.assertLess(self.wire_bytes(run, "-z", "--partial-dir=.p"), len(new) - 290_000)

    def test_what_was_no_program_becomes_one(self):
        for name, run in self.both_ways():
            with self.subTest(way=name):
                self.put(b"text" * 50_000, program(1000))
                self.wire_bytes(run, "-z")


if __name__ == "__main__":
    main()
