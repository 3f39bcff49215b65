"""ELF files as a rebuild changes them: this repository's sources are compiled and linked twice, the second time after
edits in one function in twelve, so that code grows, moves, and refers to other addresses all over."""
import random
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from made import make_older

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["-std=c++23", "-O2", "-ffunction-sections", "-D_GNU_SOURCE", '-DGODWIT_VERSION="1"', f"-I{ROOT}/include",
         f"-I{ROOT}/src"]
COMPILER = ["ccache", "g++"] if shutil.which("ccache") else ["g++"]
NO_BODY = re.compile(r"^(class|struct|union|enum|namespace|extern)\b|[=,;]\s*$|constexpr|^\s*$")


def edited(text, source):
    """The text with a statement added to some of its functions, whose braces stand alone on a line."""
    lines = text.split("\n")
    out = []
    for number, line in enumerate(lines):
        out.append(line)
        if line == "{" and number > 0 and not NO_BODY.search(lines[number - 1]) and source.random() < 1 / 12:
            out.append(f"  static volatile unsigned edit_{number} = {number}; edit_{number} = edit_{number} * 13 + 1;")
    return "\n".join(out)


def compile_one(source_file, text, target):
    """A text that does not compile for its edit is taken as it was."""
    command = [*COMPILER, *FLAGS, f"-I{source_file.parent}", "-x", "c++", "-", "-c", "-o", str(target)]
    for attempt in (text, source_file.read_text()):
        done = subprocess.run(command, input=attempt, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False)
        if done.returncode == 0:
            return target
    raise RuntimeError(f"cannot compile {source_file}")


def build(folder, objects, target):
    """One static program, so that a good part of it is libraries that did not change."""
    main = objects / "main.cpp"
    main.write_text("int main() { return 0; }\n")
    parts = [str(path) for path in sorted(objects.glob(f"{folder}-*.o"))]
    subprocess.run(["g++", "-O2", "-static", "-s", "-Wl,--unresolved-symbols=ignore-all", "-Wl,--no-gc-sections", str(main), *parts,
                    "-o", str(target)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def build_all(objects, target, folders, edit):
    objects.mkdir()
    source = random.Random(31)
    jobs = []
    for folder in folders:
        for number, path in enumerate(sorted((ROOT / "src" / folder).glob("*.cpp"))):
            text = path.read_text()
            jobs.append((path, edited(text, source) if edit else text, objects / f"{folder}-{number:03}.o"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda job: compile_one(*job), jobs))
    for folder in folders:
        build(folder, objects, target / folder)


def elf(new, old, size):
    """static ELF programs, rebuilt after edits"""
    objects = new.parent / "objects"
    objects.mkdir()
    build_all(objects / "old", old, size.source_folders, False)
    build_all(objects / "new", new, size.source_folders, True)
    shutil.rmtree(objects)
    for path in old.iterdir():
        make_older(path)
