#include "settings/run_settings.h"

#include <algorithm>
#include <limits>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "settings/choices.h"
#include "settings/option.h"
#include "settings/parse_value.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

std::uint64_t count_of(const Given& given, std::string_view option) {
  return parse_whole(option, given.text(option), 0, std::numeric_limits<std::uint64_t>::max());
}

std::size_t upper_layers(const Given& given, std::size_t layer_count) {
  const std::string& text = given.text("upper-layers");
  if (text == "all") {
    return layer_count;
  }
  const std::uint64_t count = count_of(given, "upper-layers");
  if (!given.given("upper-layers")) {
    // Who asks for an optimizer of the lower layers has some, where there are two layers.
    const std::size_t most = given.given("lower") && layer_count > 1 ? layer_count - 1 : layer_count;
    return std::min<std::size_t>(count, most);
  }
  if (count > layer_count) {
    throw usage_error("‹upper_layers›: the network has {} layers, found {}; give 0 to {}, or all", layer_count, text,
                      layer_count);
  }
  return count;
}

/// Without those options of a file that mean nothing for the network that the caller asks for.
Given without_overruled_groups(Given given, std::size_t layer_count) {
  if (given.overruled("upper-layers", {"hidden", "from"}) && given.text("upper-layers") != "all" &&
      count_of(given, "upper-layers") > layer_count) {
    given.leave_out("upper-layers");
  }
  const std::size_t upper = upper_layers(given, layer_count);
  if (upper == layer_count && given.overruled("lower", {"hidden", "from", "upper-layers"})) {
    given.leave_out("lower");
  }
  if (upper == 0 && given.overruled("upper", {"upper-layers"})) {
    given.leave_out("upper");
  }
  return given;
}

std::vector<ParameterGroup> groups(const Given& given, std::size_t layer_count, Convention convention) {
  if (given.given("group")) {
    return parse_groups(given.texts("group"), layer_count, convention);
  }
  const auto lower = parse_optimizer(given.text("lower"), convention, field("lower"));
  const auto upper = parse_optimizer(given.text("upper"), convention, field("upper"));
  const std::size_t count = upper_layers(given, layer_count);
  if (given.given("lower") && count == layer_count) {
    throw usage_error("‹lower› does not apply: {}",
                      layer_count == 1 ? "the network's one layer is upper; give ‹upper›, or ‹upper_layers› 0"
                                       : "all layers are upper; give a smaller ‹upper_layers›");
  }
  if (given.given("upper") && count == 0) {
    throw usage_error("‹upper› does not apply: ‹upper_layers› 0 leaves no upper layer");
  }
  return lower_upper_groups(layer_count, count, lower, upper);
}

/// One rate holds for all layers.
void spread_dropout(std::vector<double>& rates, std::size_t hidden_layers) {
  if (rates.empty()) {
    return;
  }
  if (hidden_layers == 0) {
    throw usage_error("‹dropout› does not apply: the network has no hidden layer");
  }
  if (rates.size() == 1) {
    rates.resize(hidden_layers, rates.front());
  }
  if (rates.size() != hidden_layers) {
    throw usage_error("‹dropout›: the network has {} hidden layers, found {} rates; give one for each, or one for all",
                      hidden_layers, rates.size());
  }
}

/// The network's shape, whose formulas hold, and what follows from them; `given` is left without what means nothing for
/// that network.
void settle_network(RunSettings& settings, Given& given) {
  TrainConfig& config = settings.config;
  config.missing = settings.request.missing;
  config.activation = make_activation(kernels::entry_of(config.activation.kind), config.convention);
  if (settings.from) {
    const ModelSpec& spec = settings.from->spec;
    config.hidden = spec.hidden;
    config.activation = spec.activation;
    if (!settings.new_output) {
      config.loss = settings.from->task.objective;
    }
    if (!given.given("convention")) {
      config.convention = settings.from->convention;
    }
  }
  const std::size_t layers = config.hidden.size() + 1;
  given = without_overruled_groups(std::move(given), layers);
  config.groups = groups(given, layers, config.convention);
  spread_dropout(config.dropout, config.hidden.size());
}

/// A validation part that the data bring: without an option that says so, it leaves none that holds out rows.
void settle_validation(RunSettings& settings, const Given& given) {
  settings.own_validation = has_validation_part(settings.request);
  if (!settings.own_validation) {
    return;
  }
  for (const char* option : {"validation-split", "split"}) {
    if (given.given(option)) {
      throw usage_error("{} does not apply: {} has a validation part of its own", field(option),
                        settings.request.data.string());
    }
  }
  settings.config.validation_split = 0;
}

/// Throws Error(usage) for an option that the model that training goes on from brings along.
void check_start(const Given& given) {
  for (const Option& option : run_options()) {
    if (option.of_new_output && given.given("from") && given.given(option.name) && !given.given("new-output")) {
      throw usage_error("{} does not apply: ‹from› brings that along; it is for ‹new_output›", field(option.name));
    }
  }
}

