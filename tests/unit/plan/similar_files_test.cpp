#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "godwit/plan/similar_files.hpp"

using namespace godwit::plan;

namespace
{

NamedFile
file(std::string name, std::uint64_t size = 100'000, std::int64_t seconds = 0)
{
  return {std::move(name), size, {seconds, 0}};
}

std::string
best(const SimilarFiles& files, const NamedFile& wanted)
{
  const NamedFile* const found = files.best_for(wanted);
  return found == nullptr ? "" : found->name;
}

} // namespace

TEST_CASE("The file of the same size and time is taken before one of a similar name")
{
  const SimilarFiles files({file("tool-1.1", 7000, 5), file("quite another", 8000, 9)});
  CHECK(best(files, file("tool-1.2", 8000, 9)) == "quite another");
  CHECK(best(files, file("tool-1.2", 8000, 8)) == "tool-1.1");
}

TEST_CASE("The nearest name is taken, and of equally near ones that of the nearest time")
{
  const SimilarFiles files({file("tool-1.1.tar", 7000, 100), file("tool-1.2.tar", 7000, 200),
                            file("tool-1.2.zip", 7000, 300), file("other.tar", 7000, 300)});
  CHECK(best(files, file("tool-1.3.tar", 9000, 290)) == "tool-1.2.tar");
  CHECK(best(files, file("tool-1.3.tar", 9000, 90)) == "tool-1.1.tar");
  CHECK(best(files, file("tool-1.3.zip", 9000, 90)) == "tool-1.2.zip");
}

TEST_CASE("Nothing is taken for a file whose name is like none")
{
  CHECK(best(SimilarFiles(), file("a")).empty());
  CHECK(best(SimilarFiles({file("photos.img")}), file("kernel.img", 5000)).empty());
}

TEST_CASE("A file is not similar to itself, nor to a tiny one")
{
  const SimilarFiles files({file("tool-1.2"), file("tool-1.3", 10)});
  CHECK(best(files, file("tool-1.2")).empty());
}

TEST_CASE("A file that is very much larger than the new one is no basis of it")
{
  const SimilarFiles files({file("disk-1.img", 10'000'000), file("disk-22.img", 100'000)});
  CHECK(best(files, file("disk-2.img", 10'000)) == "disk-22.img");
  CHECK(best(files, file("disk-2.img", 5'000'000)) == "disk-1.img");
}

TEST_CASE("Of several of the same size and time one is taken that has another name")
{
  const SimilarFiles files({file("a", 9000, 4), file("b", 9000, 4), file("c", 9000, 5)});
  CHECK(best(files, file("a", 9000, 4)) == "b");
  CHECK(best(files, file("x", 9000, 5)) == "c");
}

TEST_CASE("Among very many names those around it are compared")
{
  std::vector<NamedFile> many;
  for (int i = 0; i < 5000; ++i) {
    many.push_back(file(fmt::format("record-{:04}", i), 4000, i));
  }
  const SimilarFiles files(std::move(many));
  CHECK(best(files, file("record-2500b", 5000)) == "record-2500");
}
