// strata_bench_exchange: under a launcher, times the exchange of gradients between the ranks, after a look at what
// arrives. Rank 0 prints one JSON object: `ranks`; `message`, seconds that one more message costs; and `exchanges`, of
// which each has `floats` and the `best` and `median` seconds of summing so many over all ranks.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "dist/world.h"
#include "engine/gradients.h"
#include "speed/timing.h"

namespace strata::bench {

namespace {

constexpr std::array<std::size_t, 8> kFloats{256, 2048, 8192, 32768, 131072, 524288, 2097152, 8388608};
constexpr int kExchangeRounds = 9;
constexpr double kSecondsAExchangeRound = 0.02;

/// Gradients of a batch of one block a rank, in one bucket.
class Exchange {
 public:
  Exchange(Communicator& ranks, std::size_t floats)
      : division_(BatchDivision::kRowBlock * static_cast<std::size_t>(ranks.world_size()), ranks.world_size()),
        totals_(floats, 0.0F),
        exchange_(ranks, totals_, {{0, floats}}, {&division_, 1}) {
    std::ranges::fill(exchange_.sums(0), static_cast<float>(ranks.rank() + 1));
  }

  void run() {
    exchange_.begin(division_);
    exchange_.send_sums(0);
    exchange_.receive_sums(0);
    exchange_.add(0, 0, 1);
    exchange_.send_totals(0);
    exchange_.finish();
  }
  bool totals_are(float sum) const {
    return std::ranges::all_of(totals_, [&](float total) { return total == sum; });
  }

 private:
  BatchDivision division_;
  AlignedVector<float> totals_;
  GradientExchange exchange_;
};

/// Seconds a call of `body`, which every rank calls as often.
template <class Body>
Timing time_together(Communicator& ranks, Body&& body) {
  ranks.barrier();
  std::size_t calls = 1 + static_cast<std::size_t>(kSecondsAExchangeRound / mean_seconds(3, body));
  ranks.broadcast(std::as_writable_bytes(std::span(&calls, 1)), 0);
  std::vector<double> seconds;
  for (int round = 0; round < kExchangeRounds; ++round) {
    ranks.barrier();
    seconds.push_back(mean_seconds(calls, body));
  }
  return summarise(seconds);
}

nlohmann::json time_exchange(Communicator& ranks, std::size_t floats) {
  Exchange exchange(ranks, floats);
  exchange.run();
  if (!exchange.totals_are(static_cast<float>(ranks.world_size() * (ranks.world_size() + 1)) / 2)) {
    throw failed_error("{} floats are summed wrongly over {} ranks", floats, ranks.world_size());
  }
  const Timing timing = time_together(ranks, [&] { exchange.run(); });
  return {{"floats", floats}, {"best", timing.best}, {"median", timing.median}};
}

/// What a small message costs beside others that are under way: it is sent and another received.
double time_message(Communicator& ranks) {
  constexpr std::size_t kMessages = 64;
  std::vector<std::array<std::byte, 64>> sent(kMessages);
  std::vector<std::array<std::byte, 64>> received(kMessages);
  std::vector<Communicator::Transfer> transfers;
  const int to = (ranks.rank() + 1) % ranks.world_size();
  const int from = (ranks.rank() + ranks.world_size() - 1) % ranks.world_size();
  const Timing timing = time_together(ranks, [&] {
    transfers.clear();
    for (std::size_t i = 0; i < kMessages; ++i) {
      transfers.push_back(ranks.start_receive(from, 5, received[i]));
      transfers.push_back(ranks.start_send(to, 5, sent[i]));
    }
    for (const Communicator::Transfer transfer : transfers) {
      ranks.wait(transfer);
    }
  });
  return timing.best / kMessages;
}

void run(Communicator& ranks) {
  if (ranks.world_size() == 1) {
    throw usage_error("expected several ranks; start it by mpirun -n 2");
  }
  nlohmann::json result{{"ranks", ranks.world_size()}, {"message", time_message(ranks)}};
  for (const std::size_t floats : kFloats) {
    result["exchanges"].push_back(time_exchange(ranks, floats));
  }
  if (ranks.rank() == 0) {
    fmt::print("{}\n", result.dump());
    std::fflush(stdout);
  }
  ranks.barrier();
}

}  // namespace

}  // namespace strata::bench

int main() {
  std::unique_ptr<strata::Communicator> ranks;
  try {
    ranks = strata::join_world();
    strata::bench::run(*ranks);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "strata_bench_exchange: rank %d: %s\n", ranks ? ranks->rank() : 0, error.what());
    if (ranks) {
      ranks->abort(1);
    }
    return 1;
  }
}
