#include "core/program_module.h"

#include <dlfcn.h>

#include "core/error.h"

namespace strata {

std::filesystem::path module_file(std::string_view name, std::string_view installed) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  for (const fs::path& file : {folder / name, folder / installed}) {
    std::error_code ignored;
    if (fs::exists(file, ignored)) {
      return file;
    }
  }
  throw failed_error("{}: not found; it belongs beside the program or at {}", (folder / name).string(),
                     (folder / installed).lexically_normal().string());
}

void* module_function(const std::filesystem::path& file, const char* function, bool for_all, std::string_view library) {
  void* const module = ::dlopen(file.c_str(), RTLD_NOW | (for_all ? RTLD_GLOBAL : RTLD_LOCAL));
  if (module == nullptr) {
    throw failed_error("{}: cannot be loaded: {}; install the library it was built with ({})", file.string(),
                       ::dlerror(), library);
  }
  void* const found = ::dlsym(module, function);
  if (found == nullptr) {
    throw failed_error("{}: is no module of this program", file.string());
  }
  return found;
}

}  // namespace strata
