#!/usr/bin/env python3
"""Either side killed at random moments: every name holds a whole version, and the next run heals."""
import os
import random
import signal
import time

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import tool
from blackbox.case import main
from blackbox.tool import wait_until
from versions import Versions

SHELL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "faulty_shell.py")
ROUNDS = int(os.environ.get("GODWIT_KILLS", "8"))
SEED = int(os.environ.get("GODWIT_SEED", "1"))


class Killed(Versions):

    def words(self, way):
        operands = {"push": ("src/", "host:far/"), "pull": ("host:src/", "far/"), "local": ("src/", "far/")}[way]
        shell = () if way == "local" else ("-e", SHELL, f"--rsync-path={self.tool}")
        return ("-a", "--delete", *shell, *operands)

    def full_run(self, way):
        begun = time.monotonic()
        self.old("far")
        self.ends(self.run_tool(*self.words(way)), 0)
        return time.monotonic() - begun

    def kill_at(self, way, who, delay):
        """Starts a run and kills one side after the delay; the moment is meant to be any."""
        pid_file = self.path("home/pid")
        if os.path.exists(pid_file):
            os.remove(pid_file)
        process = tool.start([self.tool, *self.words(way)], self.at,
                             tool.environment(self.home, FAULT_PID=pid_file))
        try:
            if who == "agent":
                wait_until(lambda: os.path.exists(pid_file) and self.read("home/pid"), 5)
            time.sleep(delay)
            victim = int(self.read("home/pid")) if who == "agent" else process.pid
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.communicate(timeout=30)
        finally:
            tool.end(process)
            process.stdout.close()
            process.stderr.close()
        return process.returncode

    def rounds(self, way, who):
        rng = random.Random(f"{SEED}/{way}/{who}")
        length = self.full_run(way)
        for _ in range(ROUNDS):
            delay = rng.uniform(0, length)
            with self.subTest(f"{way} {who} after {delay:.4f} s"):
                self.old("far")
                code = self.kill_at(way, who, delay)
                self.assertIn(code, (0, -9, 2, 12, 255))
                self.whole("far")
                self.heals("far", lambda: self.run_tool(*self.words(way)))

    def test_a_killed_local_run(self):
        self.rounds("local", "client")

    def test_a_killed_client_of_a_push(self):
        self.rounds("push", "client")

    def test_a_killed_agent_of_a_push(self):
        self.rounds("push", "agent")

    def test_a_killed_client_of_a_pull(self):
        self.rounds("pull", "client")

    def test_a_killed_agent_of_a_pull(self):
        self.rounds("pull", "agent")


if __name__ == "__main__":
    main()
