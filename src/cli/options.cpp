#include "cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "cli/choices.h"
#include "cli/completion_command.h"
#include "cli/model_options.h"
#include "cli/sweep_options.h"
#include "data/load.h"
#include "kernels/activation.h"
#include "model/initialize.h"

namespace strata::cli {

namespace {

constexpr std::string_view kData = "Data";
constexpr std::string_view kTables = "Tables";
constexpr std::string_view kModel = "Model";
constexpr std::string_view kOptimizers = "Optimizers";
constexpr std::string_view kTraining = "Training";
constexpr std::string_view kRegularisation = "Regularisation and weighting";
constexpr std::string_view kOutput = "Output";
constexpr std::string_view kCommon = "Common";

Contradiction no_validation() {
  return {.option = "validation-split", .values = {"0"}, .reason = "it holds out no rows"};
}

Contradiction no_hidden_layer() {
  return {.option = "hidden", .values = {"none"}, .reason = "it leaves no hidden layer"};
}

/// Of an option for what a model brings along.
Contradiction given_by_model(std::string_view reason) { return {.option = "from", .reason = reason}; }

std::vector<Option> data_options() {
  Option split = choice("split", kSplits, "shuffled", kData,
                        "which rows are held out; tail: the last ones in file order, as Keras' validation_split");
  split.contradicts = {no_validation()};
  Option scaler = choice("scaler", kScalers, "standard", kData,
                         "standard: population mean and deviation of each feature over the training rows, constant "
                         "features divided by 1; unit: divided by 255");
  scaler.contradicts = {given_by_model("the scaler is the model's")};
  Option missing = choice("missing", kMissingValues, "error", kData,
                          "what becomes of a missing value, or one that is not finite, in a table or in NPY floats; "
                          "mean: the feature's mean over the training rows takes its place");
  missing.contradicts = {given_by_model("the model's scaler says what fills missing values")};
  constexpr std::string_view kValidation = "validation rows are given, or held out";
  return {
      {.name = "data",
       .value = "PATH",
       .fallback = STRATA_DATASETS_DIR "/fashion-mnist",
       .fallback_note = "the installed Fashion-MNIST",
       .heading = kData,
       .help = "folder of IDX files (train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz], "
               "t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz]) or of NPY files (X_train.npy[.gz], "
               "y_train.npy[.gz], and perhaps X_validation, y_validation, X_test, y_test); a folder of PNG and JPEG "
               "images, a "
               "folder for each class, perhaps within train, validation and test; an NPY file of features; a table "
               "(.csv, .tsv, .txt, also with .gz)"},
      {.name = "labels", .value = "FILE", .heading = kData, .help = "NPY file of the labels of an NPY file --data"},
      {.name = "validation-data",
       .value = "FILE",
       .heading = kData,
       .help = "NPY file or table of the validation rows, instead of training rows held out",
       .contradicts = {{.option = "validation-split", .reason = kValidation},
                       {.option = "split", .reason = kValidation}}},
      {.name = "validation-labels",
       .value = "FILE",
       .heading = kData,
       .help = "labels of an NPY file --validation-data"},
      {.name = "test-data",
       .value = "FILE",
       .heading = kData,
       .help = "NPY file or table of the test rows, in place of any test part that --data has"},
      {.name = "test-labels", .value = "FILE", .heading = kData, .help = "labels of an NPY file --test-data"},
      {.name = "validation-split",
       .value = "F",
       .fallback = "0.2",
       .heading = kData,
       .help = "share of the training rows held out for validation, from 0 to below 1"},
      std::move(split),
      std::move(scaler),
      std::move(missing),
  };
}

std::vector<Option> table_options() {
  return {
      {.name = "label-column",
       .value = "COLUMN",
       .fallback_note = "the one called label, class or target",
       .heading = kTables,
       .help = "the labels, any text or number; columns go by name, or by index from 0"},
      {.name = "ignore-columns", .value = "COLUMN,COLUMN,…", .heading = kTables, .help = "columns to leave out"},
      {.name = "id-column",
       .value = "COLUMN",
       .heading = kTables,
       .help = "names of the rows, which predictions repeat; no feature"},
      {.name = "weight-column",
       .value = "COLUMN",
       .heading = kTables,
       .help = "how much each row counts in the training loss, above 0; no feature"},
      {.name = "category-columns",
       .value = "COLUMN,COLUMN,…",
       .heading = kTables,
       .help = "columns of names: a feature, 0 or 1, for each name that the training table has"},
      choice("unseen-categories", kUnseenCategories, "error", kTables,
             "a category that the training table did not have; zeros: all its column's features are 0"),
      choice("header", kHeaderLines, "auto", kTables,
             "whether the first line names the columns; auto: if none of its fields is a number"),
  };
}

std::vector<Option> model_options() {
  Option init = choice("init", kInitializers, "he_normal", kModel, "initial weights; biases start at 0");
  init.contradicts = {{.option = "initial-weights", .reason = "the weights come from one of them"}};
  Option activation = choice("activation", kernels::kActivations, "elu", kModel, "activation of the hidden layers");
  activation.contradicts = {no_hidden_layer(), given_by_model("the activation is the model's")};
  return {
      {.name = "hidden",
       .value = "N,N,…",
       .fallback = "300,100,50",
       .heading = kModel,
       .help = "sizes of the hidden layers, or none",
       .contradicts = {given_by_model("the layers are the model's")}},
      std::move(activation),
      std::move(init),
      {.name = "initial-weights",
       .value = "FILE",
       .heading = kModel,
       .help = "start from the layers of a safetensors file of the same shapes; its scaler is not taken",
       .contradicts = {given_by_model("the weights come from one of them")}},
      {.name = "from",
       .value = "MODEL",
       .heading = kModel,
       .help =
           "go on from a model, a .safetensors file or the folder of a run: its layers, weights, activation, scaler, "
           "classes and, unless given, convention are taken; the data must fit it"},
      {.name = "new-output",
       .heading = kModel,
       .help = "of --from take all layers but the last, which is drawn anew (by --init and --seed) for the classes of "
               "the data",
       .needs = "from"},
  };
}

std::vector<Option> optimizer_options() {
  constexpr std::string_view kEither = "groups are given by --group, or as lower and upper layers";
  return {
      {.name = "lower",
       .value = "OPTIMIZER",
       .fallback = "sgd,lr=0.01",
       .heading = kOptimizers,
       .help = "optimizer of the lower layers (next to the input)",
       .contradicts = {{.option = "upper-layers", .values = {"all"}, .reason = "it leaves no lower layer"}}},
      {.name = "upper",
       .value = "OPTIMIZER",
       .fallback = "adam,lr=0.001",
       .heading = kOptimizers,
       .help = "optimizer of the upper layers (next to the output)",
       .contradicts = {{.option = "upper-layers", .values = {"0"}, .reason = "it leaves no upper layer"}}},
      {.name = "upper-layers",
       .value = "N",
       .fallback = "2",
       .fallback_note = "2, or all layers of a smaller network",
       .heading = kOptimizers,
       .help = "how many layers, counted from the output, are upper; 0 or all leaves one group"},
      {.name = "group",
       .value = "FIRST-LAST:OPTIMIZER",
       .heading = kOptimizers,
       .help =
           "optimizer of these layers, counted from 0 at the input; instead of lower and upper, any number of times, "
           "every layer once",
       .contradicts = {{.option = "lower", .reason = kEither},
                       {.option = "upper", .reason = kEither},
                       {.option = "upper-layers", .reason = kEither}},
       .repeatable = true},
      choice("convention", kConventions, "keras", kOptimizers,
             "whose formulas, default constants and initialisers hold"),
  };
}

std::vector<Option> training_options() {
  Option monitor = choice("monitor", kMonitors, "val_loss", kTraining,
                          "the figure of the validation rows that tells the best epoch: the lowest val_loss, or the "
                          "highest of the others");
  monitor.contradicts = {no_validation()};
  return {
      {.name = "epochs", .value = "N", .fallback = "10", .heading = kTraining, .help = "passes over the training rows"},
      {.name = "batch-size", .value = "N", .fallback = "32", .heading = kTraining, .help = "rows in a step"},
      choice("sampling", kSamplings, "random", kTraining,
             "random: each batch drawn with replacement, floor(rows/batch) steps an epoch, at least 1; shuffle: a new "
             "permutation each epoch; sequential: file order; in both the last batch may be smaller"),
      {.name = "max-steps", .value = "N", .heading = kTraining, .help = "stop after N steps in all"},
      {.name = "max-time",
       .value = "T",
       .heading = kTraining,
       .help = "stop after about T, such as 90s, 10m or 2h; the run is complete, and its step count reproduces it"},
      {.name = "early-stopping",
       .value = "PATIENCE",
       .heading = kTraining,
       .help = "stop after PATIENCE epochs in a row without a better --monitor",
       .contradicts = {no_validation()}},
      std::move(monitor),
      {.name = "restore-best",
       .heading = kTraining,
       .help = "end with the weights of the best epoch: they are tested, hashed and saved",
       .contradicts = {no_validation()}},
      {.name = "seed",
       .value = "N",
       .fallback = "42",
       .heading = kTraining,
       .help = "seed of initial weights, split, sampling and dropout, each its own stream"},
      choice("precision", kPrecisions, "f32", kTraining,
             "what products are computed from: fp32, or bf16 activations and weights, by oneDNN on a CPU with "
             "AVX512_BF16 or AMX and with --isa auto; weights are trained and saved in fp32 in both"),
      choice("engine", kEngines, "auto", kTraining,
             "who computes the dense layers: oneDNN, or Strata's own kernels (panels), which give the same bits for "
             "every number of threads and on every CPU with fused multiply-adds; auto: panels where the CPU and --isa "
             "allow it, and for fp32"),
      choice("isa", kInstructionSets, "auto", kTraining, "the newest instruction set to use"),
  };
}

std::vector<Option> regularisation_options() {
  return {
      {.name = "dropout",
       .value = "P,P,…",
       .heading = kRegularisation,
       .help =
           "share of each hidden layer's units that a step drops, from 0 to below 1; one value holds for all layers",
       .contradicts = {no_hidden_layer()}},
      {.name = "label-smoothing",
       .value = "E",
       .heading = kRegularisation,
       .help = "share of each target, from 0 to below 1, that is spread evenly over all classes in training"},
      {.name = "class-weights",
       .value = "balanced|W,W,…",
       .heading = kRegularisation,
       .help =
           "how much each class counts in the training loss; balanced: training rows / (classes * the class' rows)"},
      {.name = "clip-norm",
       .value = "C",
       .heading = kRegularisation,
       .help = "scale the gradients of all trained layers together so that their norm is at most C"},
      {.name = "clip-value",
       .value = "C",
       .heading = kRegularisation,
       .help = "cut each gradient to -C … C",
       .contradicts = {{.option = "clip-norm", .reason = "gradients are clipped in one of the two ways"}}},
  };
}

std::vector<Option> output_options() {
  return {
      {.name = "metrics", .value = "FILE", .heading = kOutput, .help = "metrics as JSON Lines; - is stdout"},
      {.name = "run-dir",
       .value = "DIR",
       .heading = kOutput,
       .help = "a new folder for config.json, metrics.jsonl, model.safetensors, report.html, and a checkpoint of the "
               "run's end"},
      {.name = "checkpoint-every",
       .value = "N|epoch",
       .heading = kOutput,
       .help = "keep the run in the --run-dir every N steps, or after every epoch, so that --resume goes on from there",
       .lasts = true},
      {.name = "keep",
       .value = "N",
       .fallback = "2",
       .heading = kOutput,
       .help = "how many checkpoints stay, the last ones; the best epoch's by --monitor stays beside them",
       .lasts = true},
      {.name = "resume",
       .value = "DIR",
       .heading = kOutput,
       .help = "go on with the run in a --run-dir from its last checkpoint, with its options, exactly as if it had not "
               "stopped; other --threads, --epochs and what only concerns output may be given",
       .contradicts = {{.option = "run-dir", .reason = "the run goes on in its own folder"}}},
      {.name = "tensorboard",
       .heading = kOutput,
       .help = "event files for TensorBoard, in the --run-dir",
       .lasts = true},
      {.name = "save",
       .value = "FILE",
       .heading = kOutput,
       .help = "write the final model, as safetensors",
       .lasts = true},
      choice("progress", kProgressStyles, "auto", kOutput,
             "bar: one live line an epoch; lines: a line an epoch; auto: bar on a terminal. Without a terminal at "
             "stderr, bar is lines"),
  };
}

Option config_option() {
  return {.name = "config",
          .value = "FILE",
          .heading = kCommon,
          .help =
              "options from a TOML file, or from the config.json of a run; what the command line gives or "
              "contradicts is left out (docs/configuration.md)"};
}

std::vector<Option> common_options() {
  return {
      {.name = "threads",
       .value = "N",
       .fallback_note = "what affinity and the cgroup quota allow",
       .heading = kCommon,
       .help = "threads that compute",
       .lasts = true},
      {.name = "quiet",
       .heading = kCommon,
       .help = "no progress and no messages but errors",
       .contradicts = {{.option = "progress",
                        .values = {"auto", "bar", "lines"},
                        .reason = "quiet means --progress none"}}},
      {.name = "json",
       .heading = kCommon,
       .help = "the result as one JSON object on stdout",
       .contradicts = {{.option = "metrics", .values = {"-"}, .reason = "both would write to stdout"}}},
      {.name = "help", .heading = kCommon, .help = "show this help (also -h)"},
      {.name = "version",
       .heading = kCommon,
       .help = "show the versions of Strata, oneDNN and TBB, and the instruction "
               "set in use"},
  };
}

}  // namespace

Command train_command() {
  Command command{.name = "train", .summary = "train one model", .options = {}, .ranks_share = "each batch"};
  for (auto&& part : {data_options(), table_options(), model_options(), optimizer_options(), training_options(),
                      regularisation_options()}) {
    command.options.insert(command.options.end(), part.begin(), part.end());
  }
  for (Option& option : command.options) {
    option.shapes_run = true;
    option.lasts = true;
  }
  for (auto&& part : {output_options(), {config_option()}, common_options()}) {
    command.options.insert(command.options.end(), part.begin(), part.end());
  }
  return command;
}

Command report_command() {
  Command command{.name = "report",
                  .summary = "run folders to one HTML page",
                  .options = {{.name = "output",
                               .value = "FILE",
                               .fallback_note = "report.html, in the folder if there is one, else here",
                               .heading = kOutput,
                               .help = "the page; a file that is there is replaced"}},
                  .operands = "DIR [DIR…]"};
  for (Option& option : common_options()) {
    option.contradicts.clear();  // with options that report lacks
    command.options.push_back(std::move(option));
  }
  return command;
}

std::vector<Option> train_options(const std::vector<std::string_view>& names) {
  std::vector<Option> options;
  for (Option& option : train_command().options) {
    if (std::ranges::find(names, option.name) != names.end()) {
      options.push_back(std::move(option));
    }
  }
  for (Option& option : options) {
    std::erase_if(option.contradicts,
                  [&](const Contradiction& other) { return std::ranges::find(names, other.option) == names.end(); });
  }
  return options;
}

std::vector<Command> commands() {
  return {train_command(), sweep_command(),  find_lr_command(), evaluate_command(),  predict_command(),
          info_command(),  export_command(), report_command(),  completion_command()};
}

}  // namespace strata::cli
