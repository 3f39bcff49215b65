"""File systems of their own on loop devices, for root: with block sharing, and with a plug to pull."""
import fcntl
import os
import shutil
import struct
import subprocess
import unittest

from blackbox.tool import wait_until

GOING_DOWN = 0x8004587D  # _IOR('X', 125, __u32): XFS_IOC_GOINGDOWN, EXT4_IOC_SHUTDOWN
WITHOUT_LOG = 2  # nothing that is not on disk gets there any more


class Loop:
    """A fresh file system, mounted at `at`; raises SkipTest where that cannot be."""

    def __init__(self, folder, make, size="400M"):
        program = make.split()[0]
        if os.geteuid() != 0 or not shutil.which(program, path="/usr/sbin:/sbin:/usr/bin:/bin"):
            raise unittest.SkipTest(f"needs root and {program}")
        self.image = os.path.join(folder, "image")
        self.at = os.path.join(folder, "mounted")
        os.mkdir(self.at)
        self.is_mounted = False
        subprocess.run(["truncate", "-s", size, self.image], check=True)
        self._call(make.split() + [self.image])
        self.device = self._call(["losetup", "--find", "--show", self.image])
        try:
            self.mount()
        except unittest.SkipTest:
            self.end()
            raise

    @staticmethod
    def _call(command):
        done = subprocess.run(command, capture_output=True, check=False,
                              env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"}, timeout=120)
        if done.returncode != 0:
            raise unittest.SkipTest(f"{' '.join(command)}: {done.stderr.decode(errors='replace').strip()[:200]}")
        return done.stdout.decode().strip()

    def mount(self):
        self._call(["mount", self.device, self.at])
        self.is_mounted = True

    def unmount(self):
        if self.is_mounted:  # os.path.ismount() is wrong of one whose plug was pulled
            self.is_mounted = False
            # A process that was killed lets go of its files a moment after it is gone, when its writes are through.
            if not wait_until(lambda: subprocess.run(["umount", self.at], check=False, timeout=120,
                                                     stderr=subprocess.DEVNULL).returncode == 0):
                raise TimeoutError(f"cannot unmount {self.at}")

    def end(self):
        self.unmount()
        self._call(["losetup", "--detach", self.device])

    def pull_the_plug(self):
        """As a power cut: what the disk does not hold now is lost."""
        folder = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, GOING_DOWN, struct.pack("I", WITHOUT_LOG))
        finally:
            os.close(folder)

    def come_back(self):
        """Mounts what is left; nothing may have a file open on it."""
        self.unmount()
        self.mount()
