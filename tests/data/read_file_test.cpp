#include "data/read_file.h"

#include <cerrno>
#include <string>

#include "tests/catch.h"
#include "tests/core/refused_calls.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

namespace data_read_file_test {

using namespace strata;
using test::missing;
using test::missing_without;
using test::RefusedCall;
using test::thrown;

TEST_CASE("A file that cannot be opened or read is told by name", "[data]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "data", "twelve bytes");
  const std::string name = "data: " + (folder / "data").string() + ": ";
  const auto read = [&] { read_file(folder / "data"); };
  CHECK_NOTHROW(read());
  CHECK(missing(thrown([&] { read_file(folder / "missing"); }), {"missing: cannot open it: No such file"}).empty());
  CHECK(
      missing(thrown([&] { read_file(folder.path()); }), {": is not a regular file; expected a file of data"}).empty());
#ifdef SYS_fstat
  CHECK(missing_without({{SYS_fstat, EIO}, {SYS_newfstatat, EIO}}, {name, "cannot open it: Input/output error"}, read)
            .empty());
#endif
  CHECK(missing_without({{SYS_pread64, EIO}}, {name, "cannot read it: Input/output error; check the path"}, read)
            .empty());
  // A read of nothing, as where the file has become shorter.
  CHECK(missing_without({{SYS_pread64, 0}}, {name, "became shorter while it was read (0 of 12 bytes)"}, read).empty());
}

TEST_CASE("What cannot be looked at is told by name", "[data]") {
  const test::TemporaryFolder folder;
  CHECK(look_at(folder.path()).type() == std::filesystem::file_type::directory);
  CHECK(look_at(folder / "missing").type() == std::filesystem::file_type::not_found);
  CHECK(missing_without({{SYS_newfstatat, EACCES}, {SYS_statx, EACCES}},
                        {"data: " + folder.path().string() + ": cannot look at it: Permission denied"},
                        [&] { look_at(folder.path()); })
            .empty());
}

TEST_CASE("A file is found plain or zipped, but not as both", "[data]") {
  const test::TemporaryFolder folder;
  CHECK_FALSE(find_plain_or_gzip(folder.path(), "x").has_value());
  test::write_text(folder / "x.gz", "");
  CHECK(find_plain_or_gzip(folder.path(), "x") == folder / "x.gz");
  test::write_text(folder / "x", "");
  CHECK(
      missing(thrown([&] { find_plain_or_gzip(folder.path(), "x"); }), {"data: ", "/x: stands beside x.gz;"}).empty());
  std::filesystem::remove(folder / "x.gz");
  CHECK(find_plain_or_gzip(folder.path(), "x") == folder / "x");
}

}  // namespace data_read_file_test
