#include "core/memory.h"

#include <fstream>
#include <string>

namespace strata {

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

}  // namespace strata
