// The options of the commands that apply a model: evaluate, predict, export.
#include <iterator>
#include <utility>

#include "cli/options/options.h"
#include "settings/choices.h"

namespace strata::cli {

namespace {

constexpr std::string_view kData = "Data";
constexpr std::string_view kSubject = "What to show";
constexpr std::string_view kComputing = "Computing";

/// Those of train with these names, to stand among a command's own.
std::vector<Option> options_of_train(const std::vector<std::string_view>& names, std::vector<Option> own) {
  for (Option& option : train_options(names)) {
    option.shapes_run = false;
    own.push_back(std::move(option));
  }
  return own;
}

/// Those of train that say how to compute; a run's own choice holds unless they are given.
std::vector<Option> computing_options() {
  std::vector<Option> options = train_options({"precision", "engine", "isa"});
  for (Option& option : options) {
    option.heading = kComputing;
    option.shapes_run = false;
    if (option.name != "isa") {
      option.fallback_note = option.name == "engine" ? "the run folder's, or auto" : "the run folder's, or f32";
    }
  }
  return options;
}

Command command(std::string_view name, std::string_view summary, std::string_view operands, std::vector<Option> own,
                std::vector<Option> more) {
  own.insert(own.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  for (Option& option : train_options({"threads", "quiet", "json", "help", "version"})) {
    own.push_back(std::move(option));
  }
  return {.name = name, .summary = summary, .options = std::move(own), .operands = operands};
}

}  // namespace

/// For what decides by one.
Option threshold_option() {
  return {.name = "threshold",
          .value = "P",
          .fallback_note = "the model's",
          .heading = kData,
          .help = "of two classes by one output, and of labels: a probability above it says yes"};
}

Command evaluate_command() {
  Option part = choice("part", kParts, "test", kData,
                       "which rows; validation and train: as the model's run divided the training rows; all: training, "
                       "validation and test rows");
  part.fallback_note = "test; all rows of a file";
  return command(
      "evaluate", "loss and figures, of each class, label or target too", "MODEL",
      options_of_train(
          {"labels", "unseen-categories", "header", "delimiter", "decimal", "comment", "missing-values", "label-type"},
          {{.name = "data",
            .value = "PATH",
            .fallback_note = "the run folder's, or the installed Fashion-MNIST",
            .heading = kData,
            .help = "data as train takes it; a table's columns are matched to the model's by name"},
           std::move(part),
           {.name = "top-k",
            .value = "N",
            .fallback_note = "5, of more than 5 classes",
            .heading = kData,
            .help = "how often the label is among the N most probable classes"},
           {.name = "importance",
            .heading = kData,
            .help = "by how much the loss rises when a column is shuffled among the rows, with its deviation over five "
                    "times; of images as a map"},
           threshold_option()}),
      computing_options());
}

Command predict_command() {
  Option format = choice("format", kPredictionFormats, "csv", kOutput,
                         "csv: row, class, its probability, and every class' probability (of labels the "
                         "probabilities, of numbers the values); jsonl: the same as JSON Lines; npy: the probabilities "
                         "or values, float32 (rows, columns)");
  format.fallback_note = "the ending of --output, or csv";
  return command(
      "predict", "classes, labels or numbers of rows", "MODEL",
      {{.name = "data",
        .value = "PATH|-",
        .heading = kData,
        .help =
            "the rows, which need no labels: a table, an IDX or NPY file of features, a folder or NPZ file as train "
            "takes it (of which the test part counts), an image, a folder of images without classes, or from stdin a "
            "table, an array, or paths of images, one a line"},
       {.name = "output",
        .value = "FILE",
        .fallback_note = "stdout",
        .heading = kOutput,
        .help = "where they go; the file appears whole or not at all"},
       threshold_option(),
       std::move(format)},
      options_of_train({"unseen-categories", "header", "delimiter", "decimal", "comment", "missing-values"},
                       computing_options()));
}

Command info_command() {
  return command("info", "a model, a data set, or this machine", "[MODEL]",
                 {{.name = "data",
                   .value = "PATH",
                   .heading = kSubject,
                   .help = "instead of a model: what a data set holds, with train's options on it"},
                  {.name = "system",
                   .heading = kSubject,
                   .help = "instead of a model: CPU, instruction sets, versions, and what oneDNN takes for each "
                           "operation of the default network",
                   .contradicts = {{.option = "data", .reason = "info shows one thing at a time"}}}},
                 options_of_train(data_option_names(), train_options({"isa"})));
}

Command export_command() {
  Command command{.name = "export",
                  .summary = "a model as an ONNX file, for other programs",
                  .options = {{.name = "output",
                               .value = "FILE.onnx",
                               .heading = kOutput,
                               .help = "the file, required; one that is there is replaced"}},
                  .operands = "MODEL"};
  for (Option& option : train_options({"quiet", "json", "help", "version"})) {  // one thread copies the weights
    command.options.push_back(std::move(option));
  }
  return command;
}

}  // namespace strata::cli
