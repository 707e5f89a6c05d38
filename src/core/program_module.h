// Modules of the program: shared objects beside it, which are loaded when something needs the library behind them.
#pragma once

#include <filesystem>
#include <string_view>

namespace strata {

/// Where the module lies: beside the program as it is built, or at `installed`, seen from the program's folder. Throws
/// Error(failed) where it is at neither.
std::filesystem::path module_file(std::string_view name, std::string_view installed);

/// Loads the module and returns its function of that name; it stays loaded until the process ends. `for_all`: what is
/// loaded later finds its symbols. Throws Error(failed), saying that `library` is needed, if it cannot be loaded.
void* module_function(const std::filesystem::path& file, const char* function, bool for_all, std::string_view library);

}  // namespace strata
