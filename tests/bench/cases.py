"""What is compared: a workload, a link, and each tool's options."""
from dataclasses import dataclass

import made
import real
import rebuilt


@dataclass(frozen=True)
class Case:
    workload: object
    link: str
    rsync: tuple = ("-a",)
    godwit: tuple = ("-a",)
    note: str = ""

    @property
    def name(self):
        return self.workload.__name__.replace("_", "-")

    @property
    def label(self):
        return f"{self.name}/{self.link}" + (f"/{self.note}" if self.note else "")


def plain(workload, *links, options=("-a",)):
    return [Case(workload, link, options, options) for link in links]


def uncompressed(workload):
    """Neither tool compresses: what the delta alone sends."""
    return [Case(workload, "ssh", ("-a",), ("-a", "--no-z"), "plain")]


def with_zstd(workload):
    return [Case(workload, "ssh", ("-a", "-z", "--zc=zstd"), ("-a", "-z"), "zstd")]


def delta_here(workload):
    options = ("-a", "--no-whole-file")
    return [Case(workload, "local", options, options, "delta")]


def all_cases():
    cases = []
    for workload in (made.tree_first, made.tree_few, made.tree_noop, made.small_first, made.small_noop):
        cases += plain(workload, "local", "ssh", options=("-a", "--delete"))
    cases += plain(made.big_first, "local", "ssh") + plain(made.big_new, "ssh")
    for workload in (made.big_scatter, made.big_shift):
        cases += delta_here(workload) + plain(workload, "ssh")
    cases += plain(made.insertions, "ssh")
    for workload in (real.sqlite, real.sqlite_rows, rebuilt.elf, real.sources, real.export, real.mailbox, real.disk_image):
        cases += uncompressed(workload) + with_zstd(workload)
    cases += with_zstd(real.log_append) + with_zstd(real.packfile)
    for workload in (made.moved, real.logs_rotated):
        cases += plain(workload, "ssh", options=("-a", "--delete"))
    return cases
