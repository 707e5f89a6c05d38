#include "run/control.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "core/error.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds kBetweenLooks{50};

}  // namespace

RunControl::RunControl(ControlDesk& desk, RunSettings& settings, Trainer& trainer, const RunRecord& record,
                       Checkpointer& checkpointer, Face& face)
    : desk_(desk),
      settings_(settings),
      trainer_(trainer),
      record_(record),
      checkpointer_(checkpointer),
      face_(face),
      file_(record.folder().control()),
      changes_(record.folder().changes()) {}

RunControl::~RunControl() { desk_.close(); }

bool RunControl::attend() {
  if (Clock::now() < due_) {
    return true;
  }
  look();
  while (paused_ && !stopped_ && face_.stop_requested() == 0) {
    desk_.wait(kBetweenLooks);
    look();
  }
  due_ = Clock::now() + kBetweenLooks;
  return !stopped_ && face_.stop_requested() == 0;
}

void RunControl::look() {
  for (const std::string& line : file_.lines()) {
    if (const ControlAnswer told = answer(line); told.status == ControlAnswer::Status::refused) {
      face_.controlled(fmt::format("refused: {}", told.text));
    }
  }
  for (ControlDesk::Asked& asked : desk_.take()) {
    asked.answer.set_value(answer(asked.text));
  }
}

ControlAnswer RunControl::answer(std::string_view text) {
  try {
    const std::string told = done(control_request(text));
    face_.controlled(told);
    return {ControlAnswer::Status::done, told};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::usage) {
      throw;
    }
    return {ControlAnswer::Status::refused, error.what()};
  }
}

std::string RunControl::done(const ControlRequest& request) {
  switch (request.what) {
    case ControlRequest::What::pause:
      return pause(true);
    case ControlRequest::What::go_on:
      return pause(false);
    case ControlRequest::What::save:
      return save();
    case ControlRequest::What::lr:
      return change(request);
    case ControlRequest::What::stop:
      break;
  }
  record({{"did", "stop"}});
  stopped_ = true;
  return fmt::format("stops after step {}", trainer_.state().global_step);
}

std::string RunControl::pause(bool on) {
  const std::uint64_t step = trainer_.state().global_step;
  if (paused_ == on) {
    throw usage_error("the run {} after step {}", on ? "is already paused" : "is not paused", step);
  }
  record({{"did", on ? "pause" : "go_on"}});
  paused_ = on;
  desk_.stand(on);
  return fmt::format("{} after step {}", on ? "paused" : "goes on", step);
}

std::string RunControl::save() {
  const auto file = checkpointer_.save();
  if (!file) {
    throw usage_error("the weights are not finite, so that they are not kept");
  }
  record({{"did", "save"}});
  return fmt::format("kept in {}", file->string());
}

std::string RunControl::change(const ControlRequest& request) {
  const std::size_t group = group_of(request.group);
  const RateChange change{next_step(), request.lr};
  change_rate(settings_, group, change);
  record({{"did", "lr"}, {"group", request.group}, {"lr", request.lr}});
  record_.rewrite_config();
  trainer_.change_rate(group, change);
  return fmt::format("{} has lr {} from step {} on", request.group, request.lr, change.step);
}

std::size_t RunControl::group_of(const std::string& name) const {
  const std::vector<ParameterGroup>& groups = settings_.config.groups;
  const auto found = std::ranges::find(groups, name, &ParameterGroup::name);
  if (found == groups.end()) {
    std::vector<std::string> names;
    std::ranges::transform(groups, std::back_inserter(names), &ParameterGroup::name);
    throw usage_error("there is no group '{}'; expected one of {}", name, fmt::join(names, ", "));
  }
  if (is_frozen(found->optimizer)) {
    throw usage_error("the group {} is frozen, so that it has no rate", name);
  }
  return static_cast<std::size_t>(found - groups.begin());
}

void RunControl::record(const Json& rest) {
  Json line{{"global_step", next_step()}};
  line.update(rest);
  changes_.add(line);
}

}  // namespace strata
