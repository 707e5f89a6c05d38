#include "cli/train_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <system_error>

#include "cli/checkpoint_options.h"
#include "cli/data_request.h"
#include "cli/parse_value.h"
#include "cli/repeat_command.h"
#include "cli/starting_model.h"
#include "core/error.h"
#include "core/threads.h"
#include "io/data_json.h"

namespace strata::cli {

namespace {

constexpr std::uint64_t kMaxThreads = 1024;
constexpr std::uint64_t kMaxBatchSize = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t kMaxEpochs = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMaxCount = std::numeric_limits<std::uint64_t>::max();

std::uint64_t whole(const Arguments& arguments, std::string_view option, std::uint64_t minimum, std::uint64_t maximum) {
  return parse_whole(option, arguments.text(option), minimum, maximum);
}

template <class Table>
auto chosen(const Arguments& arguments, std::string_view option, const Table& table) {
  return entry_named(table, arguments.text(option)).value;
}

std::optional<std::string> optional_text(const Arguments& arguments, std::string_view option) {
  return arguments.given(option) ? std::optional(arguments.text(option)) : std::nullopt;
}

std::size_t upper_layers(const Arguments& arguments, std::size_t layer_count) {
  const std::string& text = arguments.text("upper-layers");
  if (text == "all") {
    return layer_count;
  }
  if (!arguments.given("upper-layers")) {
    return std::min<std::size_t>(whole(arguments, "upper-layers", 0, kMaxCount), layer_count);
  }
  const std::uint64_t count = whole(arguments, "upper-layers", 0, kMaxCount);
  if (count > layer_count) {
    throw usage_error("--upper-layers: the network has {} layers, found {}; give 0 to {}, or all", layer_count, text,
                      layer_count);
  }
  return count;
}

/// Without those options of the --config file that mean nothing for the network that the command line asks for.
Arguments without_overruled(Arguments arguments, std::size_t layer_count) {
  if (arguments.overruled("upper-layers", {"hidden", "from"}) && arguments.text("upper-layers") != "all" &&
      whole(arguments, "upper-layers", 0, kMaxCount) > layer_count) {
    arguments.leave_out("upper-layers");
  }
  const std::size_t upper = upper_layers(arguments, layer_count);
  if (upper == layer_count && arguments.overruled("lower", {"hidden", "from", "upper-layers"})) {
    arguments.leave_out("lower");
  }
  if (upper == 0 && arguments.overruled("upper", {"upper-layers"})) {
    arguments.leave_out("upper");
  }
  return arguments;
}

std::vector<ParameterGroup> groups(const Arguments& arguments, std::size_t layer_count, Convention convention) {
  if (arguments.given("group")) {
    return parse_groups(arguments.texts("group"), layer_count, convention);
  }
  const auto lower = parse_optimizer(arguments.text("lower"), convention, "--lower");
  const auto upper = parse_optimizer(arguments.text("upper"), convention, "--upper");
  const std::size_t count = upper_layers(arguments, layer_count);
  if (arguments.given("lower") && count == layer_count) {
    throw usage_error("--lower does not apply: all {} layers are upper; give a smaller --upper-layers", layer_count);
  }
  if (arguments.given("upper") && count == 0) {
    throw usage_error("--upper does not apply: --upper-layers 0 leaves no upper layer");
  }
  return lower_upper_groups(layer_count, count, lower, upper);
}

std::vector<double> dropout(const Arguments& arguments, std::size_t hidden_layers) {
  if (!arguments.given("dropout")) {
    return {};
  }
  if (hidden_layers == 0) {
    throw usage_error("--dropout does not apply: the network has no hidden layer");
  }
  std::vector<double> rates = parse_list("dropout", arguments.text("dropout"), parse_share);
  if (rates.size() == 1) {
    rates.resize(hidden_layers, rates.front());
  }
  if (rates.size() != hidden_layers) {
    throw usage_error("--dropout: the network has {} hidden layers, found {} rates; give one for each, or one for all",
                      hidden_layers, rates.size());
  }
  return rates;
}

ClassWeights class_weights(const Arguments& arguments) {
  if (!arguments.given("class-weights")) {
    return {};
  }
  const std::string& text = arguments.text("class-weights");
  return text == "balanced"
             ? ClassWeights{.balanced = true, .given = {}}
             : ClassWeights{.balanced = false, .given = parse_list("class-weights", text, parse_positive)};
}

void set_regularisation(TrainConfig& config, const Arguments& arguments) {
  config.dropout = dropout(arguments, config.hidden.size());
  config.class_weights = class_weights(arguments);
  if (arguments.given("label-smoothing")) {
    config.label_smoothing = parse_share("label-smoothing", arguments.text("label-smoothing"));
  }
  if (arguments.given("clip-norm")) {
    config.clip_norm = parse_positive("clip-norm", arguments.text("clip-norm"));
  }
  if (arguments.given("clip-value")) {
    config.clip_value = parse_positive("clip-value", arguments.text("clip-value"));
  }
}

std::vector<std::size_t> hidden_layers(const Arguments& arguments, const ModelFile* from) {
  return from != nullptr ? from->spec.hidden : parse_layer_sizes("hidden", arguments.text("hidden"));
}

/// The network's shape, and whose formulas hold.
void set_network(TrainConfig& config, const Arguments& arguments, const ModelFile* from) {
  config.hidden = hidden_layers(arguments, from);
  config.convention = from != nullptr && !arguments.given("convention") ? from->convention
                                                                        : chosen(arguments, "convention", kConventions);
  config.activation =
      from != nullptr
          ? from->spec.activation
          : make_activation(entry_named(kernels::kActivations, arguments.text("activation")).kind, config.convention);
  config.init = entry_named(kInitializers, arguments.text("init")).initializer;
}

TrainConfig train_config(const Arguments& arguments, const ModelFile* from) {
  TrainConfig config;
  config.validation_split = parse_share("validation-split", arguments.text("validation-split"));
  config.split = chosen(arguments, "split", kSplits);
  config.scaler = chosen(arguments, "scaler", kScalers);
  config.missing = chosen(arguments, "missing", kMissingValues);
  set_network(config, arguments, from);
  config.groups = groups(arguments, config.hidden.size() + 1, config.convention);
  config.epochs = static_cast<std::uint32_t>(whole(arguments, "epochs", 1, kMaxEpochs));
  config.batch_size = whole(arguments, "batch-size", 1, kMaxBatchSize);
  config.sampling = chosen(arguments, "sampling", kSamplings);
  if (arguments.given("max-steps")) {
    config.max_steps = whole(arguments, "max-steps", 1, kMaxCount);
  }
  if (arguments.given("max-time")) {
    config.max_seconds = parse_duration("max-time", arguments.text("max-time"));
  }
  set_regularisation(config, arguments);
  config.monitor = chosen(arguments, "monitor", kMonitors);
  if (arguments.given("early-stopping")) {
    config.early_stopping = static_cast<std::uint32_t>(whole(arguments, "early-stopping", 1, kMaxEpochs));
  }
  config.restore_best = arguments.given("restore-best");
  config.seed = whole(arguments, "seed", 0, kMaxCount);
  config.threads =
      arguments.given("threads") ? static_cast<int>(whole(arguments, "threads", 1, kMaxThreads)) : available_threads();
  config.may_spare_threads = !arguments.given("threads");
  return config;
}

/// Options that hold out training rows, beside a validation part that the data bring without an option that says so.
void reject_split(const Arguments& arguments, const DataRequest& request) {
  for (const char* option : {"validation-split", "split"}) {
    if (arguments.given(option)) {
      throw usage_error("--{} does not apply: {} has a validation part of its own", option, request.data.string());
    }
  }
}

void check_applicable(const TrainSettings& settings) {
  if (settings.config.engine == EngineKind::panels && settings.instruction_set == kernels::InstructionSet::baseline) {
    throw usage_error(
        "--engine panels contradicts --isa baseline, which has no fused multiply-adds; use onednn or auto");
  }
  if (settings.config.precision == kernels::Precision::bf16) {
    if (settings.config.engine == EngineKind::panels) {
      throw usage_error("--engine panels contradicts --precision bf16, which oneDNN computes; use onednn or auto");
    }
    if (settings.instruction_set != kernels::InstructionSet::automatic) {
      throw usage_error("--isa {} contradicts --precision bf16, which needs newer instructions; use --isa auto",
                        name_of(kInstructionSets, settings.instruction_set));
    }
  }
  if (settings.tensorboard && !settings.run_dir) {
    throw usage_error("--tensorboard does not apply: event files lie in the run's folder; give --run-dir");
  }
  if (settings.save && *settings.save == "-") {
    throw usage_error("--save: expected a file, found '-'; a model cannot go to stdout");
  }
  // What cannot be looked at is refused when it is opened.
  const auto real_path = [](const std::filesystem::path& path) {
    std::error_code failed;
    const std::filesystem::path whole = std::filesystem::absolute(path, failed);
    std::filesystem::path real = std::filesystem::weakly_canonical(whole, failed);
    return failed ? whole.lexically_normal() : real;
  };
  if (settings.save && settings.metrics && *settings.metrics != "-" &&
      real_path(*settings.save) == real_path(*settings.metrics)) {
    throw usage_error("--save and --metrics name the same file, '{}'; give two", *settings.metrics);
  }
  const auto within_run_dir = [&](const std::optional<std::string>& path) {
    return settings.run_dir && path && real_path(*path).parent_path() == real_path(*settings.run_dir);
  };
  if (within_run_dir(settings.save) || within_run_dir(settings.metrics)) {
    throw usage_error("--save and --metrics cannot name a file in the --run-dir, {}, which gets its own",
                      settings.run_dir->string());
  }
}

/// What was asked for, and nothing else.
void add_regularisation(nlohmann::ordered_json& json, const TrainConfig& config) {
  if (!config.dropout.empty()) {
    json["dropout"] = config.dropout;
  }
  if (config.label_smoothing > 0) {
    json["label_smoothing"] = config.label_smoothing;
  }
  if (config.class_weights.balanced) {
    json["class_weights"] = "balanced";
  } else if (!config.class_weights.given.empty()) {
    json["class_weights"] = config.class_weights.given;
  }
  if (config.clip_norm) {
    json["clip_norm"] = *config.clip_norm;
  }
  if (config.clip_value) {
    json["clip_value"] = *config.clip_value;
  }
}

/// `lower`, `upper` and `upper_layers`, or `group`: whichever would give these groups again.
void add_groups(nlohmann::ordered_json& json, const std::vector<ParameterGroup>& all) {
  for (const ParameterGroup& group : all) {
    if (group.name == "lower" || group.name == "upper") {
      json[group.name] = to_string(group.optimizer);
      json["upper_layers"] = group.name == "upper" ? group.last - group.first + 1 : 0;
    } else {
      json["group"].push_back(fmt::format("{}:{}", group.name, to_string(group.optimizer)));
    }
  }
}

}  // namespace

TrainSettings train_settings(const Arguments& given, std::shared_ptr<const ModelFile> from) {
  const Arguments arguments =
      without_overruled(without_overruled_start(given), hidden_layers(given, from.get()).size() + 1);
  check_start(arguments);
  TrainSettings settings;
  settings.config = train_config(arguments, from.get());
  settings.from = std::move(from);
  settings.from_path = arguments.text("from");
  settings.new_output = arguments.given("new-output");
  settings.request = data_request(arguments);
  settings.own_validation = has_validation_part(settings.request);
  if (settings.own_validation) {
    reject_split(arguments, settings.request);
    settings.config.validation_split = 0;
  }
  settings.data_given = arguments.given("data");
  settings.initial_weights = optional_text(arguments, "initial-weights");
  settings.run_dir = optional_text(arguments, "run-dir");
  settings.save = optional_text(arguments, "save");
  settings.metrics = optional_text(arguments, "metrics");
  settings.config.engine = chosen(arguments, "engine", kEngines);
  settings.config.precision = chosen(arguments, "precision", kPrecisions);
  settings.instruction_set = chosen(arguments, "isa", kInstructionSets);
  settings.quiet = arguments.given("quiet");
  settings.json = arguments.given("json");
  settings.tensorboard = arguments.given("tensorboard");
  settings.progress = settings.quiet ? ProgressStyle::none : chosen(arguments, "progress", kProgressStyles);
  settings.words = shaping_words(train_command().options, arguments);
  settings.words.insert(settings.words.end(), {"--threads", fmt::format("{}", settings.config.threads)});
  settings.lasting_words = lasting_words(arguments, settings.config.threads);
  settings.checkpoints = checkpoint_plan(arguments);
  check_applicable(settings);
  return settings;
}

TrainSettings train_settings(const Arguments& arguments) {
  return train_settings(arguments, starting_model(arguments));
}

nlohmann::ordered_json config_json(const TrainSettings& settings) {
  const TrainConfig& config = settings.config;
  nlohmann::ordered_json json;
  add_data(json, settings.request);
  if (!settings.own_validation) {
    json["validation_split"] = config.validation_split;
    json["split"] = name_of(kSplits, config.split);
  }
  if (!settings.from) {
    json["scaler"] = name_of(kScalers, config.scaler);
  }
  json["hidden"] = config.hidden;
  json["activation"] = activation_name(config.activation);
  json["convention"] = name_of(kConventions, config.convention);
  json["epochs"] = config.epochs;
  json["batch_size"] = config.batch_size;
  json["sampling"] = name_of(kSamplings, config.sampling);
  json["seed"] = config.seed;
  json["engine"] = name_of(kEngines, config.engine);
  json["precision"] = name_of(kPrecisions, config.precision);
  json["isa"] = name_of(kInstructionSets, settings.instruction_set);
  json["threads"] = config.threads;
  if (settings.from) {
    json["from"] = settings.from_path.string();
    json["from_weights"] = weights_hash(settings.from->parameters);
  }
  if (settings.new_output) {
    json["new_output"] = true;
  }
  if (settings.initial_weights) {
    json["initial_weights"] = settings.initial_weights->string();
  } else if (!settings.from || settings.new_output) {
    json["init"] = initializer_name(config.init);
  }
  if (config.max_steps) {
    json["max_steps"] = *config.max_steps;
  }
  if (config.max_seconds) {
    json["max_time"] = fmt::format("{}s", *config.max_seconds);
  }
  add_regularisation(json, config);
  json["monitor"] = monitor_name(config.monitor);
  if (config.early_stopping) {
    json["early_stopping"] = *config.early_stopping;
  }
  if (config.restore_best) {
    json["restore_best"] = true;
  }
  add_groups(json, config.groups);
  return json;
}

Activation make_activation(kernels::ActivationKind kind, Convention convention) {
  switch (kind) {
    case kernels::ActivationKind::elu:
      return {kind, 1.0F};
    case kernels::ActivationKind::leaky_relu:
      return {kind, convention == Convention::keras ? 0.2F : 0.01F};
    default:
      return {kind, 0.0F};
  }
}

}  // namespace strata::cli
