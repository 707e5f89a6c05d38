// The ranks that a launcher (mpirun, mpiexec, srun) started together, and how this process joins them: by what the
// environment tells of it, so that MPI is asked, and loaded, under a launcher only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "dist/communicator.h"

namespace strata {

/// This process among those that one launcher started together.
struct Launched {
  int rank = 0;
  int world_size = 1;
};

/// Empty where no launcher of MPI jobs started this process: Open MPI's and PRRTE's, MPICH's (hydra) and Intel's, or
/// Slurm's srun with PMIx or PMI.
std::optional<Launched> launched();

/// One process alone.
std::unique_ptr<Communicator> make_serial_communicator();

/// All ranks of this job if a launcher started it, else this process alone, which costs nothing. Throws Error(usage)
/// where the launcher started several ranks and this program cannot join them.
std::unique_ptr<Communicator> join_world();

/// What this program was built with, e.g. "Open MPI 4.1.4"; "none".
std::string mpi_built_with();

}  // namespace strata
