// Where a run that goes on is asked for something: through a file in its folder, or by other threads of its process.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.h"

namespace strata {

/// A request, as JSON {"do":"pause"}, {"do":"go_on"}, {"do":"stop"}, {"do":"save"} or
/// {"do":"lr","group":"lower","lr":0.003}.
struct ControlRequest {
  enum class What { pause, go_on, stop, save, lr };
  What what = What::pause;
  std::string group{};  ///< of lr
  double lr = 0;        ///< likewise
};

/// Throws Error(usage) for any other text.
ControlRequest control_request(std::string_view json);

/// What has come of a request.
struct ControlAnswer {
  enum class Status { done, refused, waiting };
  Status status = Status::done;  ///< waiting: it is to come between two steps
  std::string text{};            ///< for people
};

/// control.jsonl: whoever wants something appends a line.
class ControlFile {
 public:
  /// Makes it empty, for its owner alone (mode 0600), in place of one that is there. Throws Error(failed).
  explicit ControlFile(std::filesystem::path path);
  /// Removes it.
  ~ControlFile();
  ControlFile(const ControlFile&) = delete;
  ControlFile& operator=(const ControlFile&) = delete;

  /// The whole lines that have come since the last call. A file that has become shorter is read anew.
  std::vector<std::string> lines();

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  std::uint64_t read_ = 0;  ///< bytes
  std::string rest_;        ///< of a line without its end, no longer than a request may be
};

/// Requests of other threads, for the one that trains.
class ControlDesk {
 public:
  using Clock = std::chrono::steady_clock;

  /// A request that waits for its answer.
  struct Asked {
    std::string text;
    std::promise<ControlAnswer> answer;
  };

  /// By any thread: waits so long for the answer. `text` as control_request().
  ControlAnswer ask(std::string_view text, std::chrono::milliseconds patience);

  /// By the thread that trains: what has been asked since the last call.
  std::vector<Asked> take();
  /// Until something is asked, or so long.
  void wait(std::chrono::milliseconds most);
  /// The run is over: whoever asks is told so.
  void close();
  /// By the thread that trains: from now on the run is paused, or goes on.
  void stand(bool paused);

  /// Whether the run is paused, and for how long it has been, in all.
  struct Standing {
    bool paused = false;
    Clock::duration time{};
  };
  /// By any thread.
  Standing standing() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable asked_;
  Standing standing_;  ///< its time until `since_`, while the run is paused
  Clock::time_point since_{};
  std::vector<Asked> all_;
  bool open_ = true;
};

}  // namespace strata
