"""Workloads that change as real files do: databases, logs, exports, archives. Fixed seeds; see made.py for their form."""
import io
import os
import random
import shutil
import sqlite3
import subprocess
import tarfile
import zlib
from pathlib import Path

from made import BASE_TIME, copy_tree, make_older
from place import space_of
from sizes import MIB

WORDS = ("account address amount archive balance batch branch cache city client close code count credit date debit delta "
         "entry error event factor figure folder goods group house index invoice item journal key ledger level limit "
         "list market member name note number office open order page part payment place price rate record region "
         "report result road sales season section server sheet state stock street sum table tax term total town "
         "trade unit user value vendor view week yard year zone").split()


def words(source, count):
    return " ".join(source.choices(WORDS, k=count))


def row(source, number):
    return (number, words(source, 3), words(source, 12), source.randrange(10**7), source.randbytes(40).hex(),
            BASE_TIME + number)


def fill_database(path, size):
    """About size.big bytes; the number of rows."""
    source = random.Random(20)
    count = size.big // 270
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA page_size=4096")
        base.execute("PRAGMA journal_mode=OFF")
        base.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT, note TEXT, balance INTEGER, mark TEXT, "
                     "changed INTEGER)")
        base.executemany("INSERT INTO account VALUES (?,?,?,?,?,?)", (row(source, number) for number in range(count)))
    base.close()
    return count


def update_database(path, ids):
    source = random.Random(21)
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA journal_mode=OFF")
        base.executemany("UPDATE account SET balance=?, changed=? WHERE id=?",
                         ((source.randrange(10**7), BASE_TIME + 10**7 + number, number) for number in ids))
    base.close()


