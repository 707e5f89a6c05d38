#include "io/run_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

using namespace strata;

TEST_CASE("a run folder is made with the folders above it, and holds the configuration", "[io]") {
  const test::TemporaryFolder temporary;
  const RunFolder folder(temporary / "runs/first");
  folder.write_config({{"batch_size", 32}}, "strata train");
  const auto json = nlohmann::ordered_json::parse(test::read_text(folder.config()));
  CHECK(json["batch_size"] == 32);
  CHECK(json["command"] == "strata train");
  CHECK(json.contains("strata_version"));
}

TEST_CASE("a run folder must be new or empty", "[io]") {
  const test::TemporaryFolder temporary;
  test::write_text(temporary / "file", "text");
  CHECK(test::missing(test::thrown([&] { RunFolder::check_free(temporary.path()); }), {"usage: ", "is not empty"})
            .empty());
  CHECK(test::missing(test::thrown([&] { RunFolder::check_free(temporary / "file"); }), {"usage: ", "it is a file"})
            .empty());
  CHECK_NOTHROW(RunFolder::check_free(temporary / "new"));
}

TEST_CASE("what a killed process leaves before its first file does not fill a folder", "[io]") {
  const test::TemporaryFolder temporary;
  test::write_text(temporary / ".lock", "");
  test::write_text(temporary / ".strata-17-0.tmp", "half");
  CHECK_NOTHROW(RunFolder(temporary.path()));
}

TEST_CASE("two run folders cannot be one", "[io]") {
  const test::TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  const std::string holder = fmt::format("another process, {}, works in this folder", ::getpid());
  CHECK(test::missing(test::thrown([&] { RunFolder(temporary / "run"); }), {"failed: ", holder}).empty());
  // Also to who looks before the data are read, and with a file in it.
  folder.write_config({}, "strata train");
  CHECK(test::missing(test::thrown([&] { RunFolder::check_free(temporary / "run"); }), {"failed: ", holder}).empty());
  CHECK(test::missing(test::thrown([&] { RunFolder::existing(temporary / "run"); }), {"failed: ", holder}).empty());
}

TEST_CASE("a lock goes with who held it, whatever its file says", "[io]") {
  const test::TemporaryFolder temporary;
  { const RunFolder folder(temporary / "run"); }
  CHECK(test::read_text(temporary / "run" / ".lock") == fmt::format("{}", ::getpid()));
  test::write_text(temporary / "run" / ".lock", "123456789");
  const RunFolder again(temporary / "run");
  CHECK(test::read_text(temporary / "run" / ".lock") == fmt::format("{}", ::getpid()));
}
