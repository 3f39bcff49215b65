"""How a tool reaches the other end: by path, through a stand-in for a remote shell, or through an sshd on loopback."""
import json
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from blackbox import sshd  # noqa: E402

RELAY = [sys.executable, str(HERE / "relay.py")]


def children_seconds():
    """CPU of all processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def take_count(folder):
    """The bytes that a relay counted; its folder goes."""
    file = os.path.join(folder, "count")
    count = {"up": 0, "down": 0}
    if os.path.exists(file):
        with open(file, encoding="utf-8") as stream:
            count = json.load(stream)
    shutil.rmtree(folder)
    return count["up"] + count["down"]


class Local:
    """Two paths."""

    def words(self, tool, new, target):
        """The tool's arguments for this link."""
        return [f"{new}/", f"{target}/"]

    def end(self):
        """Ends the far side, so that its CPU counts among the children's."""

    def count(self):
        """Bytes that crossed, and the end of the link; nothing where nothing crosses."""
        return None


class Shell(Local):
    """`-e` with a program that runs the far end here and counts: no encryption, nothing but the tool's bytes."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="godwit-bench.")
        self.script = os.path.join(self.folder, "rsh")
        with open(self.script, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\nexec {shlex.join(RELAY)} shell {self.folder}/count \"$@\"\n")
        os.chmod(self.script, 0o755)

    def words(self, tool, new, target):
        return ["-e", self.script, f"--rsync-path={tool}", f"{new}/", f"box:{target}/"]

    def count(self):
        return take_count(self.folder)


class Ssh(Local):
    """A private sshd, started for one run so that its CPU is known, behind a relay that counts."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="godwit-bench.")
        self.server = sshd.Sshd(self.folder)
        self.relay = subprocess.Popen([*RELAY, "port", str(self.server.port), f"{self.folder}/count"],
                                      stdout=subprocess.PIPE, text=True)
        self.port = int(self.relay.stdout.readline())

    def shell(self):
        return f"{self.server.shell()} -p {self.port} -o HostKeyAlias=[127.0.0.1]:{self.server.port}"

    def words(self, tool, new, target):
        return ["-e", self.shell(), f"--rsync-path={tool}", f"{new}/", f"box:{target}/"]

    def end(self):
        # Its sessions are its children: once they are gone, waiting for the server tells the CPU of all.
        children = Path(f"/proc/{self.server.process.pid}/task/{self.server.process.pid}/children")
        until = time.monotonic() + 10
        while children.exists() and children.read_text().strip() and time.monotonic() < until:
            time.sleep(0.005)
        self.server.stop()

    def count(self):
        self.relay.terminate()
        self.relay.wait()
        self.relay.stdout.close()
        return take_count(self.folder)


LINKS = {"local": Local, "shell": Shell, "ssh": Ssh}


def missing(name):
    """Why this link cannot be had here, or None."""
    return sshd.missing() if name == "ssh" else None
