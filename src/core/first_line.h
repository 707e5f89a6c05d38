// What the system says of itself in files of one line.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace strata {

/// The file's first line without its end; empty if there is none, or no such file.
inline std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace strata
