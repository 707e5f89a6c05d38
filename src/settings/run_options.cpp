// All other options of a run, each an entry that says how it is read, written, described and compared.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "core/number.h"
#include "core/threads.h"
#include "optim/parameter_group.h"
#include "settings/declare.h"
#include "settings/option.h"
#include "settings/run_settings.h"
#include "settings/value_kinds.h"
#include "train/monitor.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kModel = "Model";
constexpr std::string_view kOptimizers = "Optimizers";
constexpr std::string_view kTraining = "Training";
constexpr std::string_view kRegularisation = "Regularisation and weighting";
constexpr std::string_view kOutput = "Output";
constexpr std::string_view kCommon = "Common";

constexpr std::uint64_t kMaxThreads = 1024;
constexpr std::uint64_t kMaxBatchSize = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t kMaxEpochs = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMaxCount = std::numeric_limits<std::uint64_t>::max();

Contradiction no_hidden_layer() {
  return {.option = "hidden", .values = {"none"}, .reason = "it leaves no hidden layer"};
}

// It came later: records have it only where it is not what it was before.
bool has_other_threshold(const RunSettings& settings) { return settings.config.threshold != TrainConfig().threshold; }
bool draws_weights(const RunSettings& settings) {
  return !settings.initial_weights && (settings.from == nullptr || settings.new_output);
}

std::vector<Option> model_options() {
  return {
      held(
          {.name = "hidden",
           .value = "N,N,…",
           .fallback = "300,100,50",
           .heading = kModel,
           .help = "sizes of the hidden layers, or none",
           .contradicts = {given_by_model("the layers are the model's")},
           .may_vary = true},
          Sizes(), [](auto& s) -> auto& { return s.config.hidden; }),
      chosen(
          {.name = "activation",
           .fallback = "elu",
           .heading = kModel,
           .help = "activation of the hidden layers",
           .contradicts = {no_hidden_layer(), given_by_model("the activation is the model's")},
           .may_vary = true},
          kernels::kActivations, [](auto& s) -> auto& { return s.config.activation.kind; }),
      where(draws_weights,
            chosen(
                {.name = "init",
                 .fallback = "he_normal",
                 .heading = kModel,
                 .help = "initial weights; biases start at 0",
                 .contradicts = {{.option = "initial-weights", .reason = "the weights come from one of them"}},
                 .may_vary = true,
                 .of_new_output = true},
                kInitializers, [](auto& s) -> auto& { return s.config.init; })),
      held(
          {.name = "initial-weights",
           .value = "FILE",
           .heading = kModel,
           .help = "start from the layers of a safetensors file of the same shapes; its scaler is not taken",
           .contradicts = {given_by_model("the weights come from one of them")},
           .may_vary = true},
          Path(), [](auto& s) -> auto& { return s.initial_weights; }),
      held(
          {.name = "from",
           .value = "MODEL",
           .heading = kModel,
           .help = "go on from a model, a .safetensors file or the folder of a run: its layers, weights, activation, "
                   "scaler, "
                   "classes and, unless given, convention are taken; the data must fit it",
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.from_path; }),
      held(
          {.name = "new-output",
           .heading = kModel,
           .help = "of ‹from› take all layers but the last, which is drawn anew (by ‹init› and ‹seed›) for the classes "
                   "of "
                   "the data",
           .needs = "from"},
          Flag(), [](auto& s) -> auto& { return s.new_output; }),
  };
}

/// What each objective learns.
std::string_view loss_help() {
  static const std::string kHelp = [] {
    std::string text = "what the network learns:";
    for (const ObjectiveEntry& entry : objective_registry()) {
      text += fmt::format("{} {}", text.back() == ':' ? "" : ";", to_string(Objective{.kind = entry.kind}));
      text += fmt::format(", {}", entry.help);
    }
    return text;
  }();
  return kHelp;
}

/// The option on groups of layers, of which `write` finds the value in the groups that have come of them all.
Option on_groups(Option option, Json schema, Member::Write write) {
  option.member = {.read = {}, .write = std::move(write), .schema = std::move(schema)};
  if (!option.fallback.empty()) {
    const auto count = parse_number<std::uint64_t>(option.fallback);
    option.member.schema["default"] = count ? Json(*count) : Json(option.fallback);
  }
  return option;
}

