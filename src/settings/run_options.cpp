#include "settings/run_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <concepts>
#include <limits>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "core/number.h"
#include "core/threads.h"
#include "optim/parameter_group.h"
#include "settings/run_settings.h"
#include "settings/value_kinds.h"
#include "train/monitor.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kData = "Data";
constexpr std::string_view kTables = "Tables";
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

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class Kind, class At>
Member::Read reader(Kind kind, At at) {
  return [kind, at](RunSettings& settings, const Given& given, std::string_view name) {
    static_cast<void>(kind);  // a flag has no text to read
    if constexpr (std::same_as<Kind, Flag>) {
      at(settings) = given.given(name);
    } else if (const std::string& text = given.text(name); !text.empty()) {
      at(settings) = kind.read(name, text);
    }
  };
}

template <class Kind, class At>
Member::Write writer(Kind kind, At at, bool has_fallback) {
  return [kind, at, has_fallback](const RunSettings& settings) -> Json {
    static_cast<void>(has_fallback);  // an optional value does not ask
    const auto& value = at(settings);
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (IsOptional<Value>::value) {
      return value ? kind.json(*value) : Json();
    } else if constexpr (std::equality_comparable<Value>) {
      return !has_fallback && value == Value{} ? Json() : kind.json(value);
    } else {
      return kind.json(value);
    }
  };
}

/// The option, whose value is of `kind` and lies at(settings). Without a fallback the value is an optional one, or that
/// of its type's own making if there is none.
template <class Kind, class At>
Option held(Option option, Kind kind, At at) {
  option.member = {
      .read = reader(kind, at), .write = writer(kind, at, !option.fallback.empty()), .schema = kind.schema()};
  if constexpr (!std::same_as<Kind, Flag>) {
    if (!option.fallback.empty()) {
      option.member.schema["default"] = kind.json(kind.read(option.name, option.fallback));
    }
  }
  return option;
}

/// The same of one of the names in `table`.
template <class Table, class At>
Option chosen(Option option, const Table& table, At at) {
  option.choices = names_of(table);
  option.value = fmt::format("{}", fmt::join(option.choices, "|"));
  return held(std::move(option), OneOf{&table}, at);
}

/// The option, which has a value only where `applies` says so.
Option where(bool (*applies)(const RunSettings&), Option option) {
  option.member.write = [applies, write = std::move(option.member.write)](const RunSettings& settings) {
    return applies(settings) ? write(settings) : Json();
  };
  return option;
}

Contradiction no_validation() {
  return {.option = "validation-split", .values = {"0"}, .reason = "it holds out no rows"};
}

Contradiction no_hidden_layer() {
  return {.option = "hidden", .values = {"none"}, .reason = "it leaves no hidden layer"};
}

/// Of options that say what is to be learnt.
Contradiction other_targets(std::string_view option) {
  return {.option = option, .reason = "a network learns one or the other"};
}

/// Of targets that are no classes.
Contradiction spelled_labels(std::string_view reason) {
  return {.option = "label-type", .values = {"text"}, .reason = reason};
}

/// Of an option for what a model brings along.
Contradiction given_by_model(std::string_view reason) { return {.option = "from", .reason = reason}; }

bool holds_out_rows(const RunSettings& settings) { return !settings.own_validation; }
bool fits_scaler(const RunSettings& settings) { return settings.from == nullptr; }
bool has_own_loss(const RunSettings& settings) { return settings.from == nullptr || settings.new_output; }
// Options that came later, which records have only where they are not what they were before.
bool has_other_target_scaler(const RunSettings& settings) {
  return has_own_loss(settings) && settings.config.target_scaler != ScalerKind::standard;
}
bool has_other_threshold(const RunSettings& settings) { return settings.config.threshold != TrainConfig().threshold; }
bool draws_weights(const RunSettings& settings) {
  return !settings.initial_weights && (settings.from == nullptr || settings.new_output);
}

