#include "core/machine.h"

#include <fmt/format.h>

#include <fstream>
#include <set>
#include <utility>

#include "core/number.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

/// The first value of a key in /proc/cpuinfo: "model name	: AMD EPYC".
std::string cpuinfo_value(const fs::path& root, const std::string& key) {
  std::ifstream in(root / "proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos && line.substr(0, line.find_first_of("\t:")) == key) {
      return line.substr(colon + 2);
    }
  }
  return "";
}

int cpuinfo_number(const fs::path& root, const std::string& key) {
  return parse_number<int>(cpuinfo_value(root, key)).value_or(0);
}

std::vector<CpuCache> caches(const fs::path& folder) {
  std::vector<CpuCache> all;
  for (int index = 0;; ++index) {
    const fs::path cache = folder / fmt::format("index{}", index);
    const auto level = parse_number<int>(first_line(cache / "level"));
    if (!level) {
      return all;
    }
    all.push_back({*level, first_line(cache / "type"), first_line(cache / "size")});
  }
}

}  // namespace

Cpu cpu(const fs::path& root) {
  const fs::path folder = root / "sys/devices/system/cpu";
  Cpu result{.model = cpuinfo_value(root, "model name"),
             .vendor = cpuinfo_value(root, "vendor_id"),
             .family = cpuinfo_number(root, "cpu family"),
             .number = cpuinfo_number(root, "model"),
             .caches = caches(folder / "cpu0/cache")};
  std::set<std::pair<std::string, std::string>> cores;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("cpu") || !parse_number<int>(std::string_view(name).substr(3))) {
      continue;
    }
    const std::string core = first_line(entry.path() / "topology/core_id");
    if (!core.empty()) {  // offline CPUs have no topology
      ++result.cpus;
      cores.emplace(first_line(entry.path() / "topology/physical_package_id"), core);
    }
  }
  result.cores = static_cast<int>(cores.size());
  return result;
}

std::optional<std::size_t> available_memory(const std::filesystem::path& root) {
  std::ifstream in(root / "proc/meminfo");  // lines such as "MemAvailable:   23456789 kB"
  std::optional<std::size_t> memory;
  std::size_t swap = 0;
  std::string name;
  std::string unit;
  for (std::size_t kilobytes = 0; in >> name >> kilobytes && std::getline(in, unit);) {
    if (name == "MemAvailable:") {
      memory = kilobytes * 1024;
    } else if (name == "SwapFree:") {
      swap = kilobytes * 1024;
    }
  }
  return memory ? std::optional(*memory + swap) : std::nullopt;
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace strata
