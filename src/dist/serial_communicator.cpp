// One process alone: nothing to exchange, and nobody to exchange it with.
#include <algorithm>
#include <cstdlib>

#include "core/error.h"
#include "dist/communicator.h"

namespace strata {

namespace {

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

}  // namespace strata
