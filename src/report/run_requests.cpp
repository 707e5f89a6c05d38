#include "report/run_requests.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "core/error.h"
#include "core/file_descriptor.h"
#include "io/json_text.h"

namespace strata {

namespace {

std::filesystem::path requests_of(const std::filesystem::path& folder) { return folder / "control.jsonl"; }

}  // namespace

bool takes_requests(const std::filesystem::path& folder) { return ::access(requests_of(folder).c_str(), W_OK) == 0; }

void request(const std::filesystem::path& folder, const nlohmann::ordered_json& what) {
  const std::string name = requests_of(folder).string();
  const FileDescriptor file(::open(name.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file) {
    throw failed_error("cannot write {}: {}", name, system_reason(errno));
  }
  const std::string line = json_text(what) + "\n";
  write_all(file.get(), std::as_bytes(std::span(line)), name);
}

}  // namespace strata
