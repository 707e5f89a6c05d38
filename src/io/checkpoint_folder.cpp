#include "io/checkpoint_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <system_error>

#include "core/error.h"
#include "core/number.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "step-";
constexpr std::string_view kSuffix = ".safetensors";

Error unusable(const fs::path& path, const std::error_code& error) {
  return failed_error("cannot use {} for checkpoints: {}", path.string(), error.message());
}

std::optional<std::uint64_t> step_of(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) {  // which cannot overlap
    return std::nullopt;
  }
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  return parse_number<std::uint64_t>(name);
}

}  // namespace

fs::path CheckpointFolder::file(std::uint64_t step) const {
  return path_ / fmt::format("{}{:08}{}", kPrefix, step, kSuffix);
}

std::vector<std::uint64_t> CheckpointFolder::steps() const {
  std::vector<std::uint64_t> steps;
  std::error_code error;
  if (!fs::exists(path_, error)) {
    return steps;
  }
  for (const auto& entry : fs::directory_iterator(path_, error)) {
    if (const auto step = step_of(entry.path().filename().string()); step && entry.path() == file(*step)) {
      steps.push_back(*step);
    }
  }
  if (error) {
    throw unusable(path_, error);
  }
  std::ranges::sort(steps);
  return steps;
}

void CheckpointFolder::create() const {
  std::error_code error;
  fs::create_directory(path_, error);
  if (error) {
    throw unusable(path_, error);
  }
}

void CheckpointFolder::remove_others(std::uint64_t newest, std::size_t keep, std::optional<std::uint64_t> best) const {
  const std::vector<std::uint64_t> all = steps();
  std::size_t kept = 0;
  for (auto step = all.rbegin(); step != all.rend(); ++step) {
    const bool last = *step <= newest && kept < keep;
    kept += last ? 1 : 0;
    std::error_code ignored;
    if (!last && *step != best) {
      fs::remove(file(*step), ignored);
    }
  }
}

Checkpointer::Checkpointer(CheckpointFolder folder, CheckpointPlan plan, RunIdentity identity, const Trainer& trainer,
                           RunLog& log)
    : folder_(std::move(folder)), plan_(plan), identity_(std::move(identity)), trainer_(trainer), log_(log) {
  folder_.create();
}

void Checkpointer::keep(RunMoment moment) {
  if (is_due(moment) && kept_ != position()) {
    write();
  }
}

std::optional<fs::path> Checkpointer::save() {
  if (kept_ != position()) {
    write();
  }
  return kept_ == position() ? std::optional(folder_.file(trainer_.state().global_step)) : std::nullopt;
}

Checkpointer::Position Checkpointer::position() const {
  return {trainer_.state().epochs, trainer_.state().global_step};
}

bool Checkpointer::is_due(RunMoment moment) const {
  const RunState& state = trainer_.state();
  const bool by_steps = plan_.every_steps && state.global_step % *plan_.every_steps == 0;
  switch (moment) {
    case RunMoment::start:  // a resumed run may have other options than its checkpoint
      return plan_.periodic() || state.global_step > 0;
    case RunMoment::step:
      return by_steps;
    case RunMoment::epoch:
      return by_steps || epoch_is_due();
    case RunMoment::end:
      return true;
  }
  return false;
}

bool Checkpointer::epoch_is_due() const {
  const bool wanted = plan_.every_epoch || (plan_.periodic() && trainer_.state().best.epoch == trainer_.state().epochs);
  const std::chrono::duration<double> age = std::chrono::steady_clock::now() - kept_at_;
  return wanted && (!kept_ || age.count() >= plan_.least_seconds);
}

void Checkpointer::write() {
  const RunSnapshot snapshot = trainer_.snapshot();
  if (!std::ranges::all_of(snapshot.parameters.values(), [](float weight) { return std::isfinite(weight); })) {
    return;
  }
  const std::uint64_t step = snapshot.state.global_step;
  write_checkpoint(folder_.file(step), {identity_, log_.sync()}, snapshot, trainer_.config().groups);
  kept_ = position();
  kept_at_ = std::chrono::steady_clock::now();
  folder_.remove_others(step, plan_.keep, best_step());
}

std::optional<std::uint64_t> Checkpointer::best_step() const {
  const std::uint32_t best = trainer_.state().best.epoch;
  return best > 0 ? std::optional(std::uint64_t{best} * trainer_.steps_per_epoch()) : std::nullopt;
}

}  // namespace strata
