#include "cli/shell/shell_face.h"

#include <fmt/format.h>

#include "cli/options/repeat_command.h"
#include "cli/shell/streams.h"
#include "cli/text/diagnosis_text.h"
#include "core/figure.h"
#include "settings/run_settings.h"
#include "train/trainer.h"

namespace strata::cli {

namespace {

/// Why a run that is resumed has come to its end; empty if it has not.
std::string end_text(const TrainConfig& config, const Trainer& trainer) {
  if (trainer.has_steps_left()) {
    return "";
  }
  const RunState& state = trainer.state();
  if (config.early_stopping && state.best.waited >= *config.early_stopping && state.epochs < config.epochs) {
    return fmt::format(
        ": the run has stopped early, after {} epochs without a better {}; a larger --early-stopping goes on",
        state.best.waited, monitor_name(config.monitor));
  }
  return ": the run is complete";
}

}  // namespace

void ShellFace::warn(std::string_view text) {
  if (!quiet_) {
    print_warning(text);
  }
}

void ShellFace::resumed(const RunSettings& settings, const Trainer& trainer) {
  if (!quiet_) {
    const std::string where =
        fmt::format("{} after step {}", settings.run_dir->string(), grouped_digits(trainer.state().global_step));
    print_notes(fmt::format("resume  {}{}\n", where, end_text(settings.config, trainer)));
  }
}

void ShellFace::reported(const std::filesystem::path& file) {
  if (!quiet_) {
    print_notes(fmt::format("report  {}\n", file.string()));
  }
}

void ShellFace::diagnosed(const std::filesystem::path& folder, const nlohmann::ordered_json& diagnosis) {
  const std::string lines = findings_lines(diagnosis);
  if (!quiet_ && !lines.empty()) {
    print_notes(lines + (folder.empty()
                             ? "what to do  strata diagnose tells it of a run with --run-dir\n"
                             : fmt::format("what to do  {}\n", command_line("diagnose", {folder.string()}))));
  }
}

void ShellFace::controlled(std::string_view text) {
  if (!quiet_) {
    const bool bar = stderr_is_terminal();  // a live line may stand there; it is drawn again below
    print_notes(fmt::format("{}control {}\n", bar ? "\r\x1b[K" : "", text));
  }
}

void ShellFace::saved(const std::filesystem::path& file) {
  if (!quiet_) {
    print_notes(fmt::format("saved {}\n", file.string()));
  }
}

std::string ShellFace::command(const nlohmann::ordered_json& options) const { return train_command_line(options); }

}  // namespace strata::cli
