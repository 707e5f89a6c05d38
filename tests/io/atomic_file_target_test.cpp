#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "io/atomic_file.h"
#include "tests/catch.h"
#include "tests/core/refused_calls.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

namespace io_atomic_file_target_test {

using namespace strata;

namespace {

#ifdef SYS_unlink
constexpr long kUnlink = SYS_unlink;
#else
constexpr long kUnlink = SYS_unlinkat;
#endif

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

/// stdout is this file, for a while.
class StdoutInto {
 public:
  explicit StdoutInto(const std::filesystem::path& file) : before_(::dup(STDOUT_FILENO)) {
    const FileDescriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    ::dup2(descriptor.get(), STDOUT_FILENO);
  }
  StdoutInto(const StdoutInto&) = delete;
  StdoutInto& operator=(const StdoutInto&) = delete;
  ~StdoutInto() { ::dup2(before_.get(), STDOUT_FILENO); }

 private:
  FileDescriptor before_;
};

/// Where temporary files go, for a while.
class TmpdirAt {
 public:
  explicit TmpdirAt(const std::filesystem::path& folder) {
    if (const char* before = ::getenv("TMPDIR")) {
      before_ = before;
    }
    ::setenv("TMPDIR", folder.c_str(), 1);
  }
  TmpdirAt(const TmpdirAt&) = delete;
  TmpdirAt& operator=(const TmpdirAt&) = delete;
  ~TmpdirAt() { before_ ? ::setenv("TMPDIR", before_->c_str(), 1) : ::unsetenv("TMPDIR"); }

 private:
  std::optional<std::string> before_;
};

void write_held_back() {
  OutputTarget target(std::nullopt, true);
  target.write(bytes("??? rows"));
  target.rewrite_start(bytes("two"));
  target.commit();
}

constexpr const char* kAdvice = "set TMPDIR to a folder with room, or write into a file";

}  // namespace

TEST_CASE("output without a file goes to stdout, at once or when all of it is there", "[io]") {
  const test::TemporaryFolder folder;
  {
    const StdoutInto out(folder / "out");
    OutputTarget at_once(std::nullopt, false);
    at_once.write(bytes("at once, "));
    write_held_back();
    at_once.commit();
  }
  CHECK(test::read_text(folder / "out") == "at once, two rows");
}

TEST_CASE("output that is held back and never finished is not seen", "[io]") {
  const test::TemporaryFolder folder;
  {
    const StdoutInto out(folder / "out");
    const TmpdirAt temporary(folder.path());
    OutputTarget target(std::nullopt, true);
    target.write(bytes("half"));
  }
  CHECK(test::read_text(folder / "out").empty());
  CHECK(folder.entries() == 1);
}

TEST_CASE("output longer than the buffer that it is copied by comes whole", "[io]") {
  const test::TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 50'000; ++i) {
    text += std::to_string(i);
  }
  {
    const StdoutInto out(folder / "out");
    OutputTarget target(std::nullopt, true);
    target.write(bytes(text));
    target.commit();
  }
  CHECK(test::read_text(folder / "out") == text);
}

TEST_CASE("a temporary file that cannot be used is an error that says what to do", "[io]") {
  const test::TemporaryFolder folder;
  {
    const TmpdirAt missing(folder / "missing");
    CHECK(test::missing(test::thrown(write_held_back), {"failed: cannot use a temporary file: ", kAdvice}).empty());
  }
  const auto check = [](test::RefusedCall call, const char* reason) {
    CHECK(test::missing_without({call}, {"failed: cannot use a temporary file: ", reason, kAdvice}, write_held_back)
              .empty());
  };
  const TmpdirAt here(folder.path());
  check({SYS_openat, EROFS, 2, O_CREAT}, "Read-only file system");
  check({kUnlink, EPERM}, "Operation not permitted");
  check({SYS_pread64, EIO}, "Input/output error");
}

}  // namespace io_atomic_file_target_test
