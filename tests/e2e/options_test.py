#!/usr/bin/env python3
"""Options as words: which are known, how they are written, which are refused, and what is printed."""
import os
import re

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import tool, tree
from blackbox.case import TIMES, BlackBox, godwit_only, main

UNSUPPORTED = [["-H"], ["--hard-links"], ["-A"], ["--acls"], ["-X"], ["--xattrs"], ["-b"], ["--backup"],
               ["--backup-dir=x"], ["--suffix=.bak"], ["--link-dest=x"], ["--copy-dest=x"], ["--compare-dest=x"], ["--files-from=x"], ["--from0"],
               ["--chmod=u+x"], ["--chown=a:b"], ["--usermap=a:b"], ["--groupmap=a:b"], ["-E"],
               ["-C"], ["-F"], ["--fake-super"], ["--super"], ["--iconv=utf8"], ["--copy-as=x"],
               ["--write-batch=x"], ["--read-batch=x"], ["--daemon"], ["--safe-links"], ["--copy-unsafe-links"],
               ["--munge-links"], ["--delay-updates"], ["--log-file=x"], ["--out-format=%n"],
               ["-M", "-x"], ["-T", "x"], ["--temp-dir=x"], ["--ignore-missing-args"], ["--delete-missing-args"],
               ["--password-file=x"], ["-aH"], ["-avX"], ["-U"], ["-N"], ["-f", ". rules"], ["-f", ": rules"],
               ["-f", "dir-merge x"], ["--cc=md5"], ["--checksum-choice=xxh64"], ["-B", "512"]]
ACCEPTED = [["--old-args"], ["-s"], ["--secluded-args"], ["--blocking-io"], ["--inc-recursive"],
            ["--no-inc-recursive"], ["--no-i-r"], ["--protect-args"]]


