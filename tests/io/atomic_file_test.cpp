#include "io/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/catch.h"
#include "tests/core/refused_calls.h"
#include "tests/core/temporary_folder.h"
#include "tests/io/expect_error.h"

namespace strata::io_atomic_file_test {

using test::expect_error;
using test::missing_without;
using test::read_text;
using test::RefusedCall;
using test::TemporaryFolder;
using test::write_text;

namespace {

namespace fs = std::filesystem;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

void replace(const fs::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(bytes(text));
  file.commit();
}

mode_t permissions(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

/// On a file system without such files.
constexpr RefusedCall kNoNamelessFiles{SYS_openat, EOPNOTSUPP, 2, O_TMPFILE & ~O_DIRECTORY};

/// The largest file that this process may write, for a while: the system then refuses as it does on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t limit) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{std::min(limit, before_.rlim_max), before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("an atomic file appears at commit, whole", "[io]") {
  const TemporaryFolder folder;
  const fs::path path = folder / "new";
  {
    AtomicFile file(path);
    file.write(bytes("one "));
    file.write(bytes("two"));
    CHECK_FALSE(fs::exists(path));
    file.commit();
  }
  CHECK(read_text(path) == "one two");
  CHECK(folder.entries() == 1);
}

TEST_CASE("the start of an atomic file can be put in last", "[io]") {
  const TemporaryFolder folder;
  const fs::path path = folder / "new";
  AtomicFile file(path);
  file.write(bytes("??? rows"));
  file.rewrite_start(bytes("two"));
  file.write(bytes(" more"));
  file.commit();
  CHECK(read_text(path) == "two rows more");
}

TEST_CASE("an atomic file that is not committed leaves the old file and nothing else", "[io]") {
  const TemporaryFolder folder;
  const fs::path path = folder / "kept";
  write_text(path, "old");
  {
    AtomicFile file(path);
    file.write(bytes("new"));
    CHECK(folder.entries() <= 2);  // the new one may have no name yet
  }
  CHECK(read_text(path) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a write that the system refuses leaves the old file and nothing else", "[io]") {
  const TemporaryFolder folder;
  const fs::path path = folder / "kept";
  write_text(path, "old");
  const auto error = test::error_of([&] {
    const FileSizeLimit limit(1000);
    replace(path, std::string(5000, 'x'));
  });
  expect_error(ErrorKind::failed, path.string(), "File too large", [&] {
    if (error) {
      throw Error(*error);
    }
  });
  CHECK(read_text(path) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a new file gets what the umask allows, a replaced one keeps its permissions", "[io]") {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  replace(folder / "new", "x");
  write_text(folder / "private", "old");
  fs::permissions(folder / "private", fs::perms::owner_read | fs::perms::owner_write);
  ::umask(0);
  replace(folder / "private", "new");
  ::umask(before);
  CHECK(permissions(folder / "new") == 0640);
  CHECK(permissions(folder / "private") == 0600);
  CHECK(read_text(folder / "private") == "new");
}

TEST_CASE("a symbolic link stays and its target is replaced", "[io]") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "elsewhere");
  write_text(folder / "elsewhere/target", "old");
  fs::create_symlink("elsewhere/target", folder / "link");
  replace(folder / "link", "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_text(folder / "elsewhere/target") == "new");
}

TEST_CASE("a name as long as names can be is written", "[io]") {
  const TemporaryFolder folder;
  const std::string name(255, 'n');
  replace(folder / name, "x");
  CHECK(read_text(folder / name) == "x");
}

TEST_CASE("a file without a folder in its name goes to the current one", "[io]") {
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  replace("here", "x");
  fs::current_path(before);
  CHECK(read_text(folder / "here") == "x");
}

TEST_CASE("places where no file can be written are errors that name them", "[io]") {
  const TemporaryFolder folder;
  write_text(folder / "file", "x");
  const auto refuses = [](const fs::path& path, const std::string& reason) {
    expect_error(ErrorKind::failed, path.string(), reason, [&] { AtomicFile file(path); });
  };
  refuses(folder.path(), "is a folder");
  refuses(folder / "", "is a folder");
  refuses(folder / "missing/file", "No such file or directory");
  refuses(folder / "file/file", "Not a directory");
  refuses("/dev/full", "no regular file");
  fs::create_symlink("circle", folder / "circle");
  refuses(folder / "circle", "Too many levels of symbolic links");
  fs::remove(folder / "circle");
  refuses("/proc/strata", "");  // nobody may create files there
  CHECK(folder.entries() == 1);
  if (::geteuid() != 0) {  // root may write everywhere
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    refuses(folder / "new", "Permission denied");
    fs::permissions(folder.path(), fs::perms::owner_all);
  }
}

TEST_CASE("where files need a name from the start, they have a temporary one until they are committed", "[io]") {
  const TemporaryFolder folder;
  const std::string unnoticed = missing_without({kNoNamelessFiles}, {"nothing thrown"}, [&] {
    AtomicFile file(folder / "new");
    file.write(bytes("text"));
    CHECK(folder.entries() == 1);
    { const AtomicFile dropped(folder / "other"); }
    CHECK(folder.entries() == 1);
    file.commit();
    CHECK(read_text(folder / "new") == "text");
    CHECK(folder.entries() == 1);
  });
  CHECK(unnoticed.empty());
}

TEST_CASE("temporary names that are taken are passed over", "[io]") {
  const TemporaryFolder folder;
  const auto taken = [&](int number) { return folder / fmt::format(".strata-{}-{}.tmp", ::getpid(), number); };
  write_text(taken(0), "another's");
  write_text(taken(1), "another's");
  replace(folder / "new", "text");
  CHECK(read_text(folder / "new") == "text");
  const std::string unnoticed = missing_without({kNoNamelessFiles}, {"nothing thrown"}, [&] {
    replace(folder / "new", "more");
    CHECK(read_text(folder / "new") == "more");
  });
  CHECK(unnoticed.empty());
  CHECK(read_text(taken(0)) == "another's");
  CHECK(read_text(taken(1)) == "another's");
  CHECK(folder.entries() == 3);
}

TEST_CASE("each call that the system refuses is told, leaves the old file and nothing else", "[io]") {
  const TemporaryFolder folder;
  const fs::path path = folder / "kept";
  write_text(path, "old");
  const std::string name = "failed: cannot write " + path.string() + ": ";
  const auto check = [&](std::initializer_list<RefusedCall> calls, std::string_view reason) {
    CHECK(missing_without(calls, {name, reason}, [&] { replace(path, "new"); }).empty());
    CHECK(read_text(path) == "old");
    CHECK(folder.entries() == 1);
  };
  check({{SYS_openat, EACCES, 2, O_DIRECTORY}}, "Permission denied");
  check({kNoNamelessFiles, {SYS_openat, ENOSPC, 2, O_CREAT}}, "No space left on device");
  check({{SYS_fchmod, EPERM}}, "Operation not permitted");
  check({kNoNamelessFiles, {SYS_fchmod, EPERM}}, "Operation not permitted");
  check({{SYS_write, ENOSPC}}, "No space left on device");
  check({{SYS_fsync, EIO}}, "Input/output error");
  check({{SYS_fsync, EROFS}}, "Read-only file system");  // after an error of the disk
  check({{SYS_linkat, EMLINK}}, "Too many links");
  check({{SYS_close, EIO}}, "Input/output error");
  check({{SYS_renameat, EBUSY}}, "Device or resource busy");
  check({kNoNamelessFiles, {SYS_renameat, EBUSY}}, "Device or resource busy");
}

TEST_CASE("a file that its file system cannot make durable is written all the same", "[io]") {
  const TemporaryFolder folder;
  CHECK(missing_without({{SYS_fsync, EINVAL}}, {"nothing thrown"}, [&] { replace(folder / "new", "text"); }).empty());
  CHECK((!fs::exists(folder / "new") || read_text(folder / "new") == "text"));
}

}  // namespace strata::io_atomic_file_test
