#include "dist/world.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "core/error.h"
#include "core/program_module.h"

namespace strata {

namespace {

/// A variable that holds a whole number; empty if it is not there or holds something else.
std::optional<int> number(const char* variable) {
  const char* text = std::getenv(variable);
  int value = 0;
  if (text == nullptr || std::from_chars(text, text + std::strlen(text), value).ec != std::errc()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<Launched> launched() {
  struct Names {
    const char* rank;
    const char* world_size;
  };
  // PMIx tells no size but through its library; Slurm does beside it.
  constexpr std::array<Names, 3> kLaunchers{{{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                             {"PMI_RANK", "PMI_SIZE"},
                                             {"PMIX_RANK", "SLURM_STEP_NUM_TASKS"}}};
  for (const Names& names : kLaunchers) {
    if (const auto rank = number(names.rank); rank && *rank >= 0) {
      return Launched{*rank, std::max(*rank + 1, number(names.world_size).value_or(1))};
    }
  }
  return std::nullopt;
}

namespace {

/// Nothing to exchange, and nobody to exchange it with.
class SerialCommunicator final : public Communicator {
 public:
  int rank() const override { return 0; }
  int world_size() const override { return 1; }
  int node_rank() const override { return 0; }
  int node_size() const override { return 1; }
  std::string name() const override { return "one process"; }

  void send(int to, int, std::span<const std::byte>) override { throw no_rank(to); }
  void receive(int from, int, std::span<std::byte>) override { throw no_rank(from); }
  std::optional<Incoming> probe(int, int) override { return std::nullopt; }
  Incoming wait_for_message(int from, int) override { throw no_rank(from); }

  Transfer start_send(int to, int, std::span<const std::byte>) override { throw no_rank(to); }
  Transfer start_receive(int from, int, std::span<std::byte>) override { throw no_rank(from); }
  Transfer start_all_gather(std::span<const std::byte> mine, std::span<std::byte> all) override {
    std::ranges::copy(mine, all.begin());
    return {};
  }
  void wait(Transfer) override {}
  void progress() override {}

  void barrier() override {}
  void broadcast(std::span<std::byte>, int) override {}
  void node_barrier() override {}
  void node_broadcast(std::span<std::byte>) override {}

  [[noreturn]] void abort(int exit_code) override { std::_Exit(exit_code); }

 private:
  static Error no_rank(int rank) { return failed_error("there is no rank {} beside this process", rank); }
};

}  // namespace

std::unique_ptr<Communicator> make_serial_communicator() { return std::make_unique<SerialCommunicator>(); }

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
