#!/usr/bin/env python3
"""What operands mean, and which are refused."""
import os
from concurrent.futures import ThreadPoolExecutor

import here  # noqa: F401  pylint: disable=unused-import
from blackbox import tree
from blackbox.case import BlackBox, godwit_only, main


class Operands(BlackBox):

    def setUp(self):
        super().setUp()
        self.write("one", b"1")
        self.write("two", b"2")
        self.write("d/f", b"f")
        self.write("d/sub/g", b"g")

    # ---- names that are made ------------------------------------------------------------------------------------
    def test_a_folder_that_is_named_comes_though_what_it_is_implied_by_is_left_out(self):
        self.write("s/A/x.c", b"x")
        os.mkdir(self.path("dst"))
        for operands in (("s/A/x.c", "s"), ("s", "s/A/x.c")):
            for way in ((), ("-r", "--no-r")):
                self.ends(self.run_tool("-d", "-R", *way, "--exclude=x.c", *operands, "dst/"), 0)
                self.assertEqual(self.names("dst"), ["s"])
                tree.remove(self.path("dst/s"))

    def test_a_new_name_renames_a_file(self):
        self.ends(self.run_tool("one", "new"), 0)
        self.assertEqual(self.read("new"), b"1")

    def test_pulls_that_rename_end_whatever_comes_first(self):
        """The far end's first listing is taken back; what else came with it is not lost. Pressed, since it is a race."""
        def pull(number):
            return self.remote("-a", f"host:{self.at}/one", f"new{number}", timeout=60)

        with ThreadPoolExecutor(8) as pool:
            for outcome in pool.map(pull, range(200)):
                self.ends(outcome, 0)
        self.assertEqual(len([name for name in self.names(".") if name.startswith("new")]), 200)

    def test_a_new_name_with_a_slash_becomes_a_folder(self):
        self.ends(self.run_tool("one", "new/"), 0)
        self.assertEqual(self.read("new/one"), b"1")

    def test_a_file_goes_into_a_folder_that_exists(self):
        self.folder("dst")
        self.ends(self.run_tool("one", "dst"), 0)
        self.assertEqual(self.names("dst"), ["one"])

    def test_several_files_make_a_folder(self):
        self.ends(self.run_tool("one", "two", "new"), 0)
        self.assertEqual(self.names("new"), ["one", "two"])

    def test_a_folder_is_copied_itself_without_a_slash_and_its_contents_with_one(self):
        self.ends(self.run_tool("-a", "d", "with"), 0)
        self.assertEqual(self.names("with"), ["d", "d/f", "d/sub", "d/sub/g"])
        for number, source in enumerate(("d/", "d/.", "./d/", "d//")):
            self.ends(self.run_tool("-a", source, f"without{number}"), 0)
            self.assertEqual(self.names(f"without{number}"), ["f", "sub", "sub/g"])

    def test_a_missing_parent_of_a_files_new_name_is_an_error(self):
        self.ends(self.run_tool("one", "no/such/dir/x"), 3, "no/such/dir")
        self.assertFalse(os.path.exists(self.path("no")))

    def test_mkpath_makes_missing_parents(self):
        self.ends(self.run_tool("--mkpath", "one", "no/such/dir/x"), 0)
        self.assertEqual(self.read("no/such/dir/x"), b"1")
        self.ends(self.run_tool("--mkpath", "-a", "d", "other/place/"), 0)
        self.assertEqual(self.read("other/place/d/f"), b"f")

    # ---- what does not fit --------------------------------------------------------------------------------------
    def test_a_folder_does_not_go_onto_a_file(self):
        self.ends(self.run_tool("-a", "d", "one"), 3, "one")
        self.assertEqual(self.read("one"), b"1")

    def test_several_sources_do_not_go_onto_a_file(self):
        self.ends(self.run_tool("-a", "one", "d", "two"), 3, "two")
        self.assertEqual(self.read("two"), b"2")

    def test_a_missing_source_alone_is_an_error(self):
        self.folder("dst")
        self.ends(self.run_tool("-a", "nope", "dst/"), 23, "nope")

    def test_a_missing_source_among_good_ones_does_not_stop_them(self):
        self.ends(self.run_tool("-a", "one", "nope", "two", "dst/"), 23, "nope")
        self.assertEqual(self.names("dst"), ["one", "two"])

    def test_nothing_is_deleted_when_a_source_is_missing(self):
        self.write("dst/extra")
        self.ends(self.run_tool("-a", "--delete", "d/", "nope/", "dst/"), 23, "nope")
        self.assertIn("extra", self.names("dst"))

    def test_empty_operands_are_refused(self):
        self.ends(self.run_tool("", "dst"), 1)
        self.ends(self.run_tool("one", ""), 1)

    def test_no_operand_at_all_is_a_usage_error(self):
        outcome = self.run_tool()
        self.assertEqual(outcome.code, 1, outcome)

    @godwit_only("it names 23")
    def test_an_operand_that_is_too_long_is_told_in_one_line(self):
        long = "x/" * 3000
        for words in (("-a", long, "dst"), ("-a", "one", long)):
            outcome = self.run_tool(*words)
            self.assertIn(outcome.code, (3, 11, 23), outcome)
            self.assertTrue(outcome.err)
            self.assertIn(b"too long", outcome.err.lower())

    def test_delete_needs_recursion_or_dirs(self):
        self.folder("dst")
        self.ends(self.run_tool("--delete", "one", "dst/"), 1, "--delete", "-r", "-d")

    # ---- several sources ----------------------------------------------------------------------------------------
    def test_the_first_of_two_sources_wins(self):
        self.write("e/f", b"other")
        self.write("e/h", b"h")
        self.ends(self.run_tool("-a", "d/", "e/", "dst/"), 0)
        self.assertEqual(self.names("dst"), ["f", "h", "sub", "sub/g"])
        self.assertEqual(self.read("dst/f"), b"f")

    def test_folders_of_two_sources_are_united(self):
        self.write("e/sub/h", b"h")
        self.ends(self.run_tool("-a", "d/", "e/", "dst/"), 0)
        self.assertEqual(self.names("dst"), ["f", "sub", "sub/g", "sub/h"])

    def test_a_folder_beats_a_file_of_the_same_name(self):
        self.write("e/sub", b"a file")
        self.ends(self.run_tool("-a", "e/", "d/", "dst/"), 0)
        self.assertTrue(os.path.isdir(self.path("dst/sub")))

    def test_delete_with_several_sources_keeps_what_any_of_them_has(self):
        self.write("e/h", b"h")
        self.write("dst/f", b"old")
        self.write("dst/h", b"old")
        self.write("dst/extra", b"old")
        self.ends(self.run_tool("-a", "--delete", "d/", "e/", "dst/"), 0)
        self.assertEqual(self.names("dst"), ["f", "h", "sub", "sub/g"])

    def test_delete_touches_nothing_beside_a_folder_that_is_copied_itself(self):
        self.write("dst/beside")
        self.write("dst/d/extra")
        self.ends(self.run_tool("-a", "--delete", "d", "dst/"), 0)
        self.assertEqual(self.names("dst"), ["beside", "d", "d/f", "d/sub", "d/sub/g"])

    def test_delete_touches_nothing_when_a_file_is_renamed(self):
        self.write("dst/beside")
        self.ends(self.run_tool("-a", "--delete", "one", "dst/new"), 0)
        self.assertEqual(self.names("dst"), ["beside", "new"])

    # ---- folders that are skipped, and -R -----------------------------------------------------------------------
    def test_a_destination_must_be_usable_even_where_folders_are_skipped(self):
        self.ends(self.run_tool("d", "no/such/"), 11)
        self.ends(self.run_tool("d", "no/such"), 3)
        outcome = self.run_tool("d/", "new/")
        self.ends(outcome, 0)
        self.assertEqual(outcome.out, b"skipping directory .\n")
        self.assertEqual(self.names("new"), [])

    def test_a_dot_is_skipped_like_any_folder(self):
        self.folder("dst")
        os.chmod(self.path("dst"), 0o700)
        outcome = self.run_tool("-pR", "./one", "dst/")
        self.ends(outcome, 0)
        self.assertEqual(outcome.out, b"skipping directory .\n")
        self.assertEqual(os.stat(self.path("dst")).st_mode & 0o777, 0o700)

    def test_only_the_dot_that_begins_the_path_below_is_a_folder_of_it(self):
        self.folder("dst")
        self.assertEqual(self.run_tool("-dRv", "./d/./f", "dst/").out.split(b"\n")[1], b"f")

    def test_mkpath_makes_the_destination_before_it_is_compared(self):
        os.chmod(self.path("d"), 0o701)
        outcome = self.run_tool("-ri", "--mkpath", "d/", "new/folder/")
        self.ends(outcome, 0)
        self.assertNotIn(b"./\n", outcome.out)
        self.assertEqual(os.stat(self.path("new/folder")).st_mode & 0o777, 0o755)
        outcome = self.run_tool("-rin", "--mkpath", "d/", "other/folder/")
        self.assertIn(b"created 2 directories for other/folder\ncreated directory other/folder\ncd+++++++++ ./\n",
                      outcome.out)

    def test_a_file_that_a_rule_hides_makes_way_for_a_folder(self):
        self.write("dst/sub", b"a file")
        self.ends(self.run_tool("-r", "--include=*/", "--exclude=*", "d/", "dst/"), 0)
        self.assertTrue(os.path.isdir(self.path("dst/sub")))

    def test_a_source_file_under_two_names_is_removed_once(self):
        os.symlink("d", self.path("e"))
        self.ends(self.run_tool("-rtL", "d", "e", "dst/"), 0)
        outcome = self.run_tool("-rtL", "--remove-source-files", "d", "e", "dst/")
        self.ends(outcome, 0)
        self.assertIn(b"sender file already removed: e/f\n", outcome.out)
        self.assertFalse(os.path.exists(self.path("d/f")))

    # ---- spelling -----------------------------------------------------------------------------------------------
    def test_a_dash_name_comes_after_two_dashes(self):
        self.write("-name", b"dash")
        self.ends(self.run_tool("-a", "--", "-name", "dst/"), 0)
        self.assertEqual(self.read("dst/-name"), b"dash")

    def test_a_colon_after_a_slash_is_local(self):
        self.write("a:b", b"colon")
        self.ends(self.run_tool("./a:b", "dst/"), 0)
        self.assertEqual(self.read("dst/a:b"), b"colon")
        self.ends(self.run_tool("one", "./c:d"), 0)
        self.assertEqual(self.read("c:d"), b"1")

    def test_dot_and_dot_dot_are_folders(self):
        self.write("x/y/z", b"z")
        self.ends(self.run_tool("-a", "x/y/..", "dst/"), 0)
        self.assertEqual(self.read("dst/y/z"), b"z")
        self.ends(self.run_tool("-a", ".", "../" + os.path.basename(self.at) + "/copy", "--exclude=copy"), 0)
        self.assertEqual(self.read("copy/one"), b"1")

    def test_brackets_commas_and_stars_of_local_operands_are_plain_bytes(self):
        for name in ("[ab]", "[a,b]", "*", "?", "{a,b}", "$HOME", "a b", "~", "'q'", "\\"):
            self.write(f"odd/{name}", name.encode())
            self.ends(self.run_tool("-a", f"odd/{name}", "dst/"), 0)
            self.assertEqual(self.read(f"dst/{name}"), name.encode())

    def test_options_may_follow_operands(self):
        self.ends(self.run_tool("d/", "dst/", "-a"), 0)
        self.assertEqual(self.read("dst/sub/g"), b"g")

    def test_what_only_the_destination_has_need_not_be_readable(self):
        self.folder("dst/lost+found")
        how = self.as_user()
        os.chmod(self.path("dst/lost+found"), 0)
        self.ends(self.run_tool("-a", "d/", "dst/", **how), 0)
        self.ends(self.run_tool("-a", "--delete", "--exclude=lost+found", "d/", "dst/", **how), 0)
        self.assertEqual(self.run_tool("-a", "--delete", "d/", "dst/", **how).code, 23)

    # ---- links and overlaps -------------------------------------------------------------------------------------
    def test_a_source_link_to_a_folder_with_a_slash_means_the_folder(self):
        os.symlink("d", self.path("link"))
        self.ends(self.run_tool("-a", "link/", "dst/"), 0)
        self.assertEqual(self.names("dst"), ["f", "sub", "sub/g"])

    def test_a_source_link_without_a_slash_is_copied_as_a_link(self):
        os.symlink("d", self.path("link"))
        self.ends(self.run_tool("-a", "link", "dst/"), 0)
        self.assertEqual(os.readlink(self.path("dst/link")), "d")

    def test_with_k_a_source_link_to_a_folder_is_that_folder_and_other_links_are_links(self):
        self.write("real/f", b"f")
        os.symlink("real", self.path("link"))
        os.symlink("real/f", self.path("to_file"))
        os.symlink("nowhere", self.path("broken"))
        for way in ("local", "push", "pull"):
            with self.subTest(way):
                tree.remove(self.path("dst"))
                here, there = ("", "host:" + self.at + "/") if way == "push" else ("host:" + self.at + "/", "")
                run, here, there = (self.run_tool, "", "") if way == "local" else (self.remote, here, there)
                self.ends(run("-ak", f"{here}link", f"{here}to_file", f"{here}broken", f"{there}dst/"), 0)
                self.assertEqual(self.names("dst"), ["broken", "link", "link/f", "to_file"])
                self.assertFalse(os.path.islink(self.path("dst/link")))
                self.assertEqual(os.readlink(self.path("dst/broken")), "nowhere")

    def test_a_dest_link_to_a_folder_means_the_folder(self):
        self.folder("real")
        os.symlink("real", self.path("dst"))
        self.ends(self.run_tool("-a", "d/", "dst"), 0)
        self.assertTrue(os.path.islink(self.path("dst")))
        self.assertEqual(self.names("real"), ["f", "sub", "sub/g"])

    def test_a_source_inside_the_destination_ends_well(self):
        self.ends(self.run_tool("-a", "d/sub/", "d/"), 0)
        self.assertEqual(self.names("d"), ["f", "g", "sub", "sub/g"])

    def test_a_destination_inside_the_source_ends_well(self):
        outcome = self.run_tool("-a", "d/", "d/sub/copy/")
        self.assertEqual(outcome.code, 0, outcome)
        self.assertEqual(self.read("d/sub/copy/f"), b"f")

    # ---- hosts --------------------------------------------------------------------------------------------------
    def test_relative_paths_lead_through_links_and_make_folders_of_them(self):
        self.write("else/where/f", b"f")
        self.write("else/where/g", b"g")
        self.folder("src")
        os.symlink("../else/where", self.path("src/far"))
        os.symlink("far", self.path("src/twice"))
        for run, here, there in ((self.run_tool, "", ""), (self.remote, "", f"host:{self.at}/"),
                                 (self.remote, f"host:{self.at}/./", "")):
            for path, found in (("src/far/f", ["src", "src/far", "src/far/f"]),
                                ("src/twice/", ["src", "src/twice", "src/twice/f", "src/twice/g"]),
                                ("src/far", ["src", "src/far"])):
                with self.subTest(f"{here}{path} {there}"):
                    tree.remove(self.path("dst"))
                    self.ends(run("-aR", f"{here}{path}", f"{there}dst/"), 0)
                    self.assertEqual(self.names("dst"), found)
                    self.assertEqual(os.path.islink(self.path("dst/src/far")), path == "src/far")

    def test_of_an_excluded_folder_relative_brings_what_was_named_and_no_more(self):
        self.write("top/b/named", b"x")
        self.write("top/b/other", b"x")
        self.write("top/c", b"x")
        self.ends(self.run_tool("-aR", "--exclude=b", "top/b/named", "top", "dst/"), 0)
        self.assertEqual(self.names("dst"), ["top", "top/b", "top/b/named", "top/c"])

    def test_a_folder_makes_way_for_a_file_that_was_named_where_it_may(self):
        for run, dest in ((self.run_tool, "dst/"), (self.remote, f"host:{self.path('dst')}/")):
            for words, code in ((("-r", "--delete"), 0), (("-r", "--force"), 0), (("-d", "--delete"), 0), (("-r",), 23)):
                with self.subTest(f"{dest} {words}"):
                    tree.remove(self.path("dst"))
                    self.write("dst/one/below/x", b"x")
                    self.write("dst/beside/x", b"x")
                    self.ends(run(*words, "one", "two", dest), code)
                    left = ["one"] if code == 0 else ["one", "one/below", "one/below/x"]
                    self.assertEqual(self.names("dst"), ["beside", "beside/x", *left, "two"])

    @godwit_only("it names no remedy")
    def test_what_keeps_a_folder_in_the_way_is_told(self):
        self.write("dst/one/x", b"x")
        self.ends(self.run_tool("-r", "one", "dst/"), 23, "use --delete or --force")
        outcome = self.run_tool("-r", "--force", "--filter=P x", "one", "dst/")
        self.ends(outcome, 23, "something in it had to stay")
        self.assertNotIn(b"--force", outcome.err)

    def test_both_sides_remote_is_refused(self):
        self.ends(self.run_tool("a:b", "c:d"), 1, "both")

    @godwit_only("it has daemons")
    def test_daemon_addresses_are_refused(self):
        for words in (("one", "host::mod"), ("one", "rsync://host/mod"), ("host::mod", "dst"),
                      ("rsync://host/mod/x", "dst")):
            outcome = self.run_tool("-a", *words)
            self.ends(outcome, 1, "daemon")
            self.assertEqual(outcome.err.count(b"\n"), 1, outcome)

    def test_a_listing_needs_no_destination(self):
        outcome = self.run_tool("one")
        self.ends(outcome, 0)
        self.assertRegex(outcome.out, rb"^-rw-r--r-- +1 \d{4}/\d\d/\d\d \d\d:\d\d:\d\d one\n$")

    def test_a_listing_skips_folders_only_when_it_is_told_to(self):
        self.assertRegex(self.run_tool("d").out, rb"^drwx.* d\n$")
        self.assertEqual(self.run_tool("--no-d", "d").out, b"skipping directory d\n")
        self.ends(self.run_tool("--no-d", "--delete", "d"), 1, "--delete")
        lines = self.run_tool("--no-d", "-R", "--list-only", "d/sub/g", "d", "dst/").out.splitlines()
        self.assertEqual(lines[0], b"skipping directory d")
        self.assertEqual([line.rpartition(b" ")[2] for line in lines[1:]], [b"d", b"d/sub", b"d/sub/g"])

    def test_a_second_run_changes_nothing(self):
        self.ends(self.run_tool("-a", "--delete", "d/", "dst/"), 0)
        before = os.stat(self.path("dst/f")).st_ino
        outcome = self.run_tool("-ai", "--delete", "d/", "dst/")
        self.ends(outcome, 0)
        self.assertEqual(outcome.out, b"")
        self.assertEqual(os.stat(self.path("dst/f")).st_ino, before)
        self.same("d", "dst")


if __name__ == "__main__":
    main()
