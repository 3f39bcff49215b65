"""The program under test, run as a user meets it."""
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
RSYNC = "/usr/bin/rsync"
NOBODY = 65534


def godwit():
    """The program under test: $GODWIT, else what scripts/test builds."""
    return os.path.realpath(os.environ.get("GODWIT") or REPOSITORY / "build" / "godwit")


def is_rsync(tool):
    """True when the tests are checked with rsync in godwit's place."""
    return os.path.basename(tool) == "rsync"


def is_root():
    return os.geteuid() == 0


def environment(home, **extra):
    """Nothing of the caller's that could change what a tool does."""
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    env.update(extra)
    return env


def reachable_copy(tool, folder):
    """A copy of the tool that any user can run: the repository may lie below a private home."""
    target = os.path.join(folder, os.path.basename(tool))
    if not os.path.exists(target):
        shutil.copy(tool, target)
        os.chmod(target, 0o755)
    return target


@dataclass(frozen=True)
class Outcome:
    """One finished run. `code` is None when it had to be ended for not ending by itself."""
    code: int | None
    out: bytes
    err: bytes

    def __str__(self):
        return (f"exit {self.code}\n--- stdout\n{self.out.decode(errors='backslashreplace')}"
                f"--- stderr\n{self.err.decode(errors='backslashreplace')}---")


def identity(uid):
    """Popen's arguments for running as `uid`, nothing for the caller's own."""
    if uid is None or uid == os.geteuid():
        return {}
    return {"user": uid, "group": uid, "extra_groups": []}


def wait_until(condition, seconds=20):
    """True as soon as the condition holds, False when it never did."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.005)
    return bool(condition())


def lives_in(group):
    """Whether a process of the group still runs: one that only waits to be reaped has let go of its files."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text(errors="replace").rpartition(")")[2].split()[:3]
        except OSError:
            continue  # it ended meanwhile
        if int(its_group) == group and state not in "ZX":
            return True
    return False


def end(process):
    """Ends a process and all that it started (it leads a group of its own), and waits for all of them."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    if not wait_until(lambda: not lives_in(process.pid)):
        raise TimeoutError(f"group {process.pid} does not end")


def start(command, cwd, env=None, uid=None, umask=0o022, stdin=subprocess.DEVNULL):
    """Starts a command in a group of its own, its output on pipes."""
    return subprocess.Popen(command, cwd=cwd, env=env or environment(cwd), umask=umask, stdin=stdin,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                            **identity(uid))


def run(command, cwd, *, env=None, uid=None, umask=0o022, given=b"", timeout=60):
    """Runs a command to its end, `given` on its standard input."""
    process = start(command, cwd, env, uid, umask, subprocess.PIPE)
    try:
        out, err = process.communicate(given, timeout)
    except subprocess.TimeoutExpired:
        end(process)
        out, err = process.communicate()
        return Outcome(None, out, err)
    return Outcome(process.returncode, out, err)
