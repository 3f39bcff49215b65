#include "godwit/fs/direct_writer.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>

#include <doctest/doctest.h>

#include "godwit/fs/staged_file.hpp"
#include "support/file_system.hpp"
#include "support/random_bytes.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using fs::Dir;
using fs::DirectWriter;
using fs::Fd;
using fs::StagedFile;
using test::TempTree;
using test::with_file_system;

namespace {

constexpr std::size_t piece = DirectWriter::piece_bytes;
constexpr const char* plain_ext4 = "mkfs.ext4 -q -F";
constexpr const char* plain_xfs = "mkfs.xfs -q -m reflink=0";

Fd
new_file(const std::string& path)
{
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  REQUIRE(file);
  return file;
}

std::string
content_of(const std::string& path)
{
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Result<StagedFile>
stage(const std::string& folder, std::uint64_t direct_bytes)
{
  auto staged = StagedFile::create(*Dir::open_operand(folder), "a", {}, fs::Placing::rename);
  REQUIRE(staged);
  REQUIRE(staged->prepare({.is_awaited = true, .direct_bytes = direct_bytes}));
  return staged;
}

// Of a file's pages, those in the page cache.
std::size_t
cached_pages(const std::string& path)
{
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto size = static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END));
  void* const at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  REQUIRE(at != MAP_FAILED);
  std::vector<unsigned char> pages((size + 4095) / 4096);
  REQUIRE(::mincore(at, size, pages.data()) == 0);
  ::munmap(at, size);
  return static_cast<std::size_t>(std::ranges::count_if(pages, [](unsigned char page) { return (page & 1U) != 0; }));
}

// On those that are made for it, and where it may be refused.
void
on_every_file_system(const std::function<void(const std::string&)>& body)
{
  with_file_system(plain_ext4, body);
  with_file_system(plain_xfs, body);
  with_file_system("mkfs.xfs -q -m reflink=1", body);
  body(TempTree().root());
  ::setenv("TMPDIR", "/dev/shm", 1);
  const TempTree in_memory;
  ::unsetenv("TMPDIR");
  body(in_memory.root());
}

void
change_at_random(StagedFile& staged, std::string& expected, testing::Random& random)
{
  const std::array<std::size_t, 8> lengths = {1, 100, 4096, 65536, 1U << 20U, piece - 1, piece, 2 * piece + 4097};
  const std::size_t length = lengths[testing::below(random, lengths.size())] + testing::below(random, 3);
  const Bytes bytes = testing::random_bytes(random, length);
  switch (testing::below(random, 40)) {
  case 0:
    REQUIRE(staged.skip(length));
    expected.append(length, '\0');
    return;
  case 1: { // as the kernel does when it shares blocks, which may be where others are not yet written
    const Fd same(::open(("/proc/self/fd/" + std::to_string(staged.fd())).c_str(), O_WRONLY | O_CLOEXEC));
    REQUIRE(::pwrite(same.get(), bytes.data(), length, static_cast<off_t>(expected.size())) ==
            static_cast<ssize_t>(length));
    staged.advance(length);
    break;
  }
  case 2: {
    Bytes back(expected.size());
    REQUIRE(*staged.read_at(0, back) == expected.size());
    REQUIRE(as_text(back) == expected);
    return;
  }
  case 3:
  case 4:
  case 5:
  case 6:
  case 7:
    if (const ByteSpan room = staged.room(length); !room.empty()) {
      std::copy_n(bytes.begin(), room.size(), room.begin());
      REQUIRE(staged.append(room));
      expected += as_text(ByteView(bytes).first(room.size()));
      return;
    }
    [[fallthrough]];
  default: REQUIRE(staged.append(bytes));
  }
  expected += as_text(bytes);
}

} // namespace

TEST_CASE("DirectWriter takes files of any length, of which less than a block is left at the end")
{
  testing::Random random(1);
  with_file_system(plain_ext4, [&](const std::string& mount) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, piece - 1, piece, piece + 1, piece + 511,
                                   piece + 4095, piece + 4096, 2 * piece + 4097, 3 * piece + 512}) {
      const Bytes content = testing::random_bytes(random, size);
      ::unlink((mount + "/a").c_str());
      const Fd file = new_file(mount + "/a");
      DirectWriter writer(file.get(), "'a'", size);
      for (std::size_t at = 0; at < size; at += 100000) {
        const ByteView part = ByteView(content).subspan(at, std::min<std::size_t>(100000, size - at));
        CHECK(*writer.append(part) == part.size());
      }
      CHECK(writer.end() == size);
      const ByteView rest = *writer.stop();
      CHECK(writer.written() + rest.size() == size);
      CHECK(rest.size() == (size < piece ? size : size % 4096));
      CHECK(::pwrite(file.get(), rest.data(), rest.size(), static_cast<off_t>(writer.written())) ==
            static_cast<ssize_t>(rest.size()));
      CHECK(content_of(mount + "/a") == as_text(content));
    }
  });
}

