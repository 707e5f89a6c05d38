#include <fstream>

#include "core/error.h"
#include "report/json_files.h"
#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

namespace report_json_files_growing_test {

using namespace strata;
using namespace strata::test;

namespace {

/// What a reader has now.
struct Reader {
  explicit Reader(const std::filesystem::path& path) : file(path) {}

  bool read() {
    return file.read([this] { lines.clear(); }, [this](std::string_view line) { lines.emplace_back(line); });
  }

  GrowingLines file;
  std::vector<std::string> lines;
};

void append(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("lines come once each, and only once they are complete", "[report]") {
  const TemporaryFolder folder;
  Reader reader(folder / "f");
  CHECK_FALSE(reader.read());  // not there yet
  append(folder / "f", "one\ntw");
  CHECK(reader.read());
  CHECK(reader.lines == Lines{"one"});
  CHECK_FALSE(reader.read());
  append(folder / "f", "o\n\nfour\n");
  CHECK(reader.read());
  CHECK(reader.lines == Lines{"one", "two", "", "four"});
}

TEST_CASE("lines longer than what is read at once are whole", "[report]") {
  const TemporaryFolder folder;
  const std::string large(700'000, 'x');
  append(folder / "f", "a\n" + large + "\nb\n");
  Reader reader(folder / "f");
  CHECK(reader.read());
  CHECK(reader.lines == Lines{"a", large, "b"});
}

TEST_CASE("a file that was cut is read anew, even if it has grown past where it was", "[report]") {
  const TemporaryFolder folder;
  append(folder / "f", "one\ntwo\nthree\n");
  Reader reader(folder / "f");
  CHECK(reader.read());
  std::filesystem::resize_file(folder / "f", 4);
  SECTION("and is shorter") {
    append(folder / "f", "2\n");
    CHECK(reader.read());
    CHECK(reader.lines == Lines{"one", "2"});
  }
  SECTION("and is longer") {
    append(folder / "f", "second\nthird\nfourth\n");
    CHECK(reader.read());
    CHECK(reader.lines == Lines{"one", "second", "third", "fourth"});
  }
  SECTION("and has the same lines again") {
    append(folder / "f", "two\nthree\nfour\n");
    CHECK(reader.read());
    CHECK(reader.lines == Lines{"one", "two", "three", "four"});
  }
}

TEST_CASE("a file that is replaced is read anew, and one that has gone is empty", "[report]") {
  const TemporaryFolder folder;
  append(folder / "f", "one\n");
  Reader reader(folder / "f");
  CHECK(reader.read());
  append(folder / "g", "one\ntwo\n");
  std::filesystem::rename(folder / "g", folder / "f");
  CHECK(reader.read());
  CHECK(reader.lines == Lines{"one", "two"});
  std::filesystem::remove(folder / "f");
  CHECK(reader.read());
  CHECK(reader.lines.empty());
  CHECK_FALSE(reader.read());
}

TEST_CASE("a line that cannot be taken is told by its number", "[report]") {
  const TemporaryFolder folder;
  append(folder / "f", "one\nbad\n");
  GrowingLines file(folder / "f");
  const auto take = [](std::string_view line) {
    if (line == "bad") {
      throw data_error("no JSON");
    }
  };
  CHECK(missing(thrown([&] { file.read([] {}, take); }), {"data: ", "f: line 2 is damaged (no JSON)"}).empty());
}

}  // namespace report_json_files_growing_test
