// What the dest has of a file before it is rebuilt, and the sums of it.

#include <algorithm>

#include <fcntl.h>

#include "godwit/delta/signature.hpp"
#include "godwit/delta/sum_request.hpp"
#include "local_write.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t basis_read_bytes = 1U << 20U;

} // namespace

void
DestLane::signature(const proto::Signature& request)
{
  Basis basis;
  if (auto opened = open_basis(request.path)) {
    basis = *std::move(opened);
  }
  if (Result<> sent = send_sums(request, basis); !sent) {
    basis = {};
    m_context.answer({proto::Sums{request.id, {}, true}, {}}); // no sums: all of it comes as literals
  }
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
  const std::uint64_t bytes = file->stat.size;
  return Basis{std::make_unique<fs::FileReader>(std::move(file->fd), folder.label(path.name())), bytes,
               std::move(partial)};
}

Result<>
DestLane::read_basis(Basis& basis, DataRange range, delta::SignatureBuilder& builder)
{
  while (range.at < range.end) {
    const ByteSpan wanted = ByteSpan(m_buffer).first(std::min<std::uint64_t>(m_buffer.size(), range.end - range.at));
    TRY_ASSIGN(const std::size_t count, basis.file->read_at(range.at, wanted));
    if (count == 0) {
      return make_error(ErrorKind::changed, "basis became shorter");
    }
    builder.update(wanted.first(count));
    range.at += count;
  }
  return {};
}

Result<>
DestLane::send_sums(const proto::Signature& request, Basis& basis)
{
  delta::SumOptions options;
  options.levels = request.levels ? delta::Levels::several : delta::Levels::one;
  delta::SignatureBuilder builder(m_context.roots.key, basis.bytes, options);
  m_buffer.resize(basis_read_bytes);
  for (std::uint64_t at = 0; basis.file && at < basis.bytes;) {
    const DataRange data = basis.file->data_from(at);
    const std::uint64_t hole_end = std::min(data.at, basis.bytes);
    builder.zeros(hole_end - at);
    TRY(read_basis(basis, {hole_end, std::min(data.end, basis.bytes)}, builder));
    at = std::min(data.end, basis.bytes);
  }
  Bytes wire;
  delta::encode(builder.finish(), wire);
  send_in_parts(request.id, wire);
  return {};
}

void
DestLane::send_in_parts(std::uint64_t id, ByteView rest)
{
  do {
    const ByteView part = rest.first(std::min(rest.size(), proto::max_chunk_bytes));
    rest = rest.subspan(part.size());
    m_context.answer({proto::Sums{id, Bytes(part.begin(), part.end()), rest.empty()}, {}});
  } while (!rest.empty());
}

// Nothing is sent where they cannot be made: then the file comes as its blocks found it.
void
DestLane::gaps(const proto::Gaps& request)
{
  const auto attempt = [&]() -> Result<Bytes> {
    const auto basis = m_bases.find(request.id);
    if (basis == m_bases.end() || !basis->second.file) {
      return make_error(ErrorKind::protocol, "no basis");
    }
    TRY_ASSIGN(const delta::SumRequest wanted, delta::decode_sum_request(request.request, basis->second.bytes));
    return delta::sum_ranges(m_context.roots.key, *basis->second.file, wanted);
  };
  const auto sums = attempt();
  send_in_parts(request.id, sums ? ByteView(*sums) : ByteView());
}

} // namespace godwit::endpoint
