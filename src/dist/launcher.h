// What the environment tells of the launcher (mpirun, mpiexec, srun) that started this process, without asking MPI.
#pragma once

#include <optional>

namespace strata {

/// This process among those that one launcher started together.
struct Launched {
  int rank = 0;
  int world_size = 1;
};

/// Empty where no launcher of MPI jobs started this process: Open MPI's and PRRTE's, MPICH's (hydra) and Intel's, or
/// Slurm's srun with PMIx or PMI.
std::optional<Launched> launched();

}  // namespace strata
