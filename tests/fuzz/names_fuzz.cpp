// Operands and paths of any bytes: nothing is lost, and what is accepted keeps its promises.
#include "fuzz_input.hpp"

#include "godwit/model/location.hpp"
#include "godwit/model/path.hpp"

using namespace godwit;
using namespace godwit::testing;
using model::RelPath;

namespace {

void
check_location(std::string_view text)
{
  const model::Location location = model::parse_location(text);
  FUZZ_CHECK(location.text == text);
  FUZZ_CHECK(location.path.size() + location.host.size() + location.user.size() <= text.size());
  if (location.kind == model::Location::Kind::local) {
    FUZZ_CHECK(location.path == text && location.host.empty());
  }
  FUZZ_CHECK(location.has_user || location.user.empty());
}

void
check_path(const RelPath& path)
{
  FUZZ_CHECK(RelPath::is_valid(path.str()));
  FUZZ_CHECK(path.str().find('\0') == std::string::npos && !path.str().starts_with('/'));
  if (path.is_root()) {
    return;
  }
  FUZZ_CHECK(RelPath::is_valid_name(path.name()));
  FUZZ_CHECK(path.parent().child(path.name()) == path);
  FUZZ_CHECK(path.is_below(path.parent()) && !path.parent().is_below(path));
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
  FuzzInput input(bytes, count);
  const std::uint64_t folders = input.number(1);
  const std::size_t cut = input.number(1);
  const std::string first(as_text(input.bytes(cut)));
  const std::string second(input.text());
  check_location(first);
  check_location(second);
  auto one = RelPath::parse(first);
  auto other = RelPath::parse(second);
  FUZZ_CHECK(static_cast<bool>(one) == RelPath::is_valid(first));
  if (!one || !other) {
    return 0;
  }
  check_path(*one);
  check_path(*other);
  const bool a = (folders & 1) != 0;
  const bool b = (folders & 2) != 0;
  const std::strong_ordering order = listing_order(*one, a, *other, b);
  FUZZ_CHECK(0 <=> listing_order(*other, b, *one, a) == order);
  FUZZ_CHECK((order == 0) == (*one == *other && (a == b || one->is_root())) || *one == *other);
  return 0;
}
