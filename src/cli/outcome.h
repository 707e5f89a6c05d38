// How a command ended when nothing went wrong with the program itself; main makes the exit code of it.
#pragma once

namespace strata::cli {

enum class Outcome {
  done,
  diverged,     ///< the loss is no longer finite
  interrupted,  ///< stopped by SIGINT
  terminated,   ///< stopped by SIGTERM
};

}  // namespace strata::cli
