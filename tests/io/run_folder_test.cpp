#include "io/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/core/refused_calls.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

namespace io_run_folder_test {

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

TEST_CASE("a run folder that cannot be made or looked into is an error that names it", "[io]") {
  const test::TemporaryFolder temporary;
  test::write_text(temporary / "file", "text");
  CHECK(test::missing(test::thrown([&] { RunFolder(temporary / "file/run"); }),
                      {"failed: cannot use ", "file/run as the run's folder: Not a directory"})
            .empty());
  CHECK(test::missing_without({{SYS_openat, EACCES, 2, O_DIRECTORY}},
                              {"failed: cannot use " + temporary.path().string(), "Permission denied"},
                              [&] { RunFolder::check_free(temporary.path()); })
            .empty());
}

TEST_CASE("only a run's folder is gone on with", "[io]") {
  const test::TemporaryFolder temporary;
  test::write_text(temporary / "file", "text");
  const auto error = [](const std::filesystem::path& path) { return test::thrown([&] { RunFolder::existing(path); }); };
  CHECK(test::missing(error(temporary / "missing"), {"data: ", "missing: not found; expected a folder"}).empty());
  CHECK(test::missing(error(temporary / "file"), {"data: ", "file: is no folder; "}).empty());
  CHECK(test::missing(error(temporary.path()), {"data: ", ": has no config.json; "}).empty());
}

TEST_CASE("what killed processes left goes when a run is gone on with, and nothing else", "[io]") {
  const test::TemporaryFolder temporary;
  for (const char* name : {"config.json", ".strata-17-0.tmp", "checkpoints/step-00000001.safetensors",
                           "checkpoints/.strata-17-1.tmp", "checkpoints/notes.tmp"}) {
    temporary.write(name, "text");
  }
  const RunFolder folder = RunFolder::existing(temporary.path());
  CHECK_FALSE(std::filesystem::exists(temporary / ".strata-17-0.tmp"));
  CHECK_FALSE(std::filesystem::exists(temporary / "checkpoints/.strata-17-1.tmp"));
  CHECK(std::filesystem::exists(temporary / "config.json"));
  CHECK(std::filesystem::exists(temporary / "checkpoints/step-00000001.safetensors"));
  CHECK(std::filesystem::exists(temporary / "checkpoints/notes.tmp"));
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

}  // namespace io_run_folder_test
