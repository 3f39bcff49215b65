// Each lie that an agent may tell ends the run with the exit code and the line
// that it deserves, in bounded time, and touches nothing outside the destination.

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <set>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "snapshot.hpp"
#include "support/temp_tree.hpp"

using namespace godwit::test;

namespace {

constexpr int patience_ms = 60'000;

struct Expected {
  const char* lie;
  std::set<int> codes;
  const char* text; // in what it says; empty: anything
};

struct Ending {
  int code = -1; // 256 and more: a signal
  std::string said;
};

Ending
wait_for(pid_t child, const TempTree& tree)
{
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  REQUIRE(handle != -1);
  pollfd ended{handle, POLLIN, 0};
  const bool in_time = ::poll(&ended, 1, patience_ms) == 1;
  ::close(handle);
  if (!in_time) {
    ::kill(child, SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status), tree.read("said")};
}

Ending
run_godwit(const TempTree& tree, const std::vector<std::string>& arguments)
{
  std::vector<char*> argv{const_cast<char*>(GODWIT_PROGRAM)};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  const std::string said = tree.path("said");
  const pid_t child = ::fork();
  REQUIRE(child != -1);
  if (child == 0) {
    const int out = ::open(said.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const int in = ::open("/dev/null", O_RDONLY);
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::setsid(); // no terminal: nobody is asked for anything
    ::execv(GODWIT_PROGRAM, argv.data());
    ::_exit(125);
  }
  return wait_for(child, tree);
}

std::vector<std::string>
options_for(const std::string& lie)
{
  return {"-a", "--delete", "-e", std::string(HOSTILE_AGENT) + " " + lie, "--timeout=2", "--contimeout=2"};
}

void
check_ending(const Expected& expected, const Ending& ending)
{
  CAPTURE(ending.said);
  CHECK_MESSAGE(expected.codes.contains(ending.code), "exit code ", ending.code);
  if (ending.code == 0) {
    return;
  }
  CHECK(ending.said.find("godwit: ") != std::string::npos);
  CHECK(ending.said.find(expected.text) != std::string::npos);
  CHECK(std::count(ending.said.begin(), ending.said.end(), '\n') <= 12);
  CHECK(std::none_of(ending.said.begin(), ending.said.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }));
}

// What lies outside the destination, or must not change in it.
void
plant(const TempTree& tree)
{
  tree.file("canary/evil_not", "canary");
  tree.file("canary/.bashrc", "canary");
  tree.file(".bashrc", "canary");
  tree.file("box/dest/.bashrc", "canary");
  tree.file("box/.bashrc", "canary");
  tree.mode("canary", 0700);
}

void
pull(const Expected& expected)
{
  CAPTURE(std::string(expected.lie));
  const TempTree tree;
  plant(tree);
  const std::vector<std::string> before = {snapshot(tree.path("canary")), tree.read(".bashrc"),
                                           tree.read("box/dest/.bashrc"), tree.read("box/.bashrc")};
  std::vector<std::string> arguments = options_for(expected.lie);
  arguments.insert(arguments.end(), {"host:a", tree.path("box/dest")});
  check_ending(expected, run_godwit(tree, arguments));
  const std::vector<std::string> after = {snapshot(tree.path("canary")), tree.read(".bashrc"),
                                          tree.read("box/dest/.bashrc"), tree.read("box/.bashrc")};
  CHECK(before == after);
  CHECK(tree.names("box") == std::set<std::string>{".bashrc", "dest"});
}

Ending
push_src(const TempTree& tree, const std::string& lie, const std::vector<std::string>& options = {})
{
  std::vector<std::string> arguments = options_for(lie);
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.insert(arguments.end(), {tree.path("src/"), "host:dest"});
  return run_godwit(tree, arguments);
}

void
push(const Expected& expected)
{
  CAPTURE(std::string(expected.lie));
  const TempTree tree;
  plant(tree);
  tree.file("src/big", std::string(300'000, 'b'));
  tree.file("src/folder/small", "hello");
  tree.file("src/huge", std::string(200'000, 'h'));
  tree.file("src/small", "hello");
  const std::string before = snapshot(tree.path("src"));
  check_ending(expected, push_src(tree, expected.lie));
  CHECK(snapshot(tree.path("src")) == before);
}

const std::set<int> protocol = {2};
const std::set<int> cut = {12};
const std::set<int> silent = {30};
const std::set<int> partial = {23};

const std::array for_either_role = {
    Expected{"garbage", protocol, "not godwit"},
    Expected{"endless_garbage", protocol, "not godwit"},
    Expected{"silence", silent, "no answer"},
    Expected{"silence_later", silent, "no answer"},
    Expected{"other_version", protocol, "it speaks protocol 76 to 77"},
    Expected{"no_hello", protocol, "did not begin with a greeting"},
    Expected{"garbage_for_opened", protocol, "damaged"},
    Expected{"hello_twice", protocol, "answered Open with something else"},
    Expected{"done_for_opened", protocol, "answered Open with something else"},
    Expected{"opened_twice", protocol, "its role does not send"},
    Expected{"early_finished", protocol, "the agent"},
    Expected{"request", protocol, "its role does not send"},
    Expected{"open", protocol, "its role does not send"},
    Expected{"unknown_done", protocol, "not under way"},
    Expected{"unknown_failed", protocol, "not under way"},
    Expected{"fatal_with_success", {2, 11, 23}, "all is well"},
    Expected{"fatal_with_escapes", protocol, "gone"},
    Expected{"dies_unheard", cut, ""},
    Expected{"dies_greeted", cut, ""},
    Expected{"dies_at_open", cut, ""},
    Expected{"dies_opened", cut, ""},
    Expected{"dies_at_scan", cut, ""},
    Expected{"dies_listed", cut, ""},
    Expected{"dies_at_page", cut, ""},
    Expected{"dies_at_finish", cut, ""},
    Expected{"dies_in_message", cut, ""},
    Expected{"dies_in_chunk", cut, ""},
    Expected{"message_too_long", protocol, "too long"},
    Expected{"unknown_tag", protocol, "unknown"},
    Expected{"endless_number", protocol, "cannot decode message"},
    Expected{"short_fields", protocol, "cannot decode message"},
    Expected{"chunk_too_long", protocol, "too long"},
    Expected{"chunk_damaged", protocol, "damaged"},
    Expected{"chunk_twice", protocol, "damaged"},
    Expected{"corrupt_zstd", protocol, "cannot decompress"},
    Expected{"zstd_bomb", protocol, "cannot"},
    Expected{"zstd_window", protocol, "cannot decompress"},
};

const std::array of_a_source = {
    Expected{"honest", {0}, ""},
    Expected{"slow_to_open", {0}, ""}, // Open and Scan go out in one flight
    Expected{"more_operands", protocol, "not asked for"},
    Expected{"other_operand", protocol, "not asked for"},
    Expected{"root_for_operand", protocol, "not asked for"},
    Expected{"no_operands", protocol, "'a'"},
    Expected{"many_implied", protocol, "not asked for"},
    Expected{"operand_error_minus_one", partial, "'a'"},
    Expected{"dotdot", protocol, ".."},
    Expected{"dotdot_only", protocol, ".."},
    Expected{"dot", protocol, ""},
    Expected{"absolute", protocol, ""},
    Expected{"empty_component", protocol, ""},
    Expected{"trailing_slash", protocol, ""},
    Expected{"nul", protocol, ""},
    Expected{"nul_in_target", protocol, "NUL"},
    Expected{"long_component", protocol, ""},
    Expected{"unasked_name", protocol, "'.bashrc', which it was not asked for"},
    Expected{"unasked_folder", protocol, "'b', which it was not asked for"},
    Expected{"prefix_of_asked", protocol, "'aa', which it was not asked for"},
    Expected{"unsorted", protocol, "'a/evil' comes after 'a/small'"},
    Expected{"duplicate", protocol, "'a/small' comes after 'a/small'"},
    Expected{"folder_first", protocol, "comes after"},
    Expected{"below_unlisted", protocol, "'a/x/evil'"},
    Expected{"below_link", protocol, "'a/link/evil'"},
    Expected{"below_file", protocol, "'a/small/evil'"},
    Expected{"link_and_folder", {0, 2, 23}, "a/link"},
    Expected{"link_and_metadata", {0, 2, 23}, "a/link"},
    Expected{"setuid", {0}, ""},
    Expected{"device", {0, 23}, ""},
    Expected{"huge_size", {0, 2, 11, 23}, ""},
    Expected{"far_time", {0, 23}, ""},
    Expected{"huge_owner", {0, 23}, ""},
    Expected{"unnamed_owner", protocol, "owner"},
    Expected{"base_out_of_range", {0, 2}, ""},
    Expected{"page_holds_less", protocol, "not as it was announced"},
    Expected{"page_holds_more", protocol, "not as it was announced"},
    Expected{"page_holds_nothing", protocol, "page"},
    Expected{"page_without_end", protocol, "page"},
    Expected{"page_listed_twice", protocol, "not asked"},
    Expected{"page_unasked", protocol, "not asked for"},
    Expected{"page_beyond_number", protocol, "not asked for"},
    Expected{"differences_unasked", protocol, "not asked for"},
    Expected{"differences_of_no_page", protocol, "not asked for"},
    Expected{"differences_for_page", protocol, "not asked for"},
    Expected{"runs_unasked", protocol, "not asked for"},
    Expected{"runs_of_no_page", protocol, "not asked for"},
    Expected{"runs_for_page", protocol, "not asked for"},
    Expected{"listed_for_page", protocol, "page"},
    Expected{"pages_unsorted", protocol, "page"},
    Expected{"pages_without_credit", protocol, "page"},
    Expected{"list_after_end", protocol, "after"},
    Expected{"page_after_end", protocol, "after"},
    Expected{"end_twice", protocol, "after"},
    Expected{"contents_of_other_id", protocol, "not asked"},
    Expected{"contents_twice", {0, 2}, "not asked"},
    Expected{"contents_wrong_hash", partial, "a/small"},
    Expected{"contents_failed_twice", protocol, "not asked"},
    Expected{"contents_too_short", protocol, "not asked"},
    Expected{"contents_too_long", protocol, "not asked"},
    Expected{"contents_for_match", protocol, "not asked"},
    Expected{"ops_for_read", protocol, "not asked"},
    Expected{"changes_forever", partial, "it changed while it was read"},
    Expected{"ops_after_end", protocol, ""},
    Expected{"ops_of_other_id", protocol, "not asked"},
    Expected{"ops_malformed", protocol, ""},
    Expected{"ops_wrong_hash", partial, "a/big"},
    Expected{"ops_without_end", protocol, ""},
    Expected{"copy_without_basis", protocol, ""},
    Expected{"copy_beyond_basis", protocol, ""},
    Expected{"dies_at_match", cut, ""},
    Expected{"dies_in_ops", cut, ""},
    Expected{"sums_from_source", protocol, "its role does not send"},
};

const std::array of_a_dest = {
    Expected{"honest", {0}, ""},
    Expected{"slow_to_open", {0}, ""}, // Open and Scan go out in one flight
    Expected{"page_unasked", protocol, "not asked for"},
    Expected{"list_after_end", protocol, "after"},
    Expected{"end_twice", protocol, "after"},
    Expected{"new_name_unasked", protocol, "name"},
    Expected{"new_name_outside", protocol, "name"},
    Expected{"owners_unasked", protocol, "not asked"},
    Expected{"owners_twice", protocol, "not asked"},
    Expected{"owners_never", silent, "no answer"},
    Expected{"sums_unasked", protocol, "not asked"},
    Expected{"hashes_unasked", protocol, "not asked"},
    Expected{"sums_endless", protocol, "not asked"},
    Expected{"sums_after_last", protocol, "not asked"},
    Expected{"sums_garbage", {2, 23}, ""},
    Expected{"sums_for_put", protocol, "not asked"},
    Expected{"done_before_end", protocol, "not"},
    Expected{"done_for_signature", protocol, "not"},
    Expected{"done_twice", protocol, "not under way"},
    Expected{"contents_from_dest", protocol, "its role does not send"},
    Expected{"in_way_forever", partial, "stands there"},
    Expected{"verify_forever", partial, "not what was read"},
    Expected{"escapes_in_failure", partial, "gone"},
    Expected{"dies_at_apply", cut, ""},
    Expected{"dies_at_put", cut, ""},
};

} // namespace

TEST_CASE("an agent that breaks the stream ends a pull")
{
  for (const Expected& expected : for_either_role) {
    pull(expected);
  }
}

TEST_CASE("an agent that breaks the stream ends a push")
{
  for (const Expected& expected : for_either_role) {
    push(expected);
  }
}

TEST_CASE("a source that lies ends the pull and harms nothing")
{
  for (const Expected& expected : of_a_source) {
    pull(expected);
  }
}

TEST_CASE("a dest that lies ends the push")
{
  for (const Expected& expected : of_a_dest) {
    push(expected);
  }
}

TEST_CASE("a new folder that is said to be in the way is told of once")
{
  const TempTree tree;
  tree.folder("src/empty");
  const Ending ending = push_src(tree, "in_way_forever", {"-i"});
  CAPTURE(ending.said);
  CHECK(ending.code == 23);
  CHECK(ending.said.find("stands there") != std::string::npos);
  const std::string line = "cd+++++++++ empty/";
  const std::size_t first = ending.said.find(line);
  REQUIRE(first != std::string::npos);
  CHECK(ending.said.find(line, first + 1) == std::string::npos);
}

TEST_CASE("a file whose check fails goes once more, with full hashes, and that is said")
{
  const TempTree tree;
  tree.file("src/big", std::string(300'000, 'b'));
  const Ending ending = push_src(tree, "verify_of_cut_sums", {"-v"});
  CAPTURE(ending.said);
  CHECK(ending.code == 0);
  CHECK(ending.said.find("check of 'big' failed, sending it again with full hashes") != std::string::npos);
}