TEST_CASE("DirectWriter keeps what it took where direct writing is refused")
{
  const Fd file(::open("/proc/self/comm", O_RDWR | O_CLOEXEC));
  REQUIRE(file);
  DirectWriter writer(file.get(), "'a'", 10 * piece);
  const Bytes content(piece + 5, std::byte{7});
  CHECK(*writer.append(content) == piece);
  CHECK(writer.room(1).empty());
  CHECK(*writer.append(content) == 0);
  CHECK(writer.written() == 0);
  CHECK(writer.stop()->size() == piece);
}

TEST_CASE("DirectWriter lends no more buffers than a process may have")
{
  std::array<std::optional<DirectWriter>, DirectWriter::max_buffers> writers;
  for (auto& writer : writers) {
    writer.emplace(-1, "'a'", piece);
    CHECK(writer->room(10).size() == 10);
  }
  DirectWriter late(-1, "'b'", piece);
  CHECK(late.room(10).empty());
  CHECK(*late.append(as_bytes("late")) == 0);
  writers[3].reset();
  CHECK(late.room(10).empty());
  CHECK(DirectWriter(-1, "'c'", piece).room(10).size() == 10);
}

TEST_CASE("StagedFile written directly holds what came, in whatever order")
{
  on_every_file_system([](const std::string& folder) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      CAPTURE(seed);
      testing::Random random(seed);
      auto staged = stage(folder, 24U << 20U);
      std::string expected;
      const std::uint64_t steps = testing::below(random, 20);
      for (std::uint64_t step = 0; step < steps; ++step) {
        change_at_random(*staged, expected, random);
        REQUIRE(staged->size() == expected.size());
      }
      auto moved = *std::move(staged);
      REQUIRE(moved.commit());
      CHECK(content_of(folder + "/a") == expected);
    }
  });
}

TEST_CASE("StagedFile written directly fills no page cache, and takes no more room than it needs")
{
  for (const char* make : {plain_ext4, plain_xfs}) {
    with_file_system(make, [](const std::string& mount) {
      auto staged = stage(mount, 100U << 20U); // it gets shorter
      const Bytes content(piece + 100, std::byte{7});
      for (int i = 0; i < 8; ++i) {
        REQUIRE(staged->append(content));
      }
      REQUIRE(staged->commit());
      CHECK(cached_pages(mount + "/a") <= 16);
      struct stat there{};
      REQUIRE(::stat((mount + "/a").c_str(), &there) == 0);
      CHECK(there.st_size == static_cast<off_t>(8 * content.size()));
      CHECK(there.st_blocks * 512 <= there.st_size + 65536);
    });
  }
}

TEST_CASE("StagedFile written directly is kept as partial with all that came")
{
  with_file_system(plain_ext4, [](const std::string& mount) {
    testing::Random random(1);
    const Bytes content = testing::random_bytes(random, piece + 5000);
    auto staged = stage(mount, 100U << 20U);
    REQUIRE(staged->append(content));
    REQUIRE(staged->keep_as_partial(*Dir::open_operand(mount), "p"));
    CHECK(content_of(mount + "/p") == as_text(content));
    struct stat there{};
    REQUIRE(::stat((mount + "/p").c_str(), &there) == 0);
    CHECK(there.st_blocks * 512 <= there.st_size + 65536);
  });
}

TEST_CASE("StagedFile written directly reports a full disk as one that is not, and gives its room back")
{
  for (const std::uint64_t direct_bytes : {0U, 64U << 20U}) {
    with_file_system(
        plain_ext4,
        [&](const std::string& mount) {
          const Bytes content(1U << 20U, std::byte{7});
          {
            auto staged = stage(mount, direct_bytes);
            Result<> outcome;
            for (int i = 0; i < 64 && outcome; ++i) {
              outcome = staged->append(content);
            }
            REQUIRE(!outcome);
            CHECK(outcome.error().errno_value == ENOSPC);
            CHECK(outcome.error().text == "cannot write '" + mount + "/a': No space left on device");
          }
          auto smaller = stage(mount, direct_bytes);
          for (int i = 0; i < 8; ++i) {
            REQUIRE(smaller->append(content));
          }
          REQUIRE(smaller->commit());
        },
        "24M");
  }
}
