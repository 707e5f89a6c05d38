// The ranks of a run that several processes share, and how they exchange bytes. No arithmetic happens here: who adds
// what in which order is the caller's business, as the bits depend on it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace strata {

/// A message that has arrived and waits to be received.
struct Incoming {
  int source = 0;
  int tag = 0;
  std::size_t bytes = 0;
};

/// One process's end. All calls come from the thread that made it. Waiting never occupies a core for long: it looks
/// often at first, then yields, then sleeps between looks. Errors of the system below end the job.
class Communicator {
 public:
  /// In place of a source or a tag: whoever, whatever.
  static constexpr int kAny = -1;

  /// A transfer under way. Its memory must stay as it is until it is done.
  enum class Transfer : std::size_t {};

  /// Leaves the job; every rank must get here. Not after an exception: abort() then.
  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int world_size() const = 0;
  /// This process's place among the ranks of its machine, and how many those are.
  virtual int node_rank() const = 0;
  virtual int node_size() const = 0;
  /// For messages, e.g. "Open MPI 4.1.4".
  virtual std::string name() const = 0;

  /// Returns when `bytes` may change. Between two ranks messages of one tag arrive in the order in which they were
  /// sent.
  virtual void send(int to, int tag, std::span<const std::byte> bytes) = 0;
  /// Waits for a message of exactly bytes.size() bytes. `from` may be kAny for messages below 1 GiB.
  virtual void receive(int from, int tag, std::span<std::byte> bytes) = 0;
  /// The next message from `from` (or kAny) with `tag` (or kAny), below 1 GiB, if one has arrived.
  virtual std::optional<Incoming> probe(int from, int tag) = 0;
  /// The same, waiting for it.
  virtual Incoming wait_for_message(int from, int tag) = 0;

  virtual Transfer start_send(int to, int tag, std::span<const std::byte> bytes) = 0;
  /// `from` is one rank.
  virtual Transfer start_receive(int from, int tag, std::span<std::byte> bytes) = 0;
  /// Every rank gives as many bytes; `all` gets world_size() times as many, by rank. Every rank must call it.
  virtual Transfer start_all_gather(std::span<const std::byte> mine, std::span<std::byte> all) = 0;
  virtual void wait(Transfer transfer) = 0;
  /// Moves on what is under way, without waiting. Where nothing else does, transfers stand still between calls.
  virtual void progress() = 0;

  /// Every rank must call these.
  virtual void barrier() = 0;
  virtual void broadcast(std::span<std::byte> bytes, int root) = 0;

  /// Every rank of the machine must call these; the root is its node rank 0.
  virtual void node_barrier() = 0;
  virtual void node_broadcast(std::span<std::byte> bytes) = 0;

  /// Ends all ranks at once; the launcher returns `exit_code`.
  [[noreturn]] virtual void abort(int exit_code) = 0;

  void all_gather(std::span<const std::byte> mine, std::span<std::byte> all) { wait(start_all_gather(mine, all)); }
};

}  // namespace strata