class Words(BlackBox):

    def setUp(self):
        super().setUp()
        self.write("src/f", b"f")
        self.write("dst/extra", b"x")

    @godwit_only("it has them")
    def test_what_is_not_supported_is_refused_before_anything_is_touched(self):
        before = tree.snapshot(self.path("dst"))
        for words in UNSUPPORTED:
            with self.subTest(" ".join(words)):
                outcome = self.run_tool("-a", "--delete", *words, "src/", "dst/")
                self.ends(outcome, 1)
                self.assertEqual(outcome.err.count(b"\n"), 1, outcome)
                self.assertIn(b"support", outcome.err)
                name = words[1] if words[0] == "-f" else words[0].split("=")[0]
                short = name[0] == "-" and name[1] != "-"
                self.assertIn(name[-1] if short else name, outcome.err.decode())
                self.assertEqual(tree.snapshot(self.path("dst")), before)

    def test_unknown_options_are_usage_errors(self):
        before = tree.snapshot(self.path("dst"))
        for words in (["--nonsense"], ["--delet"], ["-Y"], ["--archive=no"], ["--timeout=x"], ["--max-size=abc"],
                      ["--bwlimit=fast"], ["--max-delete=x"], ["--filter=xyz"], ["-f"], ["-f", "q x"],
                      ["--exclude-from=missing"]):
            with self.subTest(" ".join(words)):
                outcome = self.run_tool("-a", "src/", "dst/", *words)
                self.assertIn(outcome.code, (1, 11) if words == ["--exclude-from=missing"] else (1,), outcome)
                self.assertTrue(outcome.err)
        self.assertEqual(tree.snapshot(self.path("dst")), before)

    def test_some_words_have_no_effect(self):
        for words in ACCEPTED:
            with self.subTest(words[0]):
                self.ends(self.run_tool("-a", *words, "src/", "dst/"), 0)

    def test_help_and_version(self):
        for words, text in ((["--help"], b"--delete"), (["-h"], b"--delete"), (["--version"], b"version"),
                            (["-V"], b""), (["-a", "--version"], b"")):
            outcome = self.run_tool(*words)
            self.ends(outcome, 0)
            self.assertIn(text, outcome.out)
            self.assertEqual(outcome.err, b"")

    @godwit_only("it has more")
    def test_help_names_every_supported_option(self):
        text = self.run_tool("--help").out.decode()
        for name in ("--recursive --links --perms --times --group --owner --devices --specials --archive --verbose "
                     "--quiet --dry-run --itemize-changes --compress --compress-level --compress-choice --update --checksum --ignore-times --whole-file "
                     "--one-file-system --relative --copy-links --copy-dirlinks --keep-dirlinks --omit-dir-times --dirs "
                     "--prune-empty-dirs --human-readable --size-only --existing --ignore-existing --min-size "
                     "--max-size --modify-window --force --del --delete --delete-before --delete-during --delete-after "
                     "--delete-delay --delete-excluded --max-delete --ignore-errors --remove-source-files --mkpath "
                     "--list-only --exclude --include --exclude-from --include-from --filter --rsh --rsync-path "
                     "--timeout --contimeout --bwlimit --stats --partial --partial-dir --progress --info "
                     "--numeric-ids --transport --inplace --append --append-verify --sparse --preallocate").split():
            self.assertRegex(text, re.escape(name) + r"\b")

    def test_values_are_joined_or_separate(self):
        for words in (["--exclude=f"], ["--exclude", "f"], ["-f", "- f"], ["-f- f"], ["--filter=- f"],
                      ["--filter", "exclude f"], ["-a", "--exclude=x", "--exclude=f"]):
            with self.subTest(" ".join(words)):
                self.ends(self.run_tool("-a", *words, "src/", "new/"), 0)
                self.assertEqual(self.names("new"), [])

    def test_a_pattern_is_taken_as_bytes(self):
        for name in ("[a,b]", "{a}", "a,b", "x=y"):
            self.write(f"odd/{name}", b"x")
        self.ends(self.run_tool("-a", "--exclude=\\[a,b]", "--exclude={a}", "odd/", "new/"), 0)
        self.assertEqual(self.names("new"), ["a,b", "x=y"])
        self.ends(self.run_tool("-a", b"--exclude=\xff*", "odd/", "new2/"), 0)

    def test_the_last_of_two_values_wins(self):
        self.ends(self.run_tool("-a", "--max-size=0", "--max-size=10", "src/", "new/"), 0)
        self.assertEqual(self.names("new"), ["f"])

    def test_order_counts_for_negations(self):
        os.chmod(self.path("src/f"), 0o600)
        self.ends(self.run_tool("-a", "--no-p", "src/", "one/"), 0)
        self.ends(self.run_tool("--no-p", "-a", "src/", "two/"), 0)
        self.assertEqual(os.stat(self.path("two/f")).st_mode & 0o777, 0o600)
        self.ends(self.run_tool("-a", "--no-t", "src/", "three/"), 0)
        self.assertNotEqual(os.stat(self.path("three/f")).st_mtime_ns, TIMES)
        self.ends(self.run_tool("--no-times", "-a", "src/", "four/"), 0)
        self.assertEqual(os.stat(self.path("four/f")).st_mtime_ns, TIMES)

    def test_rules_from_a_file_and_from_standard_input(self):
        for name in "abc":
            self.write(f"abc/{name}", b"x")
        self.write("rules", b"# a comment\n+ a\n\n; another\nb\n")
        self.ends(self.run_tool("-a", "--exclude-from=rules", "--exclude=a", "abc/", "one/"), 0)
        self.assertEqual(self.names("one"), ["a", "c"])
        self.ends(self.run_tool("-a", "--exclude-from=-", "abc/", "two/", given=b"a\nc"), 0)
        self.assertEqual(self.names("two"), ["b"])


