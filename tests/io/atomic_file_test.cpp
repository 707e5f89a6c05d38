#include "io/atomic_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/io/expect_error.h"

namespace strata {

using test::expect_error;
using test::read_text;
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
  refuses("/proc/strata", "");  // nobody may create files there
  CHECK(folder.entries() == 1);
  if (::geteuid() != 0) {  // root may write everywhere
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    refuses(folder / "new", "Permission denied");
    fs::permissions(folder.path(), fs::perms::owner_all);
  }
}

}  // namespace strata
