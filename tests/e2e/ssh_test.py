#!/usr/bin/env python3
"""Push and pull over a real sshd on loopback, by the system's ssh and by the built-in libssh."""
import os
import shutil
import tempfile

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import sshd, tool, tree
from blackbox.case import BlackBox, godwit_only, main, skip_module

SERVER = None


def setUpModule():
    global SERVER  # pylint: disable=global-statement
    why = sshd.missing()
    if why:
        skip_module(why)
    folder = tempfile.mkdtemp(prefix="godwit-sshd.")
    try:
        SERVER = sshd.Sshd(folder)
    except RuntimeError as problem:
        shutil.rmtree(folder)
        skip_module(str(problem))


def tearDownModule():
    if SERVER is not None:
        SERVER.stop()
        tree.remove(SERVER.folder)


class Transfers:
    """The same for both transports; `over` are the words that choose one."""

    over: tuple = ()

    def setUp(self):
        super().setUp()
        for number in range(200):
            self.write(f"src/d{number % 9}/e{number % 4}/f{number}", os.urandom(number * 7))
        self.write("src/big", os.urandom(2 << 20))
        self.write(b"src/odd\nname \xff", b"odd")
        os.symlink("big", self.path("src/link"))
        os.mkfifo(self.path("src/fifo"))

    def there(self, *words, **how):
        """Runs the tool with the transport under test; the host's name is `box`."""
        return self.run_tool(*self.transport(), f"--rsync-path={self.tool}", *words,
                             env=tool.environment(SERVER.home), **how)

    def transport(self):
        return ("-e", SERVER.shell(), *self.over)

    def far(self, name="far", host="box"):
        return f"{host}:{self.path(name)}/"

    def test_push_then_pull(self):
        self.ends(self.there("-a", "src/", self.far()), 0)
        self.same("src", "far")
        self.ends(self.there("-a", self.far(), "back/"), 0)
        self.same("src", "back")

    def test_only_the_difference_is_sent(self):
        self.ends(self.there("-a", "src/", self.far()), 0)
        with open(self.path("src/big"), "r+b") as file:
            file.seek(1_000_000)
            file.write(b"some other bytes")
        os.remove(self.path("src/d1/e1/f1"))
        self.write("src/new", b"new")
        outcome = self.there("-a", "--delete", "--stats", "src/", self.far())
        self.ends(outcome, 0)
        self.same("src", "far")
        sent = int(outcome.out.split(b"\nsent ")[1].split(b" ")[0].replace(b",", b""))
        self.assertLess(sent, 100_000)

    def test_nothing_changed_is_nothing_to_do(self):
        self.ends(self.there("-a", "src/", self.far()), 0)
        outcome = self.there("-ai", "--delete", self.far(), "src/")
        self.ends(outcome, 0)
        self.assertEqual(outcome.out, b"")

    def test_a_wrong_host_key_is_255(self):
        self.ends(self.there("-a", "src/", self.far(host="stranger")), 255, "host key")
        self.assertFalse(os.path.exists(self.path("far")))

    def test_a_refused_login_is_255(self):
        self.ends(self.there("-a", "src/", self.far(host="locked")), 255, "denied")

    @godwit_only("it may say 12")
    def test_a_missing_agent_is_127(self):
        outcome = self.run_tool(*self.transport(), "--rsync-path=/no/such/godwit", "-a", "src/", self.far(),
                                env=tool.environment(SERVER.home))
        self.ends(outcome, 127, "--rsync-path")


class BySsh(Transfers, BlackBox):

    @godwit_only("it has one connection")
    def test_several_connections_make_no_difference(self):
        self.write("src/long", os.urandom(1 << 20) * 8)
        for source, dest in (("src/", self.far()), (self.far(), "back/")):
            self.ends(self.there("-a", "--connections=3", "--no-z", "--bwlimit=4m", source, dest), 0)
        self.same("src", "far")
        self.same("src", "back")

    def test_a_port_where_nothing_listens_is_255(self):
        shell = f"{SERVER.shell()} -p 1"
        outcome = self.run_tool("-e", shell, f"--rsync-path={self.tool}", "-a", "src/", self.far(),
                                env=tool.environment(SERVER.home))
        self.ends(outcome, 255, "refused")


@godwit_only("it has no libssh")
class ByLibssh(Transfers, BlackBox):
    over = ("--transport=libssh",)


@godwit_only("it has no libssh")
class WithoutSsh(Transfers, BlackBox):
    """Where no ssh is installed, libssh is the default, with ~/.ssh/config."""

    def transport(self):
        return ()

    def run_tool(self, *words, **how):
        env = dict(how.pop("env", None) or tool.environment(SERVER.home))
        env["PATH"] = self.folder("bin")
        return super().run_tool(*words, env=env, **how)


if __name__ == "__main__":
    main()
