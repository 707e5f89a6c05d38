#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "core/file.h"
#include "io/run_folder.h"
#include "tests/catch.h"
#include "tests/core/refused_calls.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

namespace io_run_folder_lock_test {

using namespace strata;

namespace {

/// Locked by another description of the same file, as by another process.
FileDescriptor locked(const std::filesystem::path& file, int kind) {
  FileDescriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(::flock(descriptor.get(), kind | LOCK_NB) == 0);
  return descriptor;
}

}  // namespace

TEST_CASE("who holds a lock is told as far as its file says", "[io]") {
  const test::TemporaryFolder folder;
  const FileDescriptor other = locked(folder / FolderLock::kName, LOCK_EX);
  const auto error = [&](const char* text) {
    test::write_text(folder / FolderLock::kName, text);
    return test::thrown([&] { const FolderLock lock(folder.path()); });
  };
  const std::string name = folder.path().string();
  CHECK(test::missing(error(""), {"failed: ", name, ": another process works in this folder; wait for it"}).empty());
  CHECK(test::missing(error("4321"), {"another process, 4321, works"}).empty());
  CHECK(test::missing(error("somebody"), {"another process works"}).empty());
}

TEST_CASE("a lock is looked for without making one", "[io]") {
  const test::TemporaryFolder folder;
  CHECK_NOTHROW(FolderLock::check_unlocked(folder.path()));
  CHECK(folder.entries() == 0);
  {
    const FileDescriptor reader = locked(folder / FolderLock::kName, LOCK_SH);
    CHECK_NOTHROW(FolderLock::check_unlocked(folder.path()));
  }
  const FolderLock lock(folder.path());
  CHECK(test::missing(test::thrown([&] { FolderLock::check_unlocked(folder.path()); }),
                      {fmt::format("another process, {}, works", ::getpid())})
            .empty());
}

TEST_CASE("a lock that cannot be had is an error that names its file", "[io]") {
  const test::TemporaryFolder folder;
  const auto lock = [&] { const FolderLock held(folder.path()); };
  const std::string file = (folder / FolderLock::kName).string();
  CHECK(test::missing(test::thrown([&] { const FolderLock held(folder / "missing"); }),
                      {"failed: cannot write ", "missing/.lock: No such file or directory"})
            .empty());
  CHECK(test::missing_without({{SYS_flock, ENOLCK}}, {"failed: cannot lock " + file, "No locks available"}, lock)
            .empty());
  // Whether others can read who has it does not matter.
  CHECK(test::missing_without({{SYS_ftruncate, EIO}}, {"nothing thrown"}, lock).empty());
  CHECK(test::missing_without({{SYS_pwrite64, ENOSPC}}, {"nothing thrown"}, lock).empty());
}

}  // namespace io_run_folder_lock_test