/// The optimizer of the group of that name.
Member::Write optimizer_of(const char* name) {
  return [name](const RunSettings& settings) -> Json {
    const auto group = std::ranges::find(settings.config.groups, name, &ParameterGroup::name);
    return group == settings.config.groups.end() ? Json() : Json(to_string(group->optimizer));
  };
}

/// How many layers are upper, where layers are lower and upper ones.
Json upper_layers_of(const RunSettings& settings) {
  const ParameterGroup& last = settings.config.groups.back();
  return last.name == "upper" ? Json(last.last - last.first + 1) : last.name == "lower" ? Json(0) : Json();
}

/// The groups where they are not lower and upper layers.
Json groups_of(const RunSettings& settings) {
  Json json;
  for (const ParameterGroup& group : settings.config.groups) {
    if (group.name != "lower" && group.name != "upper") {
      json.push_back(fmt::format("{}:{}", group.name, to_string(group.optimizer)));
    }
  }
  return json;
}

std::vector<Option> optimizer_options() {
  constexpr std::string_view kEither = "groups are given by ‹group›, or as lower and upper layers";
  const Json optimizer{{"type", {"string", "object"}}};
  return {
      on_groups({.name = "lower",
                 .value = "OPTIMIZER",
                 .fallback = "sgd,lr=0.01",
                 .heading = kOptimizers,
                 .help = "optimizer of the lower layers (next to the input)",
                 .contradicts = {{.option = "upper-layers", .values = {"all"}, .reason = "it leaves no lower layer"}}},
                optimizer, optimizer_of("lower")),
      on_groups({.name = "upper",
                 .value = "OPTIMIZER",
                 .fallback = "adam,lr=0.001",
                 .heading = kOptimizers,
                 .help = "optimizer of the upper layers (next to the output)",
                 .contradicts = {{.option = "upper-layers", .values = {"0"}, .reason = "it leaves no upper layer"}}},
                optimizer, optimizer_of("upper")),
      on_groups({.name = "upper-layers",
                 .value = "N",
                 .fallback = "2",
                 .fallback_note = "2; in a smaller network all layers, with ‹lower› all but the first",
                 .heading = kOptimizers,
                 .help = "how many layers, counted from the output, are upper; 0 or all leaves one group",
                 .may_vary = true},
                {{"oneOf", {{{"type", "integer"}, {"minimum", 0}}, {{"const", "all"}}}}}, upper_layers_of),
      on_groups(
          {.name = "group",
           .value = "FIRST-LAST:OPTIMIZER",
           .heading = kOptimizers,
           .help = "optimizer of these layers, counted from 0 at the input; instead of lower and upper, any number "
                   "of times, "
                   "every layer once",
           .contradicts = {{.option = "lower", .reason = kEither},
                           {.option = "upper", .reason = kEither},
                           {.option = "upper-layers", .reason = kEither}},
           .repeatable = true},
          {{"type", "array"}, {"items", optimizer}}, groups_of),
      chosen(
          {.name = "convention",
           .fallback = "keras",
           .heading = kOptimizers,
           .help = "whose formulas, default constants and initialisers hold",
           .may_vary = true},
          kConventions, [](auto& s) -> auto& { return s.config.convention; }),
  };
}

std::vector<Option> objective_options() {
  return {
      where(has_own_loss, held(
                              {.name = "loss",
                               .value = "LOSS",
                               .fallback_note = "by what the data hold: classes softmax_cross_entropy, labels "
                                                "binary_cross_entropy, numbers mse",
                               .heading = kTraining,
                               .help = loss_help(),
                               .may_vary = true,
                               .of_new_output = true},
                              ObjectiveText(), [](auto& s) -> auto& { return s.config.loss; })),
      where(
          has_other_threshold,
          held(
              {.name = "threshold",
               .value = "P",
               .fallback = "0.5",
               .heading = kTraining,
               .help = "of binary_cross_entropy: a probability above it says yes, which of two classes is the second"},
              Share(), [](auto& s) -> auto& { return s.config.threshold; })),
  };
}

