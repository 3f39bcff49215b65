#include "roots.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "godwit/base/escape.hpp"
#include "godwit/fs/expand.hpp"
#include "godwit/fs/staged_name.hpp"
#include "dest_root.hpp"
#include "operand.hpp"

namespace godwit::endpoint {

namespace {

fs::Links
source_links(const proto::Open& request)
{
  if (request.copy_links) {
    return fs::Links::follow_all;
  }
  return request.copy_dirlinks ? fs::Links::follow_folders : fs::Links::refuse;
}

class SourceOpener
{
public:
  SourceOpener(Roots& roots, proto::Opened& answer) : m_roots(roots), m_answer(answer) {}

  Result<> add(const std::string& typed)
  {
    proto::OpenedOperand opened;
    opened.typed = typed;
    auto split = split_operand(typed, m_roots.request.relative);
    if (!split) {
      if (split.error().kind == ErrorKind::usage) {
        return std::move(split).error();
      }
      opened.error = split.error().errno_value;
    } else {
      opened.error = open(*split, opened);
    }
    m_answer.operands.push_back(std::move(opened));
    return {};
  }

private:
  // 0, or the errno.
  int open(const SplitOperand& split, proto::OpenedOperand& opened)
  {
    if (m_roots.bases.empty() || split.folder != m_last_folder) {
      auto folder = fs::Dir::open_operand(split.folder, source_links(m_roots.request));
      if (!folder) {
        return folder.error().errno_value;
      }
      m_last_folder = split.folder;
      m_roots.bases.push_back({*std::move(folder), {}, {}});
    }
    opened.base = static_cast<std::uint32_t>(m_roots.bases.size() - 1);
    opened.path = split.path;
    opened.implied = split.implied;
    opened.contents = split.contents;
    fs::Dir& base = m_roots.bases[opened.base].dir;
    if (m_roots.request.relative) { // folders of a path as typed may be links, and so may one that a slash ends
      auto named = base.with_named(split.contents ? split.path : split.path.parent());
      if (!named) {
        return named.error().errno_value;
      }
      base = *std::move(named);
    }
    auto stat = split.path.is_root() ? base.stat() : stat_of(base, split.path);
    if (!stat) {
      return stat.error().errno_value;
    }
    opened.type = stat->type;
    if (split.contents && !stat->is_folder() && m_roots.request.relative) {
      opened.contents = false; // with -R the slash says nothing of what is no folder
      return 0;
    }
    return split.contents && !stat->is_folder() ? ENOTDIR : 0;
  }

  // With -k a link that leads to a folder is that folder.
  Result<fs::Stat> stat_of(const fs::Dir& base, const model::RelPath& path) const
  {
    if (base.named(path) == -1) {
      TRY_ASSIGN(const fs::Stat there, base.stat(path));
      const bool may_be_folder = there.type == model::Type::symlink && m_roots.request.copy_dirlinks;
      const auto folder = may_be_folder ? base.open_folder(path) : Result<fs::Dir>(sys_error("not followed", ENOTDIR));
      return folder ? folder->stat() : there;
    }
    TRY_ASSIGN(const fs::Dir folder, base.open_folder(path));
    return folder.stat();
  }

  Roots& m_roots;
  proto::Opened& m_answer;
  std::string m_last_folder; // what operands beside each other share; the order of bases is theirs
};

} // namespace

fs::Metadata
Roots::metadata_for(const model::Entry& entry) const
{
  fs::Metadata wanted;
  if (entry.type != model::Type::symlink) {
    wanted.mode = entry.mode;
  }
  wanted.uid = entry.uid;
  wanted.gid = entry.gid;
  if (entry.is_folder() ? request.folder_times : request.times) {
    wanted.mtime = entry.mtime;
  }
  wanted.is_owner_optional = !is_super;
  return wanted;
}

Result<fs::Sandbox>
Roots::confine(int accepts_on) const
{
  const bool writes = request.role == proto::Role::dest || request.removes_source;
  std::vector<fs::SandboxRoot> folders;
  for (const fs::Base& base : bases) {
    folders.push_back({base.dir.fd(), writes ? fs::Access::read_write : fs::Access::read_only});
    for (const int named : base.dir.named()) {
      folders.push_back({named, folders.back().access});
    }
  }
  if (partial_folder) {
    folders.push_back({partial_folder.fd(), fs::Access::read_write});
  }
  return fs::enter_sandbox({folders, request.copy_links || request.copy_dirlinks, accepts_on});
}

namespace {

// By way of /proc, as it is named now; empty where that is missing.
std::string
absolute_path(const fs::Dir& dir)
{
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(dir.fd()), ignored).string();
}

} // namespace

Result<Roots>
open_roots(const proto::Open& request, Expand expand, fs::NameService& names, proto::Opened& answer)
{
  Roots roots;
  roots.request = request;
  roots.key = HashKey(request.seed);
  roots.is_super = ::geteuid() == 0;
  if (request.role == proto::Role::dest) {
    if (request.operands.size() != 1) {
      return make_error(ErrorKind::protocol, "cannot open a destination of several operands");
    }
    const std::string operand =
        expand == Expand::yes ? fs::expand_home(request.operands[0], names) : request.operands[0];
    fs::prepare_staged_names();
    TRY(open_dest_root(roots, operand, answer));
    roots.absolute = roots.bases.empty() ? std::string() : absolute_path(roots.bases.front().dir);
    return roots;
  }
  SourceOpener opener(roots, answer);
  for (const std::string& typed : request.operands) {
    const auto expanded = expand == Expand::yes ? fs::expand_operand(typed, names) : std::vector{typed};
    for (const std::string& operand : expanded) {
      TRY(opener.add(operand));
      if (answer.operands.size() > proto::max_operands) {
        return make_error(ErrorKind::usage, "cannot open sources: more than 16384 operands");
      }
    }
  }
  roots.absolute = roots.bases.empty() ? std::string() : absolute_path(roots.bases.front().dir);
  return roots;
}

} // namespace godwit::endpoint
