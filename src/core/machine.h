// What machine this is, as Linux tells it: its processor, and the memory that is free.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace strata {

struct CpuCache {
  int level = 0;
  std::string type;  ///< "Data", "Instruction", "Unified"
  std::string size;  ///< such as "1024K"
};

struct Cpu {
  std::string model;             ///< such as "AMD EPYC 7R13"; empty: not told
  std::string vendor;            ///< such as "AuthenticAMD"; empty: not told
  int family = 0;                ///< by the vendor's count; 0: not told
  int number = 0;                ///< of the model in its family
  int cpus = 0;                  ///< logical ones that are online
  int cores = 0;                 ///< physical ones; 0: not told
  std::vector<CpuCache> caches;  ///< of the first CPU
};

// `root` is "/" outside tests.

Cpu cpu(const std::filesystem::path& root = "/");

/// Bytes that the system can give without swapping out other programs, swap space included; empty if it does not say.
std::optional<std::size_t> available_memory(const std::filesystem::path& root = "/");

/// The first line of one of the system's files, without its end; empty if there is no such file, or nothing in it.
std::string first_line(const std::filesystem::path& file);

}  // namespace strata
