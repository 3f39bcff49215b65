#pragma once
// How a run ends, in rsync's numbers.

#include <string_view>

#include "godwit/base/result.hpp"

namespace godwit::model
{

namespace exit_code
{
inline constexpr int ok = 0;
inline constexpr int usage = 1;
inline constexpr int protocol = 2;
inline constexpr int selection = 3;
inline constexpr int unsupported = 4;
inline constexpr int file_io = 11;
inline constexpr int stream = 12;
inline constexpr int output = 13; // what was to be printed could not be
inline constexpr int stopped = 20;
inline constexpr int memory = 22;
inline constexpr int partial = 23;
inline constexpr int vanished = 24;
inline constexpr int delete_limit = 25;
inline constexpr int timeout = 30;
inline constexpr int connect = 255;
} // namespace exit_code

// For an error that ends the run.
int exit_code_of_run(const Error& error);

// For an error of one file, after which the run goes on.
int exit_code_of_file(const Error& error);

// A run that ends so came to its end, whatever failed on its way.
bool is_lasting_exit_code(int code);

// The graver of two outcomes, for a run that goes on after errors: what ends a
// run beats partial, partial beats vanished, either beats delete_limit.
int graver_exit_code(int a, int b);

// What a code says, for the last line of a run that failed; empty for codes
// whose cause has been printed already.
std::string_view meaning_of_exit_code(int code);

} // namespace godwit::model
