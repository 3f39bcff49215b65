"""How large the workloads are made."""
from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Size:
    name: str
    big: int  # bytes of one big file
    files: int  # of many small ones
    trees: tuple  # real folders that are copied
    source_folders: tuple  # of this repository, compiled for the ELF files

    @property
    def edits(self):
        """Of a big file: 1,000 in 1 GiB, however large it is made, but not so few that they say nothing."""
        return max(8, self.big * 1000 // (1 << 30))


SIZES = {
    "tiny": Size("tiny", 3 * MIB, 120, ("/usr/include/linux",), ()),
    "small": Size("small", 64 * MIB, 10_000, ("/usr/include",), ("base", "model", "delta")),
    "full": Size("full", 1024 * MIB, 100_000, ("/usr/include", "/usr/share"), ("base", "model", "delta", "plan", "proto")),
}
