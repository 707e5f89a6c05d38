#include "search/trial_ranks.h"

#include <chrono>
#include <future>
#include <list>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kToLeader = 1;
constexpr int kToFollower = 2;
constexpr int kLeader = 0;
constexpr std::chrono::milliseconds kPause{1};  ///< between looks: trials take longer

// The kinds of messages, each an object with one of these keys.
constexpr const char* kFree = "free";        ///< a follower can run one trial more
constexpr const char* kRecord = "record";    ///< one has come to its end
constexpr const char* kDropped = "dropped";  ///< one was stopped on its way: its key
constexpr const char* kSignal = "signal";    ///< a follower was asked to stop: the signal's number
constexpr const char* kLeft = "left";        ///< a follower's last
constexpr const char* kTrial = "trial";      ///< one to run: its key, point, seed and epochs
constexpr const char* kStop = "stop";        ///< drop what is under way
constexpr const char* kEnd = "end";          ///< the leader's last: the outcome

/// As CBOR, which keeps every number, and strings that are no UTF-8.
void send(Communicator& ranks, int to, const Json& message) {
  const std::vector<std::uint8_t> bytes = Json::to_cbor(message);
  ranks.send(to, to == kLeader ? kToLeader : kToFollower, std::as_bytes(std::span(bytes)));
}

Json receive(Communicator& ranks, const Incoming& incoming) {
  std::vector<std::uint8_t> bytes(incoming.bytes);
  ranks.receive(incoming.source, incoming.tag, std::as_writable_bytes(std::span(bytes)));
  return Json::from_cbor(bytes);
}

Json order_of(const Trial& trial) {
  return {{kTrial,
           {{"key", trial.key}, {"point", trial.point}, {"seed", trial.options.at("seed")}, {"epochs", trial.epochs}}}};
}

/// The trials that a follower has under way.
class Follower {
 public:
  Follower(Communicator& ranks, const TrialFollower& follower) : ranks_(ranks), follower_(follower) {}
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  ~Follower() { stopped_ = true; }  // before the trials are waited for

  int run() {
    for (std::size_t job = 0; job < follower_.jobs; ++job) {
      send(ranks_, kLeader, {{kFree, true}});
    }
    while (!outcome_) {
      std::this_thread::sleep_for(kPause);
      tell_signal();
      tell_ends();
      while (const auto incoming = ranks_.probe(kLeader, kToFollower)) {
        hear(receive(ranks_, *incoming));
      }
    }
    send(ranks_, kLeader, {{kLeft, true}});
    return *outcome_;
  }

 private:
  struct Running {
    Trial trial;
    std::future<std::optional<TrialRecord>> record{};
  };

  void hear(const Json& message) {
    if (message.contains(kTrial)) {
      start(message.at(kTrial));
    } else if (message.contains(kStop)) {
      stopped_ = true;
    } else {
      outcome_ = message.at(kEnd).get<int>();
    }
  }

  void start(const Json& order) {
    Running& running =
        running_.emplace_back(Running{follower_.make({.point = order.at("point").get<Point>(),
                                                      .seed = order.at("seed").get<std::uint64_t>(),
                                                      .epochs = order.at("epochs").get<std::uint32_t>()})});
    if (running.trial.key != order.at("key").get<std::string>()) {
      throw failed_error(
          "this trial has other options here than on rank 0: {}; start all ranks with the same program "
          "and command line",
          running.trial.command);
    }
    try {
      running.record =
          std::async(std::launch::async, [this, &running] { return run_trial(running.trial, is_stopped_); });
    } catch (const std::system_error& error) {
      throw failed_error("cannot start a thread: {}", error.code().message());
    }
  }

  void tell_signal() {
    const int signal = follower_.signal();
    if (signal != 0 && !std::exchange(told_signal_, true)) {
      send(ranks_, kLeader, {{kSignal, signal}});
    }
  }

  void tell_ends() {
    std::erase_if(running_, [&](Running& running) {
      if (running.record.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        return false;
      }
      if (const auto record = running.record.get()) {
        send(ranks_, kLeader, {{kRecord, to_json(*record, follower_.monitor)}});
      } else {
        send(ranks_, kLeader, {{kDropped, running.trial.key}});
      }
      send(ranks_, kLeader, {{kFree, true}});
      return true;
    });
  }

  Communicator& ranks_;
  const TrialFollower& follower_;
  std::atomic<bool> stopped_{false};
  const std::function<bool()> is_stopped_ = [this] { return stopped_.load(); };
  bool told_signal_ = false;
  std::optional<int> outcome_;
  std::list<Running> running_;
};

}  // namespace

int follow_trials(Communicator& ranks, const TrialFollower& follower) { return Follower(ranks, follower).run(); }

void TrialLeader::share(TrialQueue& trials) {
  bool told_to_stop = false;
  while (true) {
    hear(&trials);
    give(trials);
    if (trials.stopped() && !running_.empty() && !std::exchange(told_to_stop, true)) {
      tell_all({{kStop, true}});
    }
    if (trials.is_done()) {
      return;
    }
    std::this_thread::sleep_for(kPause);
  }
}

void TrialLeader::end(int outcome) {
  tell_all({{kEnd, outcome}});
  while (left_ < ranks_.world_size() - 1) {
    hear(nullptr);
    std::this_thread::sleep_for(kPause);
  }
}

void TrialLeader::hear(TrialQueue* trials) {
  while (const auto incoming = ranks_.probe(Communicator::kAny, kToLeader)) {
    hear(incoming->source, receive(ranks_, *incoming), trials);
  }
}

void TrialLeader::hear(int rank, const Json& message, TrialQueue* trials) {
  if (message.contains(kFree)) {
    free_.push_back(rank);
  } else if (message.contains(kSignal)) {
    signal_ = message.at(kSignal).get<int>();
  } else if (message.contains(kLeft)) {
    ++left_;
  } else if (trials == nullptr) {
    throw failed_error("rank {} brings a trial after the last one", rank);
  } else {
    take_back(rank, message, *trials);
  }
}

void TrialLeader::take_back(int rank, const Json& message, TrialQueue& trials) {
  const bool dropped = message.contains(kDropped);
  const auto key = (dropped ? message.at(kDropped) : message.at(kRecord).at("key")).get<std::string>();
  const auto found = running_.find(key);
  if (found == running_.end()) {
    throw failed_error("rank {} brings a trial that it was not given ({})", rank, key);
  }
  const Trial& trial = *found->second;
  running_.erase(found);
  trials.give_back(trial, dropped ? std::nullopt : std::optional(trial_record(message.at(kRecord))));
}

void TrialLeader::give(TrialQueue& trials) {
  while (!free_.empty()) {
    const Trial* trial = trials.take();
    if (trial == nullptr) {
      return;
    }
    running_.emplace(trial->key, trial);
    send(ranks_, free_.front(), order_of(*trial));
    free_.pop_front();
  }
}

void TrialLeader::tell_all(const Json& message) {
  for (int rank = 1; rank < ranks_.world_size(); ++rank) {
    send(ranks_, rank, message);
  }
}

}  // namespace strata
