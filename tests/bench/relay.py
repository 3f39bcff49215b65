"""Counts what crosses a link, in a process of its own.

    relay.py port TARGET FILE            between TCP clients and a server on loopback, until it is ended; prints its port
    relay.py shell FILE HOST COMMAND...  in a remote shell's place: runs the command here, between pipes

On its end FILE holds {"up": bytes, "down": bytes}; where it exists, the figures are added to those in it.
"""
import json
import os
import signal
import socket
import subprocess
import sys
import threading

PIECE = 1 << 18


class Count:
    def __init__(self, path):
        self.path = path
        self.bytes = {"up": 0, "down": 0}

    def write(self):
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as file:
                for way, count in json.load(file).items():
                    self.bytes[way] += count
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(self.bytes, file)


def move(source, target, count, way):
    """Until the source ends or the target is gone; both are descriptors. (splice() stalls on local sockets.)"""
    buffer = memoryview(bytearray(PIECE))
    try:
        while got := os.readv(source, [buffer]):
            count.bytes[way] += got
            done = 0
            while done < got:
                done += os.write(target, buffer[done:got])
    except OSError:  # the other end is gone: whoever waits for it will notice
        pass


def join(source, target, count, way):
    move(source.fileno(), target.fileno(), count, way)
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(port, path):
    count = Count(path)

    def stop(*_):
        count.write()
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        kept = []
        while True:
            near = server.accept()[0]
            far = socket.create_connection(("127.0.0.1", port))
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            kept.append((near, far))
            threading.Thread(target=join, args=(near, far, count, "up"), daemon=True).start()
            threading.Thread(target=join, args=(far, near, count, "down"), daemon=True).start()


def shell(path, words):
    count = Count(path)
    command = subprocess.Popen(["/bin/sh", "-c", " ".join(words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def up():
        move(0, command.stdin.fileno(), count, "up")
        command.stdin.close()

    threading.Thread(target=up, daemon=True).start()
    move(command.stdout.fileno(), 1, count, "down")
    code = command.wait()
    count.write()
    os._exit(code)


def main():
    if sys.argv[1] == "port":
        serve(int(sys.argv[2]), sys.argv[3])
    else:
        words = sys.argv[3:]
        if words[0] == "-l":  # a user, as rsync names one
            words = words[2:]
        shell(sys.argv[2], words[1:])


main()