def sqlite(new, old, size):
    """an SQLite database, 2 % of its pages updated, in runs of about 8 pages"""
    count = fill_database(old / "ledger.db", size)
    shutil.copy(old / "ledger.db", new / "ledger.db")
    source = random.Random(22)
    ids = set()
    for _ in range(max(2, count * 2 // 100 // 115)):
        first = source.randrange(count - 115)
        ids.update(range(first, first + 115, 5))
    update_database(new / "ledger.db", sorted(ids))
    make_older(old / "ledger.db")


def sqlite_rows(new, old, size):
    """an SQLite database, 2 % of its pages updated, one row in each"""
    count = fill_database(old / "ledger.db", size)
    shutil.copy(old / "ledger.db", new / "ledger.db")
    source = random.Random(23)
    update_database(new / "ledger.db", sorted(source.sample(range(count), count // 14 // 50)))
    make_older(old / "ledger.db")


def edited_lines(source, lines, share):
    """Some lines changed, some removed, some added."""
    for line in lines:
        chance = source.random()
        if chance < share:
            yield line + f" /* {words(source, 4)} */".encode()
        elif chance < 2 * share:
            yield words(source, 9).encode()
            yield line
        elif chance >= 3 * share:
            yield line


def add_member(archive, name, content, time):
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = len(content), time, 0o644
    archive.addfile(member, io.BytesIO(content))


def sources(new, old, size):
    """a tar of sources one release apart: every time changed, 8 % of the files edited"""
    source = random.Random(30)
    folders = ["/usr/include", "/usr/share/perl", "/usr/lib/python3"] if len(size.source_folders) > 0 else size.trees
    files = sorted(path for folder in folders for path in Path(folder).rglob("*.*") if path.is_file() and
                   not path.is_symlink() and path.suffix in (".h", ".hpp", ".pm", ".pl", ".py", ".tcc"))
    with tarfile.open(old / "sources.tar", "w") as before, tarfile.open(new / "sources.tar", "w") as after:
        total = 0
        for path in files:
            content, chance = path.read_bytes(), source.random()
            total += len(content)
            if chance > 0.01:
                add_member(before, f"project-1.0{path}", content, BASE_TIME)
            if chance < 0.09:
                content = b"\n".join(edited_lines(source, content.split(b"\n"), 0.01))
            if chance < 0.99:
                add_member(after, f"project-1.1{path}", content, BASE_TIME + 10**6)
            if total > size.big:
                break
    make_older(old / "sources.tar")


def records(source, count):
    return [[source.randrange(10**9), words(source, 2), words(source, 5), source.randrange(10**5)] for _ in range(count)]


def write_records(path, rows):
    with open(path, "w", encoding="ascii") as file:
        for key, name, note, amount in sorted(rows, key=lambda one: one[0]):
            file.write(f"{key},{name},\"{note}\",{amount / 100:.2f}\n")


def export(new, old, size):
    """a CSV export, sorted: 1 % of the rows added, 1 % removed, 2 % changed"""
    source = random.Random(40)
    rows = records(source, size.big // 4 // 65)
    write_records(old / "export.csv", rows)
    kept = [one for one in rows if source.random() > 0.01]
    for one in kept:
        if source.random() < 0.02:
            one[3] = source.randrange(10**5)
    write_records(new / "export.csv", kept + records(source, len(rows) // 100))
    make_older(old / "export.csv")


def log_line(source, number):
    return (f"2026-{number // 2_000_000 % 12 + 1:02}-{number // 86400 % 28 + 1:02}T{number // 3600 % 24:02}:"
            f"{number // 60 % 60:02}:{number % 60:02} host{source.randrange(9)} {source.choice(WORDS)}[{source.randrange(9999)}]: "
            f"{words(source, 6)} from 10.{source.randrange(256)}.{source.randrange(256)}.{source.randrange(256)}\n")


def write_log(path, source, first, size, mode="w"):
    with open(path, mode, encoding="ascii") as file:
        number = first
        while file.tell() < size:
            file.write(log_line(source, number))
            number += 1


def log_append(new, old, size):
    """a log, 5 % appended"""
    write_log(old / "app.log", random.Random(50), 0, size.big // 4)
    shutil.copy(old / "app.log", new / "app.log")
    write_log(new / "app.log", random.Random(51), 10**6, size.big // 4 * 105 // 100, "a")
    make_older(old / "app.log")


def logs_rotated(new, old, size):
    """eight rotated logs: each has the name of the next, and there is a new one"""
    for number in range(9):
        one = random.Random(60 + number)
        if number < 8:
            write_log(old / f"app.log.{number}", one, number * 10**6, size.big // 32)
            os.utime(old / f"app.log.{number}", (BASE_TIME - number * 86400,) * 2)
            shutil.copy2(old / f"app.log.{number}", new / f"app.log.{number + 1}")
        else:
            write_log(new / "app.log.0", one, 0, size.big // 64)


def message(source, number, flags):
    body = "\n".join(words(source, 9) for _ in range(source.randrange(3, 60)))
    attached = source.randbytes(source.randrange(30_000)).hex() if source.random() < 0.1 else ""
    return (f"From sender{number}@example.org Mon Jan  1 00:00:00 2026\nSubject: {words(source, 4)}\nStatus: {flags}\n"
            f"X-Keywords: {'':<20}\nMessage-ID: <{source.randbytes(12).hex()}@example.org>\n\n{body}\n{attached}\n\n")


def mailbox(new, old, size):
    """an mbox: 1 % of the messages deleted, 3 % marked as read, some new"""
    source = random.Random(70)
    with open(old / "mbox", "w", encoding="ascii") as before, open(new / "mbox", "w", encoding="ascii") as after:
        number = 0
        while before.tell() < size.big // 4:
            text, chance = message(source, number, "O"), source.random()
            before.write(text)
            if chance > 0.01:
                after.write(text.replace("Status: O", "Status: RO", 1) if chance < 0.04 else text)
            number += 1
        for extra in range(number // 200):
            after.write(message(source, number + extra, ""))
    make_older(old / "mbox")


def packfile(new, old, size):
    """packed objects, compressed one by one: 5 % new, written in another order by a repack"""
    source = random.Random(80)
    objects = []
    total = 0
    while total < size.big // 8:
        objects.append(zlib.compress(words(source, source.randrange(30, 2000)).encode()))
        total += len(objects[-1])
    (old / "objects.pack").write_bytes(b"".join(objects))
    added = [zlib.compress(words(source, source.randrange(30, 2000)).encode()) for _ in range(len(objects) // 20)]
    runs = [objects[at:at + 40] for at in range(0, len(objects), 40)]
    for _ in range(len(runs) // 10):
        one, other = source.randrange(len(runs)), source.randrange(len(runs))
        runs[one], runs[other] = runs[other], runs[one]
    (new / "objects.pack").write_bytes(b"".join(added) + b"".join(b"".join(run) for run in runs))
    make_older(old / "objects.pack")


def debugfs(image, commands):
    subprocess.run(["debugfs", "-w", "-f", "-", str(image)], input="\n".join(commands), text=True, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def disk_image(new, old, size):
    """a sparse disk image with ext4 in it: some files removed, some written"""
    tree = size.trees[0]
    image, bytes_wanted = old / "disk.img", max(size.big, space_of(tree) * 3 // 2 + 32 * MIB)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-U", "12345678-1234-1234-1234-123456789abc", "-E",
                    "hash_seed=12345678-1234-1234-1234-123456789abc", "-d", tree, str(image), f"{bytes_wanted // 1024}k"],
                   check=True, stdout=subprocess.DEVNULL)
    copy_tree(old, new)
    source = random.Random(90)
    files = sorted(path for path in Path(tree).rglob("*.h") if path.is_file() and not path.is_symlink())
    chosen = source.sample(files, max(2, len(files) // 50))
    removed, written = chosen[:len(chosen) // 2], chosen[len(chosen) // 2:]
    commands = [f'rm "/{path.relative_to(tree)}"' for path in removed]
    commands += [f'write "{path}" "/new-{number}.h"' for number, path in enumerate(written)]
    debugfs(new / "disk.img", commands)
    make_older(old / "disk.img")
