#include "dist/world.h"

#include <dlfcn.h>

#include <filesystem>
#include <optional>

#include "core/error.h"
#include "dist/launcher.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

#ifdef STRATA_MPI_LIBRARY

/// Where the module lies: beside the program as it is built, in the library folder as it is installed.
fs::path module_file() {
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  for (const fs::path& file : {folder / STRATA_MPI_MODULE, folder / STRATA_MPI_MODULE_FROM_PROGRAM}) {
    std::error_code ignored;
    if (fs::exists(file, ignored)) {
      return file;
    }
  }
  throw failed_error("{}: not found; it belongs beside the program or at {}", (folder / STRATA_MPI_MODULE).string(),
                     (folder / STRATA_MPI_MODULE_FROM_PROGRAM).lexically_normal().string());
}

std::unique_ptr<Communicator> make_mpi_communicator() {
  const fs::path file = module_file();
  // It stays loaded until the process ends, as MPI's own threads may. Global: MPI's plug-ins look for it.
  void* const module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (module == nullptr) {
    throw failed_error("{}: cannot be loaded: {}; install the MPI library it was built with ({})", file.string(),
                       ::dlerror(), STRATA_MPI_LIBRARY);
  }
  using Make = Communicator* (*)();
  const auto make = reinterpret_cast<Make>(::dlsym(module, "strata_make_mpi_communicator"));
  if (make == nullptr) {
    throw failed_error("{}: is not this program's module for MPI", file.string());
  }
  return std::unique_ptr<Communicator>(make());
}

std::unique_ptr<Communicator> join(const Launched& process) {
  std::unique_ptr<Communicator> world = make_mpi_communicator();
  if (world->world_size() < process.world_size) {
    throw usage_error(
        "a launcher started {} ranks, but {}, which this program uses, sees {}: start it by that MPI's own launcher",
        process.world_size, world->name(), world->world_size());
  }
  return world;
}

#else

std::unique_ptr<Communicator> join(const Launched& process) {
  if (process.world_size > 1) {
    throw usage_error(
        "a launcher started {} ranks, but this program was built without MPI; install libopenmpi-dev and build anew, "
        "or start one process",
        process.world_size);
  }
  return make_serial_communicator();
}

#endif

}  // namespace

std::unique_ptr<Communicator> join_world() {
  const std::optional<Launched> process = launched();
  return process ? join(*process) : make_serial_communicator();
}

std::string mpi_built_with() {
#ifdef STRATA_MPI_LIBRARY
  return STRATA_MPI_LIBRARY;
#else
  return "none";
#endif
}

}  // namespace strata
