// What the dest has of a file before it is rebuilt, and the sums of it.

#include <algorithm>
#include <thread>

#include <fcntl.h>

#include "godwit/delta/signature.hpp"
#include "godwit/delta/sum_request.hpp"
#include "local_write.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t basis_read_bytes = 256U << 10U; // so that what was read is still in the cache when it is summed
constexpr std::uint64_t min_shared_bytes = 64U << 20U; // of a larger basis two threads make the sums

// Of [range.at, range.end), which has no holes.
Result<>
feed_data(delta::SignatureBuilder& builder, fs::FileReader& file, DataRange range, ByteSpan buffer)
{
  while (range.at < range.end) {
    const ByteSpan piece = buffer.first(std::min<std::uint64_t>(buffer.size(), range.end - range.at));
    TRY_ASSIGN(const std::size_t count, file.read_at(range.at, piece));
    if (count == 0) {
      return make_error(ErrorKind::changed, "basis became shorter");
    }
    builder.update(piece.first(count));
    range.at += count;
  }
  return {};
}

// Bytes [from, to) of the basis.
Result<>
feed(delta::SignatureBuilder& builder, fs::FileReader& file, std::uint64_t from, std::uint64_t to)
{
  Bytes buffer(std::min<std::uint64_t>(basis_read_bytes, to - from));
  while (from < to) {
    const DataRange data = file.data_from(from);
    const std::uint64_t hole_end = std::min(data.at, to);
    builder.zeros(hole_end - from);
    from = std::min(data.end, to);
    TRY(feed_data(builder, file, {hole_end, from}, buffer));
  }
  return {};
}

} // namespace

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

Result<DestLane::Basis>
DestLane::open_similar(const proto::Signature& request)
{
  TRY_ASSIGN(const fs::Dir folder, m_folders.open(request.path.parent()));
  TRY_ASSIGN(fs::OpenedFile file, m_similar.open(folder, request));
  const std::uint64_t bytes = file.stat.size;
  return Basis{std::make_unique<fs::FileReader>(std::move(file.fd), folder.label(request.path.name())), bytes, {}};
}

Result<>
DestLane::send_sums(const proto::Signature& request, Basis& basis)
{
  delta::SumOptions options;
  options.levels = request.levels ? delta::Levels::several : delta::Levels::one;
  options.strength = request.full ? delta::Strength::full : delta::Strength::sized;
  delta::SignatureBuilder builder(m_context.roots.key, basis.bytes, options);
  if (basis.file && basis.bytes >= min_shared_bytes && basis.bytes <= delta::max_basis_bytes) {
    const std::uint64_t block_bytes = delta::shape_for(basis.bytes, options).block_bytes;
    const std::uint64_t half = basis.bytes / 2 / block_bytes;
    delta::SignatureBuilder rest(m_context.roots.key, basis.bytes, options);
    rest.start_at(half);
    Result<> rest_fed;
    {
      const std::jthread other([&] { rest_fed = feed(rest, *basis.file, half * block_bytes, basis.bytes); });
      TRY(feed(builder, *basis.file, 0, half * block_bytes));
    }
    TRY(std::move(rest_fed));
    builder.join(std::move(rest));
  } else if (basis.file) {
    TRY(feed(builder, *basis.file, 0, basis.bytes));
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
    TRY_ASSIGN(const delta::SumRequests wanted, delta::decode_sum_requests(request.request, basis->second.bytes));
    return delta::sum_ranges(m_context.roots.key, *basis->second.file, wanted);
  };
  const auto sums = attempt();
  send_in_parts(request.id, sums ? ByteView(*sums) : ByteView());
}

} // namespace godwit::endpoint
