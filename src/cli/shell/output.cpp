#include "cli/shell/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "io/json_text.h"

namespace strata::cli {

namespace fs = std::filesystem;

void write_stdout(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw failed_error("cannot write to stdout: {}", std::generic_category().message(errno));
  }
}

void write_json_line(const nlohmann::ordered_json& json) { write_stdout(json_text(json) + "\n"); }

void check_writable(std::string_view option, const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw failed_error("--{} {}: there is no folder '{}'; make it first", option, path.string(), folder.string());
  }
  if (fs::is_directory(path, ignored)) {
    throw failed_error("--{} {}: this is a folder; name a file in it", option, path.string());
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw failed_error("--{} {}: cannot write into folder '{}': {}", option, path.string(), folder.string(),
                       std::generic_category().message(errno));
  }
}

void check_output(std::string_view option, const fs::path& path, const InputFiles& inputs) {
  check_writable(option, path);
  if (const auto input = inputs.same_as(path)) {
    throw usage_error("--{} {}: it would replace {}, which the command reads; name another file", option, path.string(),
                      *input == path ? "that file" : input->string());
  }
}

void check_stdout(const InputFiles& inputs) {
  if (const auto input = inputs.same_as(STDOUT_FILENO)) {
    throw usage_error("stdout goes into {}, which the command reads; send it into another file", input->string());
  }
}

}  // namespace strata::cli