/// The steps of a run, and when it ends.
std::vector<Option> step_options() {
  return {
      held(
          {.name = "epochs",
           .value = "N",
           .fallback = "10",
           .heading = kTraining,
           .help = "passes over the training rows",
           .may_vary = true,
           .when_resumed = WhenResumed::length},
          Whole<std::uint32_t>{1, kMaxEpochs}, [](auto& s) -> auto& { return s.config.epochs; }),
      held(
          {.name = "batch-size",
           .value = "N",
           .fallback = "32",
           .heading = kTraining,
           .help = "rows in a step",
           .may_vary = true},
          Whole<std::size_t>{1, kMaxBatchSize}, [](auto& s) -> auto& { return s.config.batch_size; }),
      chosen(
          {.name = "sampling",
           .fallback = "random",
           .heading = kTraining,
           .help =
               "random: each batch drawn with replacement, floor(rows/batch) steps an epoch, at least 1; shuffle: a "
               "new permutation each epoch; sequential: file order; in both the last batch may be smaller",
           .may_vary = true},
          kSamplings, [](auto& s) -> auto& { return s.config.sampling; }),
      held(
          {.name = "max-steps",
           .value = "N",
           .heading = kTraining,
           .help = "stop after N steps in all",
           .may_vary = true,
           .when_resumed = WhenResumed::length},
          Whole<std::uint64_t>{1, kMaxCount}, [](auto& s) -> auto& { return s.config.max_steps; }),
      held(
          {.name = "max-time",
           .value = "T",
           .heading = kTraining,
           .help =
               "stop after about T, such as 90s, 10m or 1h30m; the run is complete, and its step count reproduces it",
           .when_resumed = WhenResumed::length},
          Duration(), [](auto& s) -> auto& { return s.config.max_seconds; }),
  };
}

/// Which epoch is the best, and what follows from that.
std::vector<Option> best_epoch_options() {
  return {
      held(
          {.name = "early-stopping",
           .value = "PATIENCE",
           .heading = kTraining,
           .help = "stop after PATIENCE epochs in a row without a better ‹monitor›",
           .contradicts = {no_validation()},
           .may_vary = true,
           .when_resumed = WhenResumed::patience},
          Whole<std::uint32_t>{1, kMaxEpochs}, [](auto& s) -> auto& { return s.config.early_stopping; }),
      held(
          {.name = "min-delta",
           .value = "D",
           .heading = kTraining,
           .help = "by how much ‹monitor› must be better than the last time for ‹early_stopping› to begin anew; the "
                   "best epoch stays the one with the best figure",
           .needs = "early-stopping",
           .may_vary = true,
           .when_resumed = WhenResumed::patience},
          Positive(), [](auto& s) -> auto& { return s.config.min_delta; }),
      held(
          {.name = "start-epoch",
           .value = "N",
           .heading = kTraining,
           .help = "epochs that ‹early_stopping› lets pass before it compares any",
           .needs = "early-stopping",
           .may_vary = true,
           .when_resumed = WhenResumed::patience},
          Whole<std::uint32_t>{1, kMaxEpochs}, [](auto& s) -> auto& { return s.config.start_epoch; }),
      chosen(
          {.name = "monitor",
           .fallback = "val_loss",
           .heading = kTraining,
           .help = "the figure of the validation rows that tells the best epoch: the lowest val_loss, val_rmse, "
                   "val_mae or val_pinball, or the highest of the others; it is one of what is learnt",
           .contradicts = {no_validation()}},
          kMonitors, [](auto& s) -> auto& { return s.config.monitor; }),
      held(
          {.name = "restore-best",
           .heading = kTraining,
           .help = "end with the weights of the best epoch: they are tested, hashed and saved",
           .contradicts = {no_validation()},
           .may_vary = true},
          Flag(), [](auto& s) -> auto& { return s.config.restore_best; }),
  };
}

