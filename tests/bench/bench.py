#!/usr/bin/env python3
"""Compares whole runs of godwit with the installed rsync on the same work.

    scripts/bench [--runs N] [--size tiny|small|full] [--only NAME] ... [--link LINK] ... [--write-readme]

The tools take turns, each run starts from the same state on a fresh file system in memory, and each result is
checked. `--only` takes a workload (tree-few), a case (sqlite/ssh/zstd) or the beginning of one. `--link shell`
replaces `ssh` by a pipe that counts: the tools' own bytes, and no encryption.
"""
import argparse
import dataclasses
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

import cases as known  # noqa: E402
import links  # noqa: E402
import place  # noqa: E402
import report  # noqa: E402
from measure import run_tool  # noqa: E402
from sizes import SIZES  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--link", action="append", default=[], choices=sorted(links.LINKS))
    parser.add_argument("--work", help="keep the workloads in this folder, for the next time")
    parser.add_argument("--place", choices=("auto", "ext4", "folder"), default="auto")
    parser.add_argument("--rsync", default=shutil.which("rsync"))
    parser.add_argument("--godwit", default=os.environ.get("GODWIT") or str(ROOT / "build" / "godwit"))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--write-readme", action="store_true")
    return parser.parse_args()


def chosen(args):
    found = []
    for case in known.all_cases():
        if args.only and not any(case.label == word or case.label.startswith(f"{word}/") for word in args.only):
            continue
        if "shell" in args.link and case.link == "ssh":
            case = dataclasses.replace(case, link="shell")
        if args.link and case.link not in args.link:
            continue
        if case.name == "elf" and not SIZES[args.size].source_folders:
            continue
        found.append(case)
    return found


def made(case, work, size):
    """The workload's folders, made once."""
    folder = work / f"{case.name}-{size.name}"
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("new", "old"):
            (folder / name).mkdir(parents=True)
        case.workload(folder / "new", folder / "old", size)
        (folder / "made").touch()
    return folder


def compare(case, work, args):
    folder = made(case, work, SIZES[args.size])
    where = place.make_place(work, folder, args.place)
    runs = {"rsync": [], "godwit": []}
    try:
        for _ in range(args.runs):
            runs["rsync"].append(run_tool(args.rsync, case.rsync, case, folder, where))
            runs["godwit"].append(run_tool(args.godwit, case.godwit, case, folder, where))
    finally:
        where.drop()
    return report.line(case, runs)


def compare_all(found, work, args):
    rows = []
    print("\n".join(report.HEAD), flush=True)
    for number, case in enumerate(found):
        why = links.missing(case.link)
        if why:
            print(f"skipped: {case.label}: {why}", file=sys.stderr)
            continue
        rows.append(compare(case, work, args))
        print(rows[-1], flush=True)
        if not args.work and all(later.name != case.name for later in found[number + 1:]):
            shutil.rmtree(work / f"{case.name}-{args.size}")
    return rows


def main():
    args = arguments()
    found = chosen(args)
    if args.list:
        print("\n".join(f"{case.label:28} {case.workload.__doc__.splitlines()[0]}" for case in found))
        return 0
    if not found or not args.rsync or not os.access(args.godwit, os.X_OK):
        print("bench: " + ("no such case; --list shows them" if not found else "rsync or godwit is missing"), file=sys.stderr)
        return 1
    args.godwit = os.path.realpath(args.godwit)
    work = Path(args.work or tempfile.mkdtemp(prefix="godwit-bench.")).resolve()
    work.mkdir(parents=True, exist_ok=True)
    try:
        rows = compare_all(found, work, args)
    finally:
        if not args.work:
            shutil.rmtree(work, ignore_errors=True)
    if args.write_readme:
        report.write_readme(ROOT / "README.md", rows, found, args.size, args.runs)
    return 0


sys.exit(main())
