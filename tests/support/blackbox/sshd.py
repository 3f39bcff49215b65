"""A private sshd on loopback with throwaway keys, and the configuration that leads a client to it."""
import os
import pwd
import shutil
import socket
import subprocess
import time

SSHD = "/usr/sbin/sshd"
SERVER = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
StrictModes no
UsePAM {pam}
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
MaxStartups 100
"""
CLIENT = """Host {name}
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile {folder}/{key}
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/{known}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  LogLevel ERROR
"""


def missing():
    """Why no sshd can be started here, or None."""
    for program in (SSHD, "ssh", "ssh-keygen"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None


def _pam():
    """A locked account is refused without PAM; PAM often fails in containers. So PAM only where it is needed."""
    try:
        with open("/etc/shadow", encoding="utf-8") as file:
            fields = [line.split(":") for line in file]
    except OSError:
        return "no"
    me = pwd.getpwuid(os.geteuid()).pw_name
    return "yes" if any(f[0] == me and f[1].startswith("!") for f in fields) else "no"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sshd:
    """A running server. Hosts `box` (as it should be), `stranger` (a wrong host key) and `locked` (a wrong login key)
    stand in the configuration file `config`, which is also ~/.ssh/config below `home`."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.home = os.path.join(self.folder, "home")
        self.config = os.path.join(self.home, ".ssh", "config")
        os.makedirs(os.path.dirname(self.config), mode=0o700)
        self._make_keys()
        self.port = _free_port()
        self._write("sshd_config", SERVER.format(port=self.port, folder=self.folder, pam=_pam()))
        self._write_client()
        self.process = self._start()

    def shell(self):
        """What -e takes."""
        return f"ssh -F {self.config}"

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def _read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def _make_keys(self):
        for key in ("host", "id", "other"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", os.path.join(self.folder, key)],
                           check=True)
        shutil.copy(os.path.join(self.folder, "id.pub"), os.path.join(self.folder, "authorized"))

    def _write_client(self):
        facts = {"port": self.port, "folder": self.folder, "user": pwd.getpwuid(os.geteuid()).pw_name}
        address = f"[127.0.0.1]:{self.port} "
        self._write("known", address + self._read("host.pub"))
        self._write("known_wrong", address + self._read("other.pub"))
        blocks = [("box", "id", "known"), ("stranger", "id", "known_wrong"), ("locked", "other", "known")]
        text = "".join(CLIENT.format(name=n, key=k, known=f, **facts) for n, k, f in blocks)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)

    def _start(self):
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        with open(os.path.join(self.folder, "log"), "wb") as log:
            process = subprocess.Popen([SSHD, "-D", "-e", "-f", os.path.join(self.folder, "sshd_config")],
                                       stdin=subprocess.DEVNULL, stderr=log)
        until = time.monotonic() + 20
        while time.monotonic() < until and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return process
            time.sleep(0.02)
        process.kill()
        raise RuntimeError(f"sshd does not answer: {self._read('log')}")
