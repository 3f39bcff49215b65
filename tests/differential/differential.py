#!/usr/bin/env python3
"""Runs rsync and godwit on equal random trees with equal random options and compares what they leave and print.

    differential.py [--seed N] [--count N] [--only CASE] [--as root|user|both] [--jobs N] [--keep FILE]

A case is a number followed by r (as root) or u (as a user); the same seed and case are the same trees and options.
The tool under test is $GODWIT, by default build/godwit. Exits 1 when a difference is not one of DIFFERENCES.md.
"""
import argparse
import collections
import functools
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import cases
import known
import minimize
from blackbox import tool, tree
from judge import Judge


def the_judge(base):
    work = os.path.join(base, str(os.getpid()))
    os.makedirs(work, mode=0o755, exist_ok=True)
    under_test = tool.reachable_copy(tool.godwit(), base)
    return Judge(work, (tool.RSYNC, under_test))


def verdict(judge, case):
    items, rsync, godwit = judge.compare(case)
    left, names = known.explain(case, items, rsync, godwit)
    return left, names, rsync, godwit


def still_fails(judge, trait, case):
    return any(item.trait() == trait for item in verdict(judge, case)[0])


def report(judge, case, shrink):
    """(label, text of what differs or empty, names of known differences)"""
    first, names, rsync, godwit = verdict(judge, case)
    if not first:
        return case.label, "", names
    if shrink:
        case = minimize.shrink(case, functools.partial(still_fails, judge, first[0].trait()))
    left, _, *again = verdict(judge, case)
    if left:
        rsync, godwit = again
    else:
        left = first  # it does not happen each time: as it was seen
    text = [f"==== case {case.label} ({case.way}, {'root' if case.uid is None else f'uid {case.uid}'})"]
    text += [f"  {item}" for item in left[:25]]
    text.append("  -- to repeat it in an empty folder:")
    text.append(minimize.script(case, judge))
    for name, result in (("rsync", rsync), ("godwit", godwit)):
        text.append(f"  -- {name}: {result.outcome}")
    return case.label, "\n".join(text), names


def one(base, seed, shrink, label):
    uid = None if label.endswith("r") else (tool.NOBODY if tool.is_root() else os.geteuid())
    judge = the_judge(base)
    return report(judge, cases.make(seed, int(label[:-1]), uid), shrink)


def labels(options):
    if options.only:
        return options.only.split(",")
    kinds = {"root": "r", "user": "u", "both": "rru"}[options.identity]
    if not tool.is_root() and "r" in kinds:
        print("skipped: the cases as root (this is not root)")
        kinds = "u"
    return [f"{number}{kinds[number % len(kinds)]}" for number in range(options.start, options.start + options.count)]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--start", type=int, default=0, help="the first case's number")
    parser.add_argument("--only", help="cases by name, separated by commas")
    parser.add_argument("--as", dest="identity", choices=["root", "user", "both"], default="both")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--stop-after", type=int, default=1000, help="end after so many differing cases")
    parser.add_argument("--no-shrink", action="store_true", help="report differing cases as they are")
    parser.add_argument("--keep", help="also write the differences to this file")
    return parser.parse_args()


def run_all(options, base, wanted):
    """(names of differing cases, the cases of each known difference)"""
    bad, seen = [], collections.defaultdict(list)
    work = functools.partial(one, base, options.seed, not options.no_shrink)
    with multiprocessing.Pool(options.jobs) as pool:
        for label, text, names in pool.imap(work, wanted):
            for name in names:
                seen[name].append(label)
            if not text:
                continue
            bad.append(label)
            print(text, flush=True)
            if options.keep:
                with open(options.keep, "a", encoding="utf-8") as file:
                    file.write(text + "\n")
            if len(bad) >= options.stop_after:
                print(f"stopped after {label}")
                break
    return bad, seen


def main():
    options = arguments()
    complaints = known.check_page()
    for complaint in complaints:
        print(f"DIFFERENCES.md: {complaint}")
    if not os.path.exists(tool.RSYNC):
        print("skipped: rsync is not installed")
        return 77
    wanted = labels(options)
    with tempfile.TemporaryDirectory(prefix="godwit-differential.") as base:
        os.chmod(base, 0o755)
        bad, seen = run_all(options, base, wanted)
        for name in os.listdir(base):
            if os.path.isdir(os.path.join(base, name)):
                tree.remove(os.path.join(base, name))
    for name, met in sorted(seen.items()):
        print(f"{name}: {len(met)} cases: {','.join(met[:12])}{',...' if len(met) > 12 else ''}")
    print(f"seed {options.seed}: {len(wanted)} cases, {len(bad)} with differences that are not intended"
          + (f": {','.join(bad)}" if bad else ""))
    return 1 if bad or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
