// The test program's main, one for both versions of Catch2.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include "data/tbb/backend.h"
#include "engine/onednn/engine.h"
#include "engine/panels/engine.h"

int main(int argc, char** argv) {
  strata::register_onednn_engine();
  strata::register_panels_engine();
  strata::use_parallel_backend(strata::tbb_threads());
  return Catch::Session().run(argc, argv);
}
