// What the dest has of a file before it is rebuilt, and the sums of it.

#include <algorithm>

#include <fcntl.h>

#include "godwit/delta/sum_request.hpp"
#include "basis_sums.hpp"
#include "local_write.hpp"

namespace godwit::endpoint {

void
DestLane::signature(const proto::Signature& request)
{
  Basis basis;
  auto opened = open_basis(request.path);
  if (!opened && request.similar) {
    opened = open_similar(request);
  }
  if (opened) {
    basis = *std::move(opened);
  }
  if (request.splits && basis.file && !basis.partial_folder) {
    try_split(basis, request.size);
  }
  send_sums(request, basis);
  m_bases[request.id] = std::move(basis);
}

// What was kept of an interrupted transfer first: it is nearer to what comes.
Result<DestLane::Basis>
DestLane::open_basis(const model::RelPath& path)
{
  TRY_ASSIGN(fs::Dir folder, m_folders.open(path.parent()));
  const Roots& roots = m_context.roots;
  fs::Dir partial = roots.partial_folder;
  if (!partial && !roots.partial_name.empty()) {
    if (auto opened = folder.open_folder(std::string_view(roots.partial_name))) {
      partial = *std::move(opened);
    }
  }
  auto file = partial ? partial.open_and_stat(path.name(), O_RDONLY)
                      : Result<fs::OpenedFile>(make_error(ErrorKind::system, "none"));
  if (!file) {
    partial = {};
    file = folder.open_and_stat(path.name(), O_RDONLY);
  }
  if (!file) {
    return std::move(file).error();
  }
  Basis basis;
  basis.file = std::make_unique<fs::FileReader>(std::move(file->fd), folder.label(path.name()));
  basis.bytes = file->stat.size;
  basis.partial_folder = std::move(partial);
  return basis;
}

Result<DestLane::Basis>
DestLane::open_similar(const proto::Signature& request)
{
  TRY_ASSIGN(const fs::Dir folder, m_folders.open(request.path.parent()));
  TRY_ASSIGN(fs::OpenedFile file, m_similar.open(folder, request));
  Basis basis;
  basis.file = std::make_unique<fs::FileReader>(std::move(file.fd), folder.label(request.path.name()));
  basis.bytes = file.stat.size;
  return basis;
}

// What is no program, or cannot be read, stays as it is: of the latter the sums tell. What was kept of a program has no
// section headers, and is a prefix, which the plain form finds at once.
void
DestLane::try_split(Basis& basis, std::uint64_t new_bytes)
{
  if (!delta::is_program(*basis.file, basis.bytes)) {
    return;
  }
  auto lease = m_context.split_budget.try_take(std::max(new_bytes, basis.bytes));
  if (!lease) {
    return;
  }
  if (auto view = delta::SplitView::open(*basis.file, basis.bytes, m_context.roots.key, m_context.stopped)) {
    basis.split = *std::move(view);
    basis.split_lease = *std::move(lease);
    basis.new_bytes = new_bytes;
    basis.bytes = basis.split->bytes();
  }
}

// As they are made, so that the source can begin.
void
DestLane::send_sums(const proto::Signature& request, const Basis& basis)
{
  delta::SumOptions options;
  options.levels = request.levels ? delta::Levels::several : delta::Levels::one;
  options.strength = request.full ? delta::Strength::full : delta::Strength::sized;
  options.form = basis.split ? delta::Form::split : delta::Form::plain;
  BasisSums sums(m_context.roots.key, basis.content(), basis.bytes, options);
  do {
    const Bytes wire = sums.next();
    send_in_parts(request.id, wire, sums.is_done());
  } while (!sums.is_done() && !m_context.stopped);
}

void
DestLane::send_in_parts(std::uint64_t id, ByteView rest, bool is_last)
{
  do {
    const ByteView part = rest.first(std::min(rest.size(), proto::max_chunk_bytes));
    rest = rest.subspan(part.size());
    m_context.answer({proto::Sums{id, Bytes(part.begin(), part.end()), is_last && rest.empty()}, {}});
  } while (!rest.empty());
}

// A file that is rebuilt in place has no basis any more.
DestLane::Basis*
DestLane::basis_of(std::uint64_t id)
{
  if (const auto waiting = m_bases.find(id); waiting != m_bases.end()) {
    return &waiting->second;
  }
  const auto rebuilt = m_rebuilt.find(id);
  const bool is_kept = rebuilt != m_rebuilt.end() && rebuilt->second.staged && !rebuilt->second.staged->is_in_place();
  return is_kept ? &rebuilt->second.basis : nullptr;
}

// Nothing is sent where they cannot be made: then the file comes as its blocks found it.
void
DestLane::gaps(const proto::Gaps& request)
{
  const auto attempt = [&]() -> Result<Bytes> {
    const Basis* basis = basis_of(request.id);
    if (basis == nullptr || !basis->file) {
      return make_error(ErrorKind::protocol, "no basis");
    }
    TRY_ASSIGN(const delta::SumRequests wanted, delta::decode_sum_requests(request.request, basis->bytes));
    return delta::sum_ranges(m_context.roots.key, *basis->content(), wanted);
  };
  const auto sums = attempt();
  send_in_parts(request.id, sums ? ByteView(*sums) : ByteView(), true);
}

} // namespace godwit::endpoint
