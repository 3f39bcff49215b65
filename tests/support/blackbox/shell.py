"""A remote shell without a network: drops `-l USER` and the host's name and runs the rest here, as ssh would there."""
import os

SCRIPT = """#!/bin/sh
while :; do
  case $1 in
    -l) shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
shift
exec sh -c "$*"
"""


def write(folder, script=SCRIPT, name="rsh"):
    """Puts such a shell into `folder` and returns its path."""
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(script)
    os.chmod(path, 0o755)
    return path