std::vector<Option> data_options() {
  constexpr std::string_view kValidation = "validation rows are given, or held out";
  return {
      held(
          {.name = "data",
           .value = "PATH",
           .fallback = STRATA_DATASETS_DIR "/fashion-mnist",
           .fallback_note = "the installed Fashion-MNIST",
           .heading = kData,
           .help =
               "folder of IDX files (train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz], "
               "t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz]) or of NPY files (X_train.npy[.gz], "
               "y_train.npy[.gz], and perhaps X_validation, y_validation, X_test, y_test); a folder of PNG and JPEG "
               "images, a "
               "folder for each class, perhaps within train, validation and test; an NPZ file of arrays called as "
               "those "
               "NPY files, or X and y; an NPY file of features; a table (.csv, .tsv, .txt, also with .gz)",
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.request.data; }),
      held(
          {.name = "labels",
           .value = "FILE",
           .heading = kData,
           .help = "NPY file of the labels of an NPY file ‹data›",
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.request.labels; }),
      held(
          {.name = "validation-data",
           .value = "FILE",
           .heading = kData,
           .help = "NPY file or table of the validation rows, instead of training rows held out",
           .contradicts = {{.option = "validation-split", .reason = kValidation},
                           {.option = "split", .reason = kValidation}},
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.request.validation_data; }),
      held(
          {.name = "validation-labels",
           .value = "FILE",
           .heading = kData,
           .help = "labels of an NPY file ‹validation_data›",
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.request.validation_labels; }),
      held(
          {.name = "test-data",
           .value = "FILE",
           .heading = kData,
           .help = "NPY file or table of the test rows, in place of any test part that ‹data› has",
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.request.test_data; }),
      held(
          {.name = "test-labels",
           .value = "FILE",
           .heading = kData,
           .help = "labels of an NPY file ‹test_data›",
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.request.test_labels; }),
      held(
          {.name = "class-names",
           .value = "NAME,NAME,…",
           .fallback_note = "as the labels are; the installed Fashion-MNIST's own",
           .heading = kData,
           .help = "what to call classes whose labels are numbers, in their order; other data are still matched by the "
                   "labels",
           .of_new_output = true},
          Names(), [](auto& s) -> auto& { return s.request.class_names; }),
      where(holds_out_rows, held(
                                {.name = "validation-split",
                                 .value = "F",
                                 .fallback = "0.2",
                                 .heading = kData,
                                 .help = "share of the training rows held out for validation, from 0 to below 1",
                                 .may_vary = true},
                                Share(), [](auto& s) -> auto& { return s.config.validation_split; })),
      where(holds_out_rows,
            chosen(
                {.name = "split",
                 .fallback = "shuffled",
                 .heading = kData,
                 .help = "which rows are held out; tail: the last ones in file order, as Keras' validation_split",
                 .contradicts = {no_validation()},
                 .may_vary = true},
                kSplits, [](auto& s) -> auto& { return s.config.split; })),
      where(fits_scaler,
            chosen(
                {.name = "scaler",
                 .fallback = "standard",
                 .heading = kData,
                 .help = "standard: population mean and deviation of each feature over the training rows, constant "
                         "features divided by 1; unit: divided by 255",
                 .contradicts = {given_by_model("the scaler is the model's")},
                 .may_vary = true},
                kScalers, [](auto& s) -> auto& { return s.config.scaler; })),
      where(has_other_target_scaler,
            chosen(
                {.name = "target-scaler",
                 .fallback = "standard",
                 .heading = kData,
                 .help = "of targets that are numbers; standard: trained in units of their deviation over the training "
                         "rows, of which the loss is; figures and predictions are in the targets' own",
                 .may_vary = true,
                 .of_new_output = true},
                kTargetScalers, [](auto& s) -> auto& { return s.config.target_scaler; })),
      chosen(
          {.name = "missing",
           .fallback = "error",
           .heading = kData,
           .help = "what becomes of a missing value, or one that is not finite, in a table or in NPY floats; "
                   "mean: the feature's mean over the training rows takes its place",
           .contradicts = {given_by_model("the model's scaler says what fills missing values")}},
          kMissingValues, [](auto& s) -> auto& { return s.request.missing; }),
      chosen(
          {.name = "images",
           .fallback = "strict",
           .heading = kData,
           .help =
               "folders of images: those that are not like the others; strict: an error; convert: 16 bits become 8, "
               "what is transparent shows white, grey among colour becomes colour. This and the next two a model "
               "remembers",
           .contradicts = {given_by_model("images are made as the model's were")}},
          kImageRules, [](auto& s) -> auto& { return s.request.images.rule; }),
      held(
          {.name = "resize",
           .value = "WxH",
           .heading = kData,
           .help = "scale images to this width and height",
           .contradicts = {given_by_model("images are made as the model's were")}},
          SizeOfImage(), [](auto& s) -> auto& { return s.request.images.resize; }),
      held(
          {.name = "gray",
           .heading = kData,
           .help = "images in colour become grey",
           .contradicts = {given_by_model("images are made as the model's were")}},
          Flag(), [](auto& s) -> auto& { return s.request.images.gray; }),
  };
}

