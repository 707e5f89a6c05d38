// calls CASE [ARGUMENT…]: what a program may ask of libstrata, and what it may not. Exits 1, saying where, if an answer
// is not the one expected. Its files know include/strata.h alone.
#include "tests/library/calls.h"

#include <cstdio>
#include <functional>
#include <map>
#include <string>

using namespace strata::calls;

int main(int argc, char** argv) {
  const std::map<std::string, std::function<void()>> cases{
      {"steps", steps},
      {"snapshots", snapshots},
      {"best", best},
      {"rates", rates},
      {"gradients", gradients},
      {"tensors", tensors},
      {"stopping", stopping},
      {"inheriting", inheriting},
      {"layouts", layouts},
      {"names", names},
      {"targets", targets},
      {"models", [&] { models(argv[2]); }},
      {"lifetimes", lifetimes},
      {"searching", searching},
      {"leaves_nothing", leaves_nothing},
      {"modes", modes},
      {"forks", forks},
      {"threads", threads},
      {"wrong_arrays", wrong_arrays},
      {"wrong_data", wrong_data},
      {"wrong_trainers", wrong_trainers},
      {"wrong_models", wrong_models},
      {"facts", facts},
      {"hash_of_files", [&] { hash_of_files(argv[2], argv[3]); }},
      {"hash_of_arrays", [&] { hash_of_arrays(argv[2], argv[3]); }},
      {"write_arrays", [&] { write_arrays(argv[2]); }}};
  const auto found = argc > 1 ? cases.find(argv[1]) : cases.end();
  if (found == cases.end()) {
    std::printf("there is no such case\n");
    return 2;
  }
  found->second();
  return 0;
}
