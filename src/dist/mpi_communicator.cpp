// The communicator over MPI: a module of its own, so that only a process under a launcher loads MPI's libraries.
#include <mpi.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/error.h"
#include "dist/communicator.h"

namespace strata {

namespace {

/// MPI counts in int: longer messages go in parts.
constexpr std::size_t kLongestPart = std::size_t{1} << 30;

/// Looks again and again, ever more patiently: at first without a pause, then giving the core to others, then asleep.
class Patience {
 public:
  void pause() {
    const auto waited = std::chrono::steady_clock::now() - start_;
    if (waited > std::chrono::milliseconds(20)) {
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(waited / 50, std::chrono::milliseconds(5)));
    } else if (waited > std::chrono::microseconds(20)) {
      ::sched_yield();
    }
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::string library_name() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string whole(text, static_cast<std::size_t>(std::max(length, 0)));
  std::string name = whole.substr(0, whole.find_first_of(",\n"));
  if (name.starts_with("Open MPI v")) {
    name.erase(9, 1);
  }
  std::ranges::replace(name, '\t', ' ');
  if (const std::size_t word = name.find(" Version:"); word != std::string::npos) {
    name.erase(word, std::string_view(" Version:").size());
  }
  return name;
}

int rank_in(MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  return rank;
}

int size_of(MPI_Comm comm) {
  int size = 0;
  MPI_Comm_size(comm, &size);
  return size;
}

int source_of(int from) { return from == Communicator::kAny ? MPI_ANY_SOURCE : from; }
int tag_of(int tag) { return tag == Communicator::kAny ? MPI_ANY_TAG : tag; }

class MpiCommunicator final : public Communicator {
 public:
  MpiCommunicator() {
    int initialized = 0;
    MPI_Initialized(&initialized);
    if (initialized == 0) {
      int provided = 0;
      MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
      if (provided < MPI_THREAD_FUNNELED) {
        throw failed_error("{} does not bear a process with threads (MPI_THREAD_FUNNELED)", library_name());
      }
    }
    MPI_Comm_dup(MPI_COMM_WORLD, &world_);
    MPI_Comm_split_type(world_, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node_);
    rank_ = rank_in(world_);
    size_ = size_of(world_);
    node_rank_ = rank_in(node_);
    node_size_ = size_of(node_);
  }
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;

  ~MpiCommunicator() override {
    MPI_Comm_free(&node_);
    MPI_Comm_free(&world_);
    MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int world_size() const override { return size_; }
  int node_rank() const override { return node_rank_; }
  int node_size() const override { return node_size_; }
  std::string name() const override { return library_name(); }

  void send(int to, int tag, std::span<const std::byte> bytes) override { wait(start_send(to, tag, bytes)); }
  void receive(int from, int tag, std::span<std::byte> bytes) override {
    wait(start_receive(source_of(from), tag_of(tag), bytes));
  }

  std::optional<Incoming> probe(int from, int tag) override {
    int arrived = 0;
    MPI_Status status;
    MPI_Iprobe(source_of(from), tag_of(tag), world_, &arrived, &status);
    if (arrived == 0) {
      return std::nullopt;
    }
    int bytes = 0;
    MPI_Get_count(&status, MPI_BYTE, &bytes);
    return Incoming{status.MPI_SOURCE, status.MPI_TAG, static_cast<std::size_t>(bytes)};
  }

  Incoming wait_for_message(int from, int tag) override {
    for (Patience patience;; patience.pause()) {
      if (const std::optional<Incoming> incoming = probe(from, tag)) {
        return *incoming;
      }
    }
  }

  Transfer start_send(int to, int tag, std::span<const std::byte> bytes) override {
    return start([&](std::vector<MPI_Request>& requests) {
      for_parts(bytes, [&](std::span<const std::byte> part) {
        MPI_Isend(part.data(), static_cast<int>(part.size()), MPI_BYTE, to, tag, world_, &requests.emplace_back());
      });
    });
  }

  Transfer start_receive(int from, int tag, std::span<std::byte> bytes) override {
    return start([&](std::vector<MPI_Request>& requests) {
      for_parts(bytes, [&](std::span<std::byte> part) {
        MPI_Irecv(part.data(), static_cast<int>(part.size()), MPI_BYTE, from, tag, world_, &requests.emplace_back());
      });
    });
  }

  Transfer start_all_gather(std::span<const std::byte> mine, std::span<std::byte> all) override {
    return start([&](std::vector<MPI_Request>& requests) {
      const int count = static_cast<int>(mine.size());
      MPI_Iallgather(mine.data(), count, MPI_BYTE, all.data(), count, MPI_BYTE, world_, &requests.emplace_back());
    });
  }

  void wait(Transfer transfer) override {
    std::vector<MPI_Request>& requests = transfers_[static_cast<std::size_t>(transfer)];
    wait_for(requests);
    requests.clear();
    free_.push_back(static_cast<std::size_t>(transfer));
  }

  void progress() override {
    int arrived = 0;
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, world_, &arrived, MPI_STATUS_IGNORE);
  }

  void barrier() override { barrier_of(world_); }
  void broadcast(std::span<std::byte> bytes, int root) override { broadcast_in(world_, bytes, root); }
  void node_barrier() override { barrier_of(node_); }
  void node_broadcast(std::span<std::byte> bytes) override { broadcast_in(node_, bytes, 0); }

  [[noreturn]] void abort(int exit_code) override {
    MPI_Abort(MPI_COMM_WORLD, exit_code);
    std::_Exit(exit_code);
  }

 private:
  template <class Begin>
  Transfer start(Begin&& begin) {
    if (free_.empty()) {
      free_.push_back(transfers_.size());
      transfers_.emplace_back();
    }
    const std::size_t slot = free_.back();
    free_.pop_back();
    begin(transfers_[slot]);
    return static_cast<Transfer>(slot);
  }

  /// Calls use(part) for parts that MPI can count; an empty message is one part too.
  template <class Byte, class Use>
  static void for_parts(std::span<Byte> bytes, Use&& use) {
    do {
      const std::size_t size = std::min(bytes.size(), kLongestPart);
      use(bytes.first(size));
      bytes = bytes.subspan(size);
    } while (!bytes.empty());
  }

  static void wait_for(std::span<MPI_Request> requests) {
    for (Patience patience;; patience.pause()) {
      int done = 0;
      MPI_Testall(static_cast<int>(requests.size()), requests.data(), &done, MPI_STATUSES_IGNORE);
      if (done != 0) {
        return;
      }
    }
  }

  static void barrier_of(MPI_Comm comm) {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibarrier(comm, &request);
    wait_for({&request, 1});
  }

  static void broadcast_in(MPI_Comm comm, std::span<std::byte> bytes, int root) {
    for_parts(bytes, [&](std::span<std::byte> part) {
      MPI_Request request = MPI_REQUEST_NULL;
      MPI_Ibcast(part.data(), static_cast<int>(part.size()), MPI_BYTE, root, comm, &request);
      wait_for({&request, 1});  // NOLINT(clang-analyzer-optin.mpi.MPI-Checker): waits by MPI_Testall
    });
  }

  MPI_Comm world_ = MPI_COMM_NULL;  ///< our own, so that nobody else's messages are among ours
  MPI_Comm node_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
  int node_rank_ = 0;
  int node_size_ = 1;
  std::deque<std::vector<MPI_Request>> transfers_;  ///< by Transfer; their memory is used again
  std::vector<std::size_t> free_;
};

}  // namespace

}  // namespace strata

/// The module's one entry; the caller owns the result.
extern "C" strata::Communicator* strata_make_mpi_communicator() { return new strata::MpiCommunicator; }