std::vector<Option> table_options() {
  return {
      held(
          {.name = "label-column",
           .value = "COLUMN",
           .fallback_note = "the one called label, class or target",
           .heading = kTables,
           .help = "the labels, any text or number; columns go by name, or by index from 0",
           .of_new_output = true},
          Text(), [](auto& s) -> auto& { return s.request.roles.label; }),
      held(
          {.name = "target-columns",
           .value = "COLUMN,COLUMN,…",
           .heading = kTables,
           .help = "numbers to learn, in place of labels",
           .contradicts = {other_targets("label-column"), other_targets("label-columns"),
                           other_targets("label-separator"), spelled_labels("numbers are of no class")},
           .of_new_output = true},
          Columns(), [](auto& s) -> auto& { return s.request.roles.targets; }),
      held(
          {.name = "label-columns",
           .value = "COLUMN,COLUMN,…",
           .heading = kTables,
           .help = "several labels to learn, a column of 0 and 1 each",
           .contradicts = {other_targets("label-column"), other_targets("label-separator"),
                           spelled_labels("each of these columns holds 0 and 1")},
           .of_new_output = true},
          Columns(), [](auto& s) -> auto& { return s.request.roles.labels; }),
      held(
          {.name = "label-separator",
           .value = "TEXT",
           .heading = kTables,
           .help = "a row has any number of labels in its label column, with this between them: a;b;c",
           .of_new_output = true},
          Text(), [](auto& s) -> auto& { return s.request.roles.label_separator; }),
      held(
          {.name = "ignore-columns",
           .value = "COLUMN,COLUMN,…",
           .heading = kTables,
           .help = "columns to leave out",
           .of_new_output = true},
          Columns(), [](auto& s) -> auto& { return s.request.roles.ignored; }),
      held(
          {.name = "id-column",
           .value = "COLUMN",
           .heading = kTables,
           .help = "names of the rows, which predictions repeat; no feature",
           .of_new_output = true},
          Text(), [](auto& s) -> auto& { return s.request.roles.id; }),
      held(
          {.name = "weight-column",
           .value = "COLUMN",
           .heading = kTables,
           .help = "how much each row counts in the training loss, from 0; no feature",
           .of_new_output = true},
          Text(), [](auto& s) -> auto& { return s.request.roles.weight; }),
      held(
          {.name = "category-columns",
           .value = "COLUMN,COLUMN,…",
           .heading = kTables,
           .help = "columns of names: a feature, 0 or 1, for each name that the training table has",
           .of_new_output = true},
          Columns(), [](auto& s) -> auto& { return s.request.roles.categories; }),
      held(
          {.name = "date-columns",
           .value = "COLUMN,COLUMN,…",
           .heading = kTables,
           .help = "columns of ISO dates and times: a feature of days from the first training row's",
           .of_new_output = true},
          Columns(), [](auto& s) -> auto& { return s.request.roles.dates; }),
      chosen(
          {.name = "unseen-categories",
           .fallback = "error",
           .heading = kTables,
           .help = "a category that the training table did not have; zeros: all its column's features are 0"},
          kUnseenCategories, [](auto& s) -> auto& { return s.request.unseen; }),
      chosen(
          {.name = "header",
           .fallback = "auto",
           .heading = kTables,
           .help =
               "whether the first line names the columns, which a model remembers; auto: if none of its fields is a "
               "number, an option names one of them, or its numbers count 0, 1, 2, … beside text"},
          kHeaderLines, [](auto& s) -> auto& { return s.request.dialect.header; }),
      chosen(
          {.name = "delimiter",
           .fallback = "auto",
           .heading = kTables,
           .help = "what stands between fields; space: one blank or more; auto: what a first line sep=; says, or the "
                   "first of tab, semicolon, comma, pipe and blanks that divides all of the first lines alike, which "
                   "is told. This and how else a table is written a model remembers"},
          kDelimiters, [](auto& s) -> auto& { return s.request.dialect.delimiter; }),
      chosen(
          {.name = "decimal",
           .fallback_note = "point",
           .heading = kTables,
           .help = "what stands before a number's fraction; comma: points may stand between thousands, 1.261,76"},
          kDecimalMarks, [](auto& s) -> auto& { return s.request.dialect.decimal; }),
      held(
          {.name = "comment",
           .value = "CHAR",
           .heading = kTables,
           .help = "what follows it, outside quotes, is no part of its line"},
          Mark(), [](auto& s) -> auto& { return s.request.dialect.comment; }),
      held(
          {.name = "missing-values",
           .value = "TEXT,TEXT,…",
           .fallback_note = "of numbers nothing, ?, NA, NaN and null in any case; of names nothing",
           .heading = kTables,
           .help = "fields without a value, in place of the built-in ones, an empty TEXT for nothing (,NA); numbers "
                   "by their value"},
          Texts(), [](auto& s) -> auto& { return s.request.dialect.missing_values; }),
      chosen(
          {.name = "label-type",
           .fallback = "auto",
           .heading = kTables,
           .help = "auto: labels that are all numbers are classes by their values, 3.1 and 3.10 one; text: as they "
                   "are spelled"},
          kLabelTypes, [](auto& s) -> auto& { return s.request.dialect.labels; }),
  };
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

std::vector<Option> training_options() {
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
  for (auto&& part : {data_options(), table_options(), model_options(), optimizer_options(), training_options(),
                      regularisation_options()}) {
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
  return option.heading == kTables ||
         (option.heading == kData && option.name != "validation-split" && option.name != "split" &&
          option.name != "scaler" && option.name != "target-scaler");
}

bool is_recorded(const Option& option) { return option.shapes_run || option.name == "threads"; }

}  // namespace strata