/// Of checkpoints and event files, which lie in the run's folder.
void check_folder(const RunSettings& settings, const Given& given) {
  for (const char* option : {"checkpoint-every", "keep"}) {
    if (given.given(option) && !settings.run_dir) {
      throw usage_error("{} does not apply: checkpoints lie in a run's folder; give ‹run_dir› DIR", field(option));
    }
  }
  if (given.given("keep") && !settings.checkpoints.periodic()) {
    throw usage_error("‹keep› does not apply: with ‹checkpoint_every› none only the run's end is kept");
  }
  if (settings.diagnose && !settings.run_dir && !settings.metrics) {
    throw usage_error("‹diagnose› does not apply: its figures go into the metrics; give ‹run_dir› or ‹metrics›");
  }
  if (settings.tensorboard && !settings.run_dir) {
    throw usage_error("‹tensorboard› does not apply: event files lie in the run's folder; give ‹run_dir›");
  }
}

/// What cannot be looked at is refused when it is opened.
std::filesystem::path real_path(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::path whole = std::filesystem::absolute(path, failed);
  std::filesystem::path real = std::filesystem::weakly_canonical(whole, failed);
  return failed ? whole.lexically_normal() : real;
}

/// That each output has a place of its own.
void check_outputs_differ(const RunSettings& settings) {
  if (settings.save && *settings.save == "-") {
    throw usage_error("‹save›: expected a file, found '-'; a model cannot go to stdout");
  }
  if (settings.save && settings.metrics && *settings.metrics != "-" &&
      real_path(*settings.save) == real_path(*settings.metrics)) {
    throw usage_error("‹save› and ‹metrics› name the same file, '{}'; give two", *settings.metrics);
  }
  const auto within_run_dir = [&](const std::optional<std::string>& path) {
    return settings.run_dir && path && real_path(*path).parent_path() == real_path(*settings.run_dir);
  };
  if (within_run_dir(settings.save) || within_run_dir(settings.metrics)) {
    throw usage_error("‹save› and ‹metrics› cannot name a file in the ‹run_dir›, {}, which gets its own",
                      settings.run_dir->string());
  }
}

}  // namespace

Given without_overruled_start(Given given) {
  for (const Option& option : run_options()) {
    if (option.of_new_output && given.overruled(option.name, {"from"}) && !given.given("new-output")) {
      given.leave_out(option.name);
    }
  }
  return given;
}

void check_computing(EngineKind engine, kernels::Precision precision, kernels::InstructionSet instruction_set) {
  if (engine == EngineKind::panels && instruction_set == kernels::InstructionSet::baseline) {
    throw usage_error(
        "‹engine› panels contradicts ‹isa› baseline, which has no fused multiply-adds; use onednn or auto");
  }
  if (precision != kernels::Precision::bf16) {
    return;
  }
  if (engine == EngineKind::panels) {
    throw usage_error("‹engine› panels contradicts ‹precision› bf16, which oneDNN computes; use onednn or auto");
  }
  if (instruction_set != kernels::InstructionSet::automatic) {
    throw usage_error("‹isa› {} contradicts ‹precision› bf16, which needs newer instructions; use ‹isa› auto",
                      name_of(kInstructionSets, instruction_set));
  }
}

RunSettings run_settings(const Given& given, std::shared_ptr<const ModelFile> from) {
  return run_settings(run_options(), given, std::move(from));
}

RunSettings run_settings(const std::vector<Option>& options, const Given& all_given,
                         std::shared_ptr<const ModelFile> from) {
  Given given = without_overruled_start(all_given);
  check_start(given);
  RunSettings settings;
  settings.from = std::move(from);
  for (const Option& option : options) {
    if (option.member.read) {
      option.member.read(settings, given, option.name);
    }
  }
  settings.data_given = given.given("data");
  settings.config.target_scaler_given = given.given("target-scaler");
  settings.epochs_given = given.given("epochs");
  if (given.given("config")) {
    settings.config_file = given.text("config");
  }
  settle_network(settings, given);
  settle_validation(settings, given);
  check_folder(settings, given);
  check_computing(settings.config.engine, settings.config.precision, settings.config.instruction_set);
  check_outputs_differ(settings);
  settings.asked = asked_json(options, given, settings.config.threads);
  return settings;
}

std::optional<MissingData> missing_data(const DataRequest& request) {
  const std::pair<std::string_view, std::optional<std::filesystem::path>> all[] = {
      {"data", request.data},
      {"labels", request.labels},
      {"validation-data", request.validation_data},
      {"validation-labels", request.validation_labels},
      {"test-data", request.test_data},
      {"test-labels", request.test_labels}};
  for (const auto& [option, path] : all) {
    std::error_code ignored;
    if (path && !std::filesystem::exists(*path, ignored)) {
      return MissingData{option, *path};
    }
  }
  return std::nullopt;
}

DataRequest data_request(const Given& given) {
  RunSettings settings;
  for (const Option& option : run_options()) {
    if (describes_data(option) && given.knows(option.name)) {
      option.member.read(settings, given, option.name);
    }
  }
  return settings.request;
}

}  // namespace strata
