#include "dist/world.h"

#include <optional>

#include "core/error.h"
#include "core/program_module.h"
#include "dist/launcher.h"

namespace strata {

namespace {

#ifdef STRATA_MPI_LIBRARY

std::unique_ptr<Communicator> make_mpi_communicator() {
  using Make = Communicator* (*)();
  // It stays loaded until the process ends, as MPI's own threads may. For all: MPI's plug-ins look for it.
  const auto make =
      reinterpret_cast<Make>(module_function(module_file(STRATA_MPI_MODULE, STRATA_MPI_MODULE_FROM_PROGRAM),
                                             "strata_make_mpi_communicator", true, STRATA_MPI_LIBRARY));
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
