"""Two versions of a tree, and what must hold at a destination between them whatever happened."""
import hashlib
import os
import random

from blackbox import tree
from blackbox.case import TIMES, BlackBox


class Versions(BlackBox):
    """src holds the new version; old() makes the old one at a destination."""

    def setUp(self):
        super().setUp()
        rng = random.Random(7)
        self.old_files, self.new_files = {}, {}
        for number in range(120):
            name, size = f"d{number % 5}/f{number}", rng.choice([0, 10, 500, 3000, 40_000])
            data = rng.randbytes(size)
            if number % 4 != 0:
                self.old_files[name] = data
            if number % 7 != 0:
                self.new_files[name] = data if number % 3 else data[:size // 2] + b"changed" + data[size // 2:]
        big = rng.randbytes(3 << 20)
        self.old_files["big"] = big
        self.new_files["big"] = big[:1_000_000] + rng.randbytes(700_000) + big[1_200_000:]
        self.new_files["new-big"] = rng.randbytes(2 << 20)
        for number in range(300):  # a folder that is new, and folders in it
            self.new_files[f"fresh/{'sub/' * (number % 3)}n{number}"] = rng.randbytes(rng.choice([0, 700, 9000, 200_000]))
        for number in range(3):  # rotated
            data = rng.randbytes(60_000 + number)
            self.old_files[f"logs/l{number}"] = self.new_files[f"logs/l{number + 1}"] = data
        self.new_files["logs/l0"] = b"fresh"
        for number in range(8):  # a folder that was renamed
            self.old_files[f"was/f{number}"] = self.new_files[f"is/f{number}"] = rng.randbytes(20_000)
        for name, data in self.new_files.items():
            self.write(f"src/{name}", data)

    def old(self, name):
        tree.remove(self.path(name))
        for file, data in self.old_files.items():
            os.utime(self.write(f"{name}/{file}", data), ns=(TIMES - 10**12,) * 2)

    def whole(self, name):
        """Every name of either version holds that version's bytes; no other plain name exists."""
        digest = {n: {self.digest(v[n]) for v in (self.old_files, self.new_files) if n in v}
                  for n in {*self.old_files, *self.new_files}}
        for path, seen in tree.snapshot(self.path(name)).items():
            path = os.fsdecode(path)
            if seen.kind != "file" or any(part.startswith((".godwit-", ".~godwit~")) for part in path.split("/")):
                continue
            self.assertIn(path, digest, f"{path} was never asked for")
            self.assertIn(seen.what, digest[path], f"{path} holds neither version")
        for file in set(self.old_files) & set(self.new_files):
            self.assertTrue(os.path.exists(self.path(f"{name}/{file}")), f"{file} is gone")

    @staticmethod
    def digest(data):
        return hashlib.blake2b(data).digest()[:16]

    def heals(self, name, send):
        """A second run without a fault makes the trees equal and leaves nothing behind."""
        self.ends(send(), 0)
        self.same("src", name)