class Lines(BlackBox):

    def setUp(self):
        super().setUp()
        self.write("src/f", b"f")
        self.write("src/d/g", b"g")
        os.symlink("f", self.path("src/l"))

    def test_itemized_lines_of_a_first_copy(self):
        outcome = self.run_tool("-ai", "src/", "dst/")
        self.ends(outcome, 0)
        self.assertEqual(sorted(outcome.out.splitlines()),
                         sorted([b"created directory dst", b"cd+++++++++ ./", b">f+++++++++ f", b"cL+++++++++ l -> f", b"cd+++++++++ d/",
                                 b">f+++++++++ d/g"]))

    def test_itemized_lines_of_changes(self):
        self.ends(self.run_tool("-a", "src/", "dst/"), 0)
        self.write("src/f", b"longer")
        os.utime(self.path("src/f"), ns=(TIMES + 10**10,) * 2)
        os.chmod(self.path("src/d/g"), 0o600)
        self.write("dst/extra/x", b"x")
        os.utime(self.path("dst"), ns=(TIMES,) * 2)
        outcome = self.run_tool("-ai", "--delete", "src/", "dst/")
        self.ends(outcome, 0)
        lines = [line for line in outcome.out.splitlines() if not line.endswith(b" ./")]
        self.assertEqual(sorted(lines), sorted([b"*deleting   extra/x", b"*deleting   extra/", b">f.st...... f",
                                                b".f...p..... d/g"]))

    def test_the_frame_of_verbose_output(self):
        outcome = self.run_tool("-av", "src/", "dst/")
        self.ends(outcome, 0)
        lines = outcome.out.decode().splitlines()
        self.assertEqual(lines[0], "sending incremental file list")
        self.assertIn("created directory dst", lines)
        self.assertEqual(lines[-3], "")
        self.assertRegex(lines[-2], r"^sent [\d,]+ bytes  received [\d,]+ bytes  [\d,.]+ bytes/sec$")
        self.assertRegex(lines[-1], r"^total size is 3  speedup is [\d,.]+$")

    def test_a_dry_run_says_so_and_makes_nothing(self):
        outcome = self.run_tool("-avn", "src/", "dst/")
        self.ends(outcome, 0)
        self.assertTrue(outcome.out.rstrip().endswith(b"(DRY RUN)"))
        self.assertFalse(os.path.exists(self.path("dst")))

    def test_quiet_prints_nothing(self):
        outcome = self.run_tool("-avq", "src/", "dst/")
        self.ends(outcome, 0)
        self.assertEqual((outcome.out, outcome.err), (b"", b""))

    def test_nothing_is_printed_without_being_asked(self):
        outcome = self.run_tool("-a", "src/", "dst/")
        self.ends(outcome, 0)
        self.assertEqual((outcome.out, outcome.err), (b"", b""))

    def test_stats_have_rsyncs_lines(self):
        outcome = self.run_tool("-a", "--delete", "--stats", "src/", "dst/")
        self.ends(outcome, 0)
        text = outcome.out.decode()
        for pattern in (r"^Number of files: 5 \(reg: 2, dir: 2, link: 1\)$", r"^Number of created files: \d",
                        r"^Number of deleted files: 0$", r"^Number of regular files transferred: 2$",
                        r"^Total file size: 3 bytes$", r"^Total transferred file size: 2 bytes$",
                        r"^Literal data: 2 bytes$", r"^Matched data: 0 bytes$", r"^File list size: ",
                        r"^File list generation time: [\d.]+ seconds$", r"^File list transfer time: [\d.]+ seconds$",
                        r"^Total bytes sent: \d", r"^Total bytes received: \d"):
            self.assertRegex(text, re.compile(pattern, re.M))

    def test_progress_ends_with_rsyncs_line(self):
        for words in (["--progress"], ["--info=progress2"]):
            outcome = self.run_tool("-a", *words, "src/", words[0].strip("-") + "/")
            self.ends(outcome, 0)
            self.assertRegex(outcome.out, rb"\d+%.*\(xfr#2, (to|ir)-chk=\d+/5\)")

    def test_a_listing_shows_every_entry(self):
        outcome = self.run_tool("-a", "--list-only", "src/")
        self.ends(outcome, 0)
        lines = sorted(outcome.out.splitlines())
        self.assertEqual(len(lines), 5)
        self.assertRegex(b"\n".join(lines), rb"(?m)^-rw-r--r-- +1 2020/09/13 12:26:40 f$")
        self.assertRegex(b"\n".join(lines), rb"(?m)^lrwxrwxrwx +1 .* l -> f$")
        self.assertRegex(b"\n".join(lines), rb"(?m)^drwxr-xr-x +[\d,]+ 2020/09/13 12:26:40 d$")

    def test_max_delete_stops_and_says_so(self):
        for name in "abc":
            self.write(f"dst/x{name}", b"x")
        self.ends(self.run_tool("-a", "--delete", "--max-delete=1", "src/", "dst/"), 25, "max-delete")
        self.assertEqual(len([n for n in self.names("dst") if n.startswith("x")]), 2)


if __name__ == "__main__":
    main()
