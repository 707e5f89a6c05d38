#include "io/output_target.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "core/error.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

constexpr const char* kStdout = "to stdout";
constexpr const char* kTemporary = "a temporary file";

Error failed_temporary(int error_number) {
  return failed_error("cannot use {}: {}; set TMPDIR to a folder with room, or write into a file", kTemporary,
                      system_reason(error_number));
}

/// A new file that goes with its descriptor.
FileDescriptor nameless_file() {
  std::error_code error;
  const fs::path folder = fs::temp_directory_path(error);
  if (error) {
    throw failed_temporary(error.value());
  }
  std::string name = (folder / "strata-XXXXXX").string();
  FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file || ::unlink(name.c_str()) != 0) {
    throw failed_temporary(errno);
  }
  return file;
}

/// All of a file, to stdout.
void copy_to_stdout(int file) {
  std::array<std::byte, 1U << 16U> buffer{};
  ssize_t count = 0;
  for (off_t offset = 0; (count = ::pread(file, buffer.data(), buffer.size(), offset)) > 0; offset += count) {
    write_all(STDOUT_FILENO, std::span(buffer).first(static_cast<std::size_t>(count)), kStdout);
  }
  if (count < 0) {
    throw failed_temporary(errno);
  }
}

}  // namespace

OutputTarget::OutputTarget(const std::optional<fs::path>& path, bool held_back) {
  if (path) {
    file_.emplace(*path);
  } else if (held_back) {
    held_back_ = nameless_file();
  }
}

void OutputTarget::write(std::span<const std::byte> bytes) {
  if (file_) {
    file_->write(bytes);
  } else if (held_back_) {
    write_all(held_back_.get(), bytes, kTemporary);
  } else {
    write_all(STDOUT_FILENO, bytes, kStdout);
  }
}

void OutputTarget::rewrite_start(std::span<const std::byte> bytes) {
  if (file_) {
    file_->rewrite_start(bytes);
  } else {
    overwrite_all(held_back_.get(), bytes, kTemporary);
  }
}

void OutputTarget::commit() {
  if (file_) {
    file_->commit();
  } else if (held_back_) {
    copy_to_stdout(held_back_.get());
  }
}

}  // namespace strata