std::vector<Option> computing_options() {
  return {
      held(
          {.name = "seed",
           .value = "N",
           .fallback = "42",
           .heading = kTraining,
           .help = "seed of initial weights, split, sampling and dropout, each its own stream",
           .may_vary = true},
          Whole<std::uint64_t>{0, kMaxCount}, [](auto& s) -> auto& { return s.config.seed; }),
      chosen(
          {.name = "precision",
           .fallback = "f32",
           .heading = kTraining,
           .help = "what products are computed from: fp32, or bf16 activations and weights, by oneDNN on a CPU with "
                   "AVX512_BF16 or AMX and with ‹isa› auto; weights are trained and saved in fp32 in both",
           .may_vary = true},
          kPrecisions, [](auto& s) -> auto& { return s.config.precision; }),
      chosen(
          {.name = "engine",
           .fallback = "auto",
           .heading = kTraining,
           .help = "who computes the dense layers: oneDNN, or Strata's own kernels (panels), which give the same bits "
                   "for every number of threads and on every CPU with fused multiply-adds; auto: panels where the CPU "
                   "and ‹isa› allow it, and for fp32",
           .may_vary = true},
          kEngines, [](auto& s) -> auto& { return s.config.engine; }),
      chosen(
          {.name = "isa",
           .fallback = "auto",
           .heading = kTraining,
           .help = "the newest instruction set to use",
           .when_resumed = WhenResumed::machine},
          kInstructionSets, [](auto& s) -> auto& { return s.config.instruction_set; }),
  };
}

std::vector<Option> regularisation_options() {
  return {
      held(
          {.name = "dropout",
           .value = "P,P,…",
           .heading = kRegularisation,
           .help = "share of each hidden layer's units that a step drops, from 0 to below 1; one value holds for all "
                   "layers",
           .contradicts = {no_hidden_layer()},
           .may_vary = true},
          Shares(), [](auto& s) -> auto& { return s.config.dropout; }),
      held(
          {.name = "label-smoothing",
           .value = "E",
           .heading = kRegularisation,
           .help = "share of each target, from 0 to below 1, that is spread evenly over all classes in training",
           .may_vary = true},
          Share(), [](auto& s) -> auto& { return s.config.label_smoothing; }),
      held(
          {.name = "class-weights",
           .value = "balanced|W,W,…|NAME=W,…",
           .heading = kRegularisation,
           .help = "how much each class counts in the training loss, from 0, in order or by name (the others 1); "
                   "balanced: training rows / (classes * the class' rows)",
           .may_vary = true},
          WeightsOfClasses(), [](auto& s) -> auto& { return s.config.class_weights; }),
      held(
          {.name = "clip-norm",
           .value = "C",
           .heading = kRegularisation,
           .help = "scale the gradients of all trained layers together so that their norm is at most C",
           .may_vary = true},
          Positive(), [](auto& s) -> auto& { return s.config.clip_norm; }),
      held(
          {.name = "clip-value",
           .value = "C",
           .heading = kRegularisation,
           .help = "cut each gradient to -C … C",
           .contradicts = {{.option = "clip-norm", .reason = "gradients are clipped in one of the two ways"}},
           .may_vary = true},
          Positive(), [](auto& s) -> auto& { return s.config.clip_value; }),
  };
}

void read_checkpoint_every(RunSettings& settings, const Given& given, std::string_view name) {
  constexpr double kUnaskedSeconds = 1;  // a short epoch must not cost more to keep than to train
  const std::string& text = given.text(name);
  CheckpointPlan& plan = settings.checkpoints;
  plan.every_epoch = text == "epoch";
  plan.least_seconds = given.given(name) ? 0 : kUnaskedSeconds;
  if (plan.every_epoch || text == "none") {
    return;
  }
  plan.every_steps = parse_number<std::uint64_t>(text);
  if (!plan.every_steps || *plan.every_steps == 0) {
    throw usage_error("{}: expected a number of steps, from 1, epoch, or none, found '{}'", field(name), text);
  }
}

Json checkpoint_every_of(const RunSettings& settings) {
  const CheckpointPlan& plan = settings.checkpoints;
  return plan.every_epoch ? Json("epoch") : plan.every_steps ? Json(*plan.every_steps) : Json("none");
}

