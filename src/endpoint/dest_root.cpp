#include "dest_root.hpp"

#include "godwit/endpoint/local.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "godwit/base/escape.hpp"

namespace godwit::endpoint {

namespace {

constexpr mode_t new_folder_mode = 0777;

Error
selection_error(const char* verb, const std::string& operand, int errno_value)
{
  Error error = sys_error(std::string("cannot ") + verb + " '" + escape(operand) + "'", errno_value);
  error.kind = ErrorKind::selection;
  return error;
}


// Where the path goes, up to but without its last component.
std::string
parent_of(const std::string& path)
{
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

// How many were made. The operand is what the user typed: made and opened as any command does.
Result<std::uint32_t>
make_folders(const std::string& path, bool parents, mode_t mode)
{
  if (::mkdir(path.c_str(), mode) == 0) {
    return std::uint32_t{1};
  }
  if (errno == ENOENT && parents && parent_of(path) != path) {
    TRY_ASSIGN(const std::uint32_t made, make_folders(parent_of(path), true, mode));
    if (::mkdir(path.c_str(), mode) == 0) {
      return made + 1;
    }
  }
  if (errno == EEXIST && parents) {
    return std::uint32_t{0};
  }
  return sys_error("cannot create folder '" + escape(path) + "'");
}

// How many make_folders() would make.
std::uint32_t
missing_folders(std::string path, bool parents)
{
  std::uint32_t missing = 1;
  for (path = parent_of(path); parents && ::access(path.c_str(), F_OK) != 0 && parent_of(path) != path;
       path = parent_of(path)) {
    ++missing;
  }
  return missing;
}

fs::Links
dest_links(const proto::Open& request)
{
  return request.keep_dirlinks ? fs::Links::beneath : fs::Links::refuse;
}

std::string
without_trailing_slashes(std::string path)
{
  while (path.size() > 1 && path.ends_with('/')) {
    path.pop_back();
  }
  return path;
}

Result<>
hold_partial_folder(Roots& roots)
{
  const std::string& name = roots.request.partial_dir;
  if (name.empty() || roots.request.dry_run) {
    return {};
  }
  if (!name.starts_with('/')) {
    roots.partial_name = without_trailing_slashes(name);
    return {};
  }
  TRY(make_folders(name, true, 0700));
  TRY_ASSIGN(roots.partial_folder, fs::Dir::open_operand(name));
  return {};
}

} // namespace

Result<>
open_dest_root(Roots& roots, const std::string& typed, proto::Opened& answer)
{
  const proto::Open& request = roots.request;
  const std::string operand = typed.empty() ? "." : typed;
  const std::string path = without_trailing_slashes(operand);
  const bool as_new_name = request.one_plain_item && path == operand;
  const mode_t mode = new_folder_mode & ~static_cast<mode_t>(answer.umask);

  struct stat there {
  };
  const bool exists = ::stat(operand.c_str(), &there) == 0;
  if (!exists && errno != ENOENT && errno != ENOTDIR) {
    return selection_error("open destination", operand, errno);
  }
  if (exists && S_ISDIR(there.st_mode)) {
    auto dir = fs::Dir::open_operand(operand, dest_links(request));
    if (!dir || ::faccessat(AT_FDCWD, operand.c_str(), X_OK, AT_EACCESS) != 0) {
      return selection_error("open destination folder", operand, dir ? errno : dir.error().errno_value);
    }
    roots.bases.push_back({*std::move(dir), {}, {}});
    return hold_partial_folder(roots);
  }
  if (!as_new_name && (exists || ::stat(path.c_str(), &there) == 0)) {
    return make_error(ErrorKind::selection, "cannot use '" + escape(typed) +
                                                "' as destination: it is no folder, and more than one file or a "
                                                "folder is to be copied");
  }
  const std::string folder = as_new_name ? parent_of(path) : path;
  if (as_new_name) {
    answer.new_name = path.substr(path.rfind('/') + 1);
  }
  if (!as_new_name || (request.mkpath && ::access(folder.c_str(), F_OK) != 0)) {
    answer.created = request.makes_nothing ? "" : folder;
    if (request.dry_run || request.makes_nothing) {
      answer.is_missing = true;
      answer.made_folders = missing_folders(folder, request.mkpath);
      return {};
    }
    TRY_ASSIGN(answer.made_folders, make_folders(folder, request.mkpath, mode));
  }
  auto dir = fs::Dir::open_operand(folder, dest_links(request));
  if (!dir) {
    return selection_error("open destination folder", folder, dir.error().errno_value);
  }
  roots.bases.push_back({*std::move(dir), {}, {}});
  return hold_partial_folder(roots);
}

bool
holds_names(const std::string& operand)
{
  std::error_code error;
  const std::filesystem::directory_iterator first(operand.empty() ? "." : operand, error);
  return !error && first != std::filesystem::directory_iterator();
}

} // namespace godwit::endpoint
