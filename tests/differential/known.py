"""The intended differences, each a function that says whether one item of a comparison is that difference.

DIFFERENCES.md holds the reasons; a difference stands in both or the test fails.
"""
import re
from pathlib import Path

import hooks_attributes  # noqa: F401, they register themselves
import hooks_moves  # noqa: F401
import hooks_operands  # noqa: F401
import hooks_removals  # noqa: F401
from hooks import HOOKS, Context

PAGE = Path(__file__).with_name("DIFFERENCES.md")


def page():
    """{name: reason} as DIFFERENCES.md has them."""
    reasons = {}
    for part in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.M)[1:]:
        name, _, text = part.partition("\n")
        reasons[name.strip()] = text.strip()
    return reasons


def check_page():
    """Complaints about a page and hooks that do not match."""
    reasons = page()
    complaints = [f"{name} has a hook but no section" for name in HOOKS if name not in reasons]
    complaints += [f"{name} has a section but no hook" for name in reasons if name not in HOOKS]
    return complaints + [f"{name} has no reason" for name, text in reasons.items() if len(text) < 40]


def explain(case, items, rsync, godwit):
    """(what is left unexplained, the names of the differences that explain the rest)"""
    left, names = [], set()
    for item in items:
        for name, hook in HOOKS.items():
            if hook(Context(case, rsync, godwit, items), item):
                names.add(name)
                break
        else:
            left.append(item)
    return left, names
