#include "cli/version.h"

#include <fmt/format.h>

#include "data/tbb_version.h"
#include "dist/world.h"
#include "kernels/instruction_set.h"
#include "kernels/onednn/version.h"

namespace strata::cli {

std::string version_text() {
  return fmt::format("strata {}\noneDNN {}\nTBB {}\nMPI {}\ninstruction set {}\n", STRATA_VERSION,
                     kernels::onednn::version(), tbb_version(), mpi_built_with(), kernels::instruction_set_name());
}

}  // namespace strata::cli
