"""The base of the end-to-end tests: a folder of its own for each test, and the words in which they are told."""
import os
import sys
import tempfile
import unittest
from dataclasses import replace

from . import shell, tool, tree

TIMES = 1_600_000_000 * 10**9 + 123_456_789


def godwit_only(why):
    """For what rsync does otherwise: skipped when the tests are checked with rsync itself."""
    return unittest.skipIf(tool.is_rsync(tool.godwit()), f"rsync differs: {why}")


needs_root = unittest.skipUnless(tool.is_root(), "needs root")


class BlackBox(unittest.TestCase):
    """Each test has a folder `self.at`, in which the tool runs, and a remote shell `self.rsh` without a network."""

    def setUp(self):
        self.at = tempfile.mkdtemp(prefix="godwit-e2e.")
        os.chmod(self.at, 0o755)
        self.addCleanup(tree.remove, self.at)
        self.home = os.path.join(self.at, "home")
        os.mkdir(self.home, 0o755)
        self.rsh = shell.write(self.home)
        self.tool = tool.godwit()

    # ---- running ------------------------------------------------------------------------------------------------
    def path(self, name):
        return os.path.join(self.at, name)

    def run_tool(self, *words, **how):
        """Runs the tool in the test's folder."""
        how.setdefault("env", tool.environment(self.home))
        return tool.run([self.tool, *words], self.at, **how)

    def start_tool(self, *words):
        """Starts it; it is ended with the test if it has not ended by itself."""
        process = tool.start([self.tool, *words], self.at, tool.environment(self.home))
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        tool.end(process)
        process.stdout.close()
        process.stderr.close()

    def remote(self, *words, **how):
        """Runs the tool with a far end behind the shell without a network; hosts are called `host`."""
        return self.run_tool("-e", how.pop("rsh", self.rsh), f"--rsync-path={how.pop('program', self.tool)}", *words,
                             **how)

    def as_user(self):
        """The words of run_tool for an ordinary user, who owns the test's folder from here on."""
        if not tool.is_root():
            return {}
        self.tool = tool.reachable_copy(self.tool, self.home)
        for base, dirs, files in os.walk(self.at):
            for name in [".", *dirs, *files]:
                os.lchown(os.path.join(base, name), tool.NOBODY, tool.NOBODY)
        return {"uid": tool.NOBODY}

    # ---- trees --------------------------------------------------------------------------------------------------
    def write(self, name, data=b"text\n", mode=0o644):
        """A file with an old time; its parents are made."""
        path = os.path.join(os.fsencode(self.at), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, mode)
        os.utime(path, ns=(TIMES, TIMES))
        parent = os.path.dirname(path)
        while len(parent) > len(self.at):
            os.utime(parent, ns=(TIMES, TIMES))
            parent = os.path.dirname(parent)
        return path

    def folder(self, name):
        os.makedirs(self.path(name), exist_ok=True)
        return self.path(name)

    def read(self, name):
        with open(os.path.join(os.fsencode(self.at), os.fsencode(name)), "rb") as file:
            return file.read()

    def names(self, name="."):
        """All paths below a folder of the test, sorted; staged and partial files would show, too."""
        return sorted(os.fsdecode(p) for p in tree.snapshot(self.path(name)) if p != b".")

    # ---- checks -------------------------------------------------------------------------------------------------
    def ends(self, outcome, code, *texts):
        """The run ended with this code, and godwit's stderr holds the texts (whatever the case of letters)."""
        self.assertEqual(outcome.code, code, f"\n{outcome}")
        if tool.is_rsync(self.tool):
            return
        err = outcome.err.decode(errors="backslashreplace").lower()
        for text in texts:
            self.assertIn(text.lower(), err, f"\n{outcome}")
        if code != 0:
            self.assertTrue(outcome.err.strip(), "nothing on stderr")

    def same(self, one, other):
        """Two trees of the test are equal in names, types, modes, owners, times, links and bytes."""
        left, right = (self.seen(name) for name in (one, other))
        self.assertTrue(left, f"{one} is missing")
        odd = []
        for name in sorted(set(left) | set(right)):
            if name not in left or name not in right:
                odd.append(f"{name!r} only in {one if name in left else other}")
            elif left[name] != right[name]:
                odd.append(f"{name!r}: {left[name]} / {right[name]}")
        if odd:
            self.fail("\n".join(text[:400] for text in odd[:10]))

    def seen(self, name):
        """A snapshot; rsync compares whole seconds and leaves the rest as it finds it."""
        found = tree.snapshot(self.path(name))
        if tool.is_rsync(self.tool):
            return {p: replace(s, mtime_ns=s.mtime_ns // 10**9) for p, s in found.items()}
        return found


def skip_module(why):
    """For setUpModule: nothing in this file can run here."""
    raise unittest.SkipTest(why)


def main():
    """Runs the file's tests; names what was skipped. Exit code 77 (skipped, for ctest) where nothing ran."""
    sys.dont_write_bytecode = True
    result = unittest.main(exit=False, verbosity=2).result
    for test, why in result.skipped:
        print(f"skipped: {test}: {why}")
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.skipped and len(result.skipped) >= result.testsRun else 0)


