// Finer levels on both sides: a request of any bytes is refused or answered within the basis; true sums
// rebuild the new file, false ones at least keep its length.
#include "fuzz_input.hpp"

#include <vector>

#include "godwit/delta/refine.hpp"

using namespace godwit;
using namespace godwit::testing;
using namespace godwit::delta;

namespace {

constexpr std::uint64_t max_gap_bytes = std::uint64_t{200} << 10; // of all gaps together: they are searched bytewise

// A new file told as parts of the made basis and bytes of its own.
struct Fresh : ReadAt {
  struct Part {
    std::uint64_t at = 0; // in the new file
    std::uint64_t bytes = 0;
    std::uint64_t from = 0; // in the made content, also beyond the basis
  };
  void
  add(std::uint64_t bytes, std::uint64_t from)
  {
    parts.push_back({size, bytes, from});
    size += bytes;
  }
  Result<std::size_t>
  read_at(std::uint64_t offset, ByteSpan into) override
  {
    std::size_t done = 0;
    for (const Part& part : parts) {
      while (done < into.size() && offset + done >= part.at && offset + done < part.at + part.bytes) {
        into[done] = made_byte(part.from + offset + done - part.at);
        ++done;
      }
    }
    return done;
  }
  std::vector<Part> parts;
  std::uint64_t size = 0;
};

// Takes the ops of a finished file and compares them with it.
struct Comparer : OpSink {
  Comparer(Fresh& file, std::uint64_t bytes) : fresh(file), basis_bytes(bytes) {}
  Result<>
  copy(std::uint64_t basis_at, std::uint64_t bytes) override
  {
    FUZZ_CHECK(basis_at <= basis_bytes && bytes <= basis_bytes - basis_at);
    for (std::uint64_t i = 0; honest && i < bytes; i += 1 + bytes / 64) {
      std::byte there{};
      FUZZ_CHECK(*fresh.read_at(at + i, {&there, 1}) == 1 && there == made_byte(basis_at + i));
    }
    at += bytes;
    return {};
  }
  Result<>
  literal(ByteView bytes) override
  {
    at += bytes.size();
    return {};
  }
  Result<>
  hole(std::uint64_t bytes) override
  {
    at += bytes;
    return {};
  }
  Fresh& fresh;
  std::uint64_t basis_bytes;
  std::uint64_t at = 0;
  bool honest = true;
};

void
read_request(ByteView wire)
{
  constexpr std::uint64_t basis_bytes = 300000;
  MadeFile basis(basis_bytes);
  auto requests = decode_sum_requests(wire, basis_bytes);
  if (!requests) {
    FUZZ_CHECK(requests.error().kind == ErrorKind::protocol);
    return;
  }
  std::uint64_t summed = 0;
  std::uint64_t reply = 0;
  for (const SumRequest& request : *requests) {
    std::uint64_t blocks = 0;
    for (const SumRange& range : request.ranges) {
      FUZZ_CHECK(range.basis.end() <= basis_bytes);
      blocks += range.blocks();
      summed += range.basis.bytes;
    }
    FUZZ_CHECK(blocks <= SumRequest::max_blocks);
    reply += request.reply_bytes();
  }
  Bytes again;
  encode(*requests, again);
  auto twice = decode_sum_requests(again, basis_bytes);
  FUZZ_CHECK(twice && *twice == *requests);
  if (summed < 4 * basis_bytes) {
    auto sums = sum_ranges(fuzz_key(), basis, *requests);
    FUZZ_CHECK(sums && sums->size() == reply);
  }
}

// A coarse match as the input tells it: copies, and gaps that are made of other parts of the basis.
void
tell_match(FuzzInput& input, Fresh& fresh, std::vector<std::uint64_t>& copies, std::uint64_t basis_bytes)
{
  std::uint64_t gap_bytes = 0;
  for (std::size_t i = 0; i < 24 && !input.empty(); ++i) {
    const std::uint64_t kind = input.number(1);
    const std::uint64_t unit = kind & 2 ? 512 : 37;
    const std::uint64_t bytes = 1 + input.below(basis_bytes / 8, 2) * (kind & 4 ? unit : 1);
    const std::uint64_t from = input.below(basis_bytes, 3);
    if ((kind & 1) == 0) {
      fresh.add(std::min(bytes, basis_bytes - from), from);
      copies.push_back(fresh.parts.size() - 1);
    } else if (gap_bytes < max_gap_bytes) {
      const std::uint64_t gap = std::min(bytes, max_gap_bytes - gap_bytes);
      fresh.add(gap, kind & 8 ? basis_bytes + from : from);
      gap_bytes += gap;
    }
  }
}

Result<>
feed(Refiner& refiner, const Fresh& fresh, const std::vector<std::uint64_t>& copies)
{
  static const Bytes nothing(max_gap_bytes, std::byte{0}); // of a gap only its length counts
  auto copy = copies.begin();
  for (std::size_t i = 0; i < fresh.parts.size(); ++i) {
    const Fresh::Part& part = fresh.parts[i];
    if (copy != copies.end() && *copy == i) {
      ++copy;
      TRY(refiner.copy(part.from, part.bytes));
    } else {
      TRY(refiner.literal(ByteView(nothing).first(part.bytes)));
    }
  }
  return {};
}

void
refine(FuzzInput input)
{
  constexpr std::uint64_t sizes[] = {1U << 20, (1U << 20) + 777, 5U << 20, std::uint64_t{1} << 30};
  const std::uint64_t basis_bytes = sizes[input.below(4)];
  const std::uint64_t lie = input.number(1);
  MadeFile basis(basis_bytes);
  Fresh fresh;
  std::vector<std::uint64_t> copies;
  tell_match(input, fresh, copies, basis_bytes);
  Comparer out(fresh, basis_bytes);
  Refiner refiner(fuzz_key(), fresh, basis_bytes, out);
  FUZZ_CHECK(feed(refiner, fresh, copies));
  for (int rounds = 0; refiner.likely_saving() > 0; ++rounds) {
    FUZZ_CHECK(rounds < 24);
    auto request = decode_sum_requests(refiner.request(), basis_bytes);
    FUZZ_CHECK(request);
    Bytes sums = *sum_ranges(fuzz_key(), basis, *request);
    if (lie % 4 == 1 && !sums.empty()) {
      out.honest = false;
      std::size_t at = lie % sums.size();
      for (const std::byte byte : input.bytes(32)) {
        sums[at] ^= byte;
        at = (at + 1) % sums.size();
      }
    }
    if (lie % 4 == 2) {
      FUZZ_CHECK(!refiner.refine(ByteView(sums).first(sums.size() / 2)));
    }
    FUZZ_CHECK(refiner.refine(sums));
  }
  auto result = refiner.finish();
  FUZZ_CHECK(result && result->literal_bytes + result->matched_bytes == fresh.size && out.at == fresh.size);
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
  FuzzInput input(bytes, count);
  if (input.below(2) == 0) {
    read_request(input.rest());
  } else {
    refine(input);
  }
  return 0;
}
