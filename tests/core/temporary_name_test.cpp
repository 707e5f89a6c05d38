
#include <fcntl.h>

#include <string>
#include <utility>
#include <vector>

#include "core/file.h"
#include "tests/catch.h"
#include "tests/core/temporary_folder.h"

namespace core_temporary_name_test {

using namespace strata;

TEST_CASE("the files of names that live are removed, and no others", "[core]") {
  const test::TemporaryFolder temporary;
  const FileDescriptor folder(::open(temporary.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (const char* name : {"a", "b", "c", "d"}) {
    test::write_text(temporary / name, "half");
  }
  const TemporaryName a(folder.get(), "a");
  { const TemporaryName b(folder.get(), "b"); }
  TemporaryName c(folder.get(), "c");
  const TemporaryName moved = std::move(c);
  const TemporaryName missing(folder.get(), "missing");
  remove_temporary_files();
  CHECK_FALSE(std::filesystem::exists(temporary / "a"));
  CHECK(std::filesystem::exists(temporary / "b"));
  CHECK_FALSE(std::filesystem::exists(temporary / "c"));
  CHECK(std::filesystem::exists(temporary / "d"));
}

TEST_CASE("more names than there is room for, and names that are too long, stay unknown", "[core]") {
  const test::TemporaryFolder temporary;
  const FileDescriptor folder(::open(temporary.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::string long_name(100, 'x');
  test::write_text(temporary / long_name, "half");
  std::vector<TemporaryName> names;
  names.emplace_back(folder.get(), long_name);
  for (int i = 0; i < 100; ++i) {
    names.emplace_back(folder.get(), std::to_string(i));
  }
  CHECK_NOTHROW(remove_temporary_files());
  CHECK(std::filesystem::exists(temporary / long_name));
  names.clear();
  test::write_text(temporary / "next", "half");
  const TemporaryName next(folder.get(), "next");
  remove_temporary_files();
  CHECK_FALSE(std::filesystem::exists(temporary / "next"));
}

}  // namespace core_temporary_name_test
