#!/usr/bin/env python3
"""A remote shell without a network that damages what passes through it, as $FAULT says.

    cut:up:N      after N bytes towards the far end, the line is gone
    flip:down:N   one bit of byte N towards the near end is turned
    freeze:up:N   after N bytes nothing passes any more, but the line stays
    chop:both:N   everything passes, in pieces of at most N bytes

Where $FAULT_LINES names a folder, the processes that run this number themselves there, from 1, and only number
$FAULT_LINE damages anything. The far end's process number goes to $FAULT_PID, if that names a file.
"""
import os
import signal
import subprocess
import sys
import threading


class Line:
    """One direction."""

    def __init__(self, source, sink, what, at):
        self.source, self.sink, self.what, self.at = source, sink, what, at
        self.passed = 0

    def spoil(self, piece):
        """(what to pass of the piece, whether the line is still there)"""
        start, self.passed = self.passed, self.passed + len(piece)
        if self.what in ("cut", "freeze") and self.passed >= self.at:
            return piece[:self.at - start], False
        if self.what == "flip" and start <= self.at < self.passed:
            at = self.at - start
            piece = piece[:at] + bytes([piece[at] ^ 0x10]) + piece[at + 1:]
        return piece, True

    def carry(self):
        """True when the source ended, False when the fault says that nothing more passes."""
        size = self.at if self.what == "chop" else 65536
        while piece := os.read(self.source, size):
            piece, going_on = self.spoil(piece)
            while piece:
                piece = piece[os.write(self.sink, piece):]
            if not going_on:
                return False
        return True


def relay(line, far, closing):
    try:
        going_on = line.carry()
    except OSError:
        going_on = True
    if not going_on and line.what == "freeze":
        return
    if not going_on:
        far.kill()
        os._exit(255)
    if closing:
        os.close(line.sink)


def own_number(folder):
    number = 1
    while True:
        try:
            os.close(os.open(os.path.join(folder, str(number)), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            return number
        except FileExistsError:
            number += 1


def main():
    words = sys.argv[1:]
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] == "-l" else words[1:]
    for fd in (0, 1):
        os.set_blocking(fd, True)  # some callers hand over their own kind
    what, where, at = (os.environ.get("FAULT") or "none:both:0").split(":")
    lines = os.environ.get("FAULT_LINES")
    if lines and str(own_number(lines)) != os.environ.get("FAULT_LINE"):
        what = "none"
    far = subprocess.Popen(["sh", "-c", "exec " + " ".join(words[1:])], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           bufsize=0)
    if os.environ.get("FAULT_PID"):
        with open(os.environ["FAULT_PID"], "w", encoding="utf-8") as file:
            file.write(str(far.pid))
    signal.signal(signal.SIGTERM, lambda *_: (far.kill(), os._exit(255)))
    faults = {side: (what, int(at)) if where in (side, "both") else ("none", 0) for side in ("up", "down")}
    up = Line(0, far.stdin.fileno(), *faults["up"])
    down = Line(far.stdout.fileno(), 1, *faults["down"])
    threading.Thread(target=relay, args=(up, far, True), daemon=True).start()
    back = threading.Thread(target=relay, args=(down, far, False), daemon=True)
    back.start()
    code = far.wait()
    if "freeze" not in (up.what, down.what):
        back.join()
    os._exit(code if code >= 0 else 255)


if __name__ == "__main__":
    main()
