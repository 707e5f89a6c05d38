#include "run/control.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <span>
#include <system_error>

#include "core/error.h"
#include "io/json_text.h"
#include "report/json_files.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds kBetweenLooks{50};

/// Changes the OPTIMIZER that `text` ends with, after those `skipped` bytes.
void change_text(Json& text, std::size_t skipped, Convention convention, const RateChange& change) {
  const auto whole = text.get<std::string>();
  OptimizerSpec spec = parse_optimizer(std::string_view(whole).substr(skipped), convention, "the optimizer");
  change_rate(spec, change, "the optimizer");
  text = whole.substr(0, skipped) + to_string(spec);
}

/// False if the record has no such group.
bool set_rate(Json& config, const RecordedRate& rate) {
  const Convention convention = config.value("convention", "keras") == "torch" ? Convention::torch : Convention::keras;
  const std::string key = key_of_group(rate.group);
  if (!config.contains(key)) {
    return false;
  }
  if (key == rate.group) {
    change_text(config.at(key), 0, convention, rate.change);
    return true;
  }
  const std::string start = rate.group + ":";
  for (Json& text : config.at(key)) {
    if (text.get<std::string>().starts_with(start)) {
      change_text(text, start.size(), convention, rate.change);
      return true;
    }
  }
  return false;
}

}  // namespace

std::string key_of_group(const std::string& name) { return name == "lower" || name == "upper" ? name : "group"; }

std::vector<RecordedRate> recorded_rates(const std::filesystem::path& path) {
  std::vector<RecordedRate> rates;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return rates;
  }
  read_json_lines(path, [&](const Json& line) {
    if (line.at("did") == "lr") {
      rates.push_back({line.at("group").get<std::string>(),
                       {line.at("global_step").get<std::uint64_t>(), line.at("lr").get<double>()}});
    }
  });
  return rates;
}

void set_recorded_rates(Json& config, const std::vector<RecordedRate>& rates) {
  for (const RecordedRate& rate : rates) {
    bool set = false;
    try {
      set = set_rate(config, rate);
    } catch (const std::exception& error) {
      throw data_error("changes.jsonl: the rate of {} cannot be {} from step {} on ({}); restore the file", rate.group,
                       rate.change.lr, rate.change.step, error.what());
    }
    if (!set) {
      throw data_error("changes.jsonl: the run has no group {}; restore the file", quoted_name(rate.group));
    }
  }
}

void change_rate(RunSettings& settings, std::size_t group, const RateChange& change) {
  ParameterGroup& changed = settings.config.groups.at(group);
  change_rate(changed.optimizer, change, changed.name);
  const std::string key = key_of_group(changed.name);
  settings.asked[key] = config_json(settings).at(key);
}

void ChangeLog::open() {
  constexpr mode_t kNewFile = 0666;  // less what the umask takes
  file_ = FileDescriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kNewFile));
  if (!file_) {
    throw failed_error("cannot write {}: {}", path_.string(), system_reason(errno));
  }
  // What a process has left that was killed while it wrote would run into the next line.
  off_t end = ::lseek(file_.get(), 0, SEEK_END);
  char last = '\n';
  while (end > 0 && ::pread(file_.get(), &last, 1, end - 1) == 1 && last != '\n') {
    --end;
  }
  if (::ftruncate(file_.get(), end) != 0) {
    throw failed_error("cannot write {}: {}", path_.string(), system_reason(errno));
  }
}

void ChangeLog::add(const Json& line) {
  if (!file_) {
    open();
  }
  const std::string text = json_text(line) + "\n";
  write_all(file_.get(), std::as_bytes(std::span(text)), path_.string());
  if (!make_durable(file_.get())) {
    throw failed_error("cannot write {}: {}", path_.string(), system_reason(errno));
  }
}

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
