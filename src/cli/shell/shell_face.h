// The command as the face of what it starts: notes and warnings on stderr, signals, command lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/shell/signals.h"
#include "run/face.h"

namespace strata::cli {

/// One at a time, in the main thread.
class ShellFace : public Face {
 public:
  explicit ShellFace(bool quiet) : quiet_(quiet) {}

  void warn(std::string_view text) override;
  void resumed(const RunSettings& settings, const Trainer& trainer) override;
  void reported(const std::filesystem::path& file) override;
  void diagnosed(const std::filesystem::path& folder, const nlohmann::ordered_json& diagnosis) override;
  void controlled(std::string_view text) override;
  void saved(const std::filesystem::path& file) override;
  std::string command(const nlohmann::ordered_json& options) const override;
  void begin_to_keep() override { signals_.emplace(); }
  int stop_requested() const override { return signals_ ? signals_->received() : 0; }
  void all_is_kept() override { signals_->end_at_once(); }

 private:
  bool quiet_;
  std::optional<StopSignals> signals_;
};

}  // namespace strata::cli
