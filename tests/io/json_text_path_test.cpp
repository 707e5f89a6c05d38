#include <filesystem>

#include "io/json_text.h"
#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

using namespace strata;

TEST_CASE("paths are stored whole, each file's in one spelling", "[io]") {
  const std::string here = std::filesystem::current_path().string();
  CHECK(stored_path("d.csv") == here + "/d.csv");
  for (const char* spelling :
       {"/nowhere/d.csv", "/nowhere/./d.csv", "//nowhere//d.csv", "/nowhere/b/../d.csv", "/nowhere/d.csv/"}) {
    CHECK(stored_path(spelling) == "/nowhere/d.csv");
  }
  CHECK(stored_path("/") == "/");
  CHECK(stored_path("/..") == "/");
  CHECK(test::thrown([] { stored_path("a\xff"); }).find("is not UTF-8") != std::string::npos);
}

TEST_CASE("a link is followed where .. leads out of what it names, and kept otherwise", "[io]") {
  const test::TemporaryFolder folder;
  folder.write("a/b/d.csv", "");
  std::filesystem::create_directory_symlink(folder / "a/b", folder / "link");
  const std::string root = std::filesystem::canonical(folder.path()).string();
  CHECK(stored_path(root + "/link/d.csv") == root + "/link/d.csv");
  CHECK(stored_path(root + "/link/../b/d.csv") == root + "/a/b/d.csv");
}