/// What is written and kept of a run; a run that is resumed goes on with most of it.
std::vector<Option> output_options() {
  return {
      held(
          {.name = "metrics",
           .value = "FILE",
           .heading = kOutput,
           .help = "metrics as JSON Lines; - is stdout, where the last line is the result, with ‹json› all of it"},
          Text(), [](auto& s) -> auto& { return s.metrics; }),
      held(
          {.name = "run-dir",
           .value = "DIR",
           .heading = kOutput,
           .help = "a new folder for config.json, metrics.jsonl, model.safetensors, report.html, and checkpoints from "
                   "which "
                   "‹resume› goes on"},
          Path(), [](auto& s) -> auto& { return s.run_dir; }),
      {.name = "checkpoint-every",
       .value = "N|epoch|none",
       .fallback = "epoch",
       .heading = kOutput,
       .help =
           "keep the run in the ‹run_dir› every N steps, after every epoch (if nobody asks, at most once a second), "
           "or at its end alone",
       .lasts = true,
       .member = {.read = read_checkpoint_every,
                  .write = checkpoint_every_of,
                  .schema = {{"oneOf", {{{"type", "integer"}, {"minimum", 1}}, {{"enum", {"epoch", "none"}}}}},
                             {"default", "epoch"}}}},
      held(
          {.name = "keep",
           .value = "N",
           .fallback = "2",
           .heading = kOutput,
           .help = "how many checkpoints stay, the last ones; the best epoch's by ‹monitor› stays beside them",
           .lasts = true},
          Whole<std::size_t>{1, std::numeric_limits<std::size_t>::max()},
          [](auto& s) -> auto& { return s.checkpoints.keep; }),
      held(
          {.name = "tensorboard",
           .heading = kOutput,
           .help = "event files for TensorBoard, in the ‹run_dir›",
           .lasts = true},
          Flag(), [](auto& s) -> auto& { return s.tensorboard; }),
      held(
          {.name = "diagnose",
           .heading = kOutput,
           .help =
               "statistics of the units of each hidden layer in the metrics, at each epoch's end: which are dead, and "
               "how many outputs are saturated; strata diagnose tells what they mean",
           .lasts = true},
          Flag(), [](auto& s) -> auto& { return s.diagnose; }),
      held(
          {.name = "save",
           .value = "FILE",
           .heading = kOutput,
           .help = "write the final model, as safetensors",
           .lasts = true},
          Path(), [](auto& s) -> auto& { return s.save; }),
  };
}

void read_threads(RunSettings& settings, const Given& given, std::string_view name) {
  TrainConfig& config = settings.config;
  config.may_spare_threads = !given.given(name);
  config.threads = given.given(name) ? Whole<int>{1, kMaxThreads}.read(name, given.text(name)) : available_threads();
}

Option threads_option() {
  return {.name = "threads",
          .value = "N",
          .fallback_note = "what affinity and the cgroup quota allow",
          .heading = kCommon,
          .help = "threads that compute",
          .lasts = true,
          .when_resumed = WhenResumed::machine,
          .member = {.read = read_threads,
                     .write = [](const RunSettings& settings) { return Json(settings.config.threads); },
                     .schema = Whole<int>{1, kMaxThreads}.schema()}};
}

std::vector<Option> all_options() {
  std::vector<Option> all;
  for (auto&& part : {data_options(), model_options(), optimizer_options(), objective_options(), step_options(),
                      best_epoch_options(), computing_options(), regularisation_options()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  for (Option& option : all) {
    option.shapes_run = true;
    option.lasts = true;
  }
  for (Option& option : output_options()) {
    all.push_back(std::move(option));
  }
  all.push_back(threads_option());
  return all;
}

}  // namespace

std::string key_of(const Option& option) {
  std::string key(option.name);
  std::ranges::replace(key, '-', '_');
  return key;
}

const std::vector<Option>& run_options() {
  static const std::vector<Option> options = all_options();
  return options;
}

const Option* find_option(const std::vector<Option>& options, std::string_view name) {
  const auto found = std::ranges::find(options, name, &Option::name);
  return found == options.end() ? nullptr : &*found;
}

bool describes_data(const Option& option) {
  return option.heading == kTablesHeading ||
         (option.heading == kDataHeading && option.name != "validation-split" && option.name != "split" &&
          option.name != "scaler" && option.name != "target-scaler");
}

bool is_recorded(const Option& option) { return option.shapes_run || option.name == "threads"; }

}  // namespace strata
