// The options on data: where rows lie, how they are read, divided and scaled.
#include "settings/declare.h"

namespace strata {

namespace {

/// Of options that say what is to be learnt.
Contradiction other_targets(std::string_view option) {
  return {.option = option, .reason = "a network learns one or the other"};
}

/// Of targets that are no classes.
Contradiction spelled_labels(std::string_view reason) {
  return {.option = "label-type", .values = {"text"}, .reason = reason};
}

bool holds_out_rows(const RunSettings& settings) { return !settings.own_validation; }
bool fits_scaler(const RunSettings& settings) { return settings.from == nullptr; }
/// An option that came later, which records have only where it is not what it was before.
bool has_other_target_scaler(const RunSettings& settings) {
  return has_own_loss(settings) && settings.config.target_scaler != ScalerKind::standard;
}

/// Where the rows lie.
std::vector<Option> file_options() {
  constexpr std::string_view kValidation = "validation rows are given, or held out";
  return {
      held(
          {.name = "data",
           .value = "PATH",
           .fallback = STRATA_DATASETS_DIR "/fashion-mnist",
           .fallback_note = "the installed Fashion-MNIST",
           .heading = kDataHeading,
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
           .heading = kDataHeading,
           .help = "NPY file of the labels of an NPY file ‹data›",
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.request.labels; }),
      held(
          {.name = "validation-data",
           .value = "FILE",
           .heading = kDataHeading,
           .help = "NPY file or table of the validation rows, instead of training rows held out",
           .contradicts = {{.option = "validation-split", .reason = kValidation},
                           {.option = "split", .reason = kValidation}},
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.request.validation_data; }),
      held(
          {.name = "validation-labels",
           .value = "FILE",
           .heading = kDataHeading,
           .help = "labels of an NPY file ‹validation_data›",
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.request.validation_labels; }),
      held(
          {.name = "test-data",
           .value = "FILE",
           .heading = kDataHeading,
           .help = "NPY file or table of the test rows, in place of any test part that ‹data› has",
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.request.test_data; }),
      held(
          {.name = "test-labels",
           .value = "FILE",
           .heading = kDataHeading,
           .help = "labels of an NPY file ‹test_data›",
           .when_resumed = WhenResumed::moved},
          Path(), [](auto& s) -> auto& { return s.request.test_labels; }),
      held(
          {.name = "class-names",
           .value = "NAME,NAME,…",
           .fallback_note = "as the labels are; the installed Fashion-MNIST's own",
           .heading = kDataHeading,
           .help = "what to call classes whose labels are numbers, in their order; other data are still matched by the "
                   "labels",
           .of_new_output = true},
          Names(), [](auto& s) -> auto& { return s.request.class_names; }),
  };
}

/// Which rows are held out, and how values are made alike.
std::vector<Option> preparation_options() {
  return {
      where(holds_out_rows, held(
                                {.name = "validation-split",
                                 .value = "F",
                                 .fallback = "0.2",
                                 .heading = kDataHeading,
                                 .help = "share of the training rows held out for validation, from 0 to below 1",
                                 .may_vary = true},
                                Share(), [](auto& s) -> auto& { return s.config.validation_split; })),
      where(holds_out_rows,
            chosen(
                {.name = "split",
                 .fallback = "shuffled",
                 .heading = kDataHeading,
                 .help = "which rows are held out; tail: the last ones in file order, as Keras' validation_split",
                 .contradicts = {no_validation()},
                 .may_vary = true},
                kSplits, [](auto& s) -> auto& { return s.config.split; })),
      where(fits_scaler,
            chosen(
                {.name = "scaler",
                 .fallback = "standard",
                 .heading = kDataHeading,
                 .help = "standard: population mean and deviation of each feature over the training rows, constant "
                         "features divided by 1; unit: divided by 255",
                 .contradicts = {given_by_model("the scaler is the model's")},
                 .may_vary = true},
                kScalers, [](auto& s) -> auto& { return s.config.scaler; })),
      where(has_other_target_scaler,
            chosen(
                {.name = "target-scaler",
                 .fallback = "standard",
                 .heading = kDataHeading,
                 .help = "of targets that are numbers; standard: trained in units of their deviation over the training "
                         "rows, of which the loss is; figures and predictions are in the targets' own",
                 .may_vary = true,
                 .of_new_output = true},
                kTargetScalers, [](auto& s) -> auto& { return s.config.target_scaler; })),
      chosen(
          {.name = "missing",
           .fallback = "error",
           .heading = kDataHeading,
           .help = "what becomes of a missing value, or one that is not finite, in a table or in NPY floats; "
                   "mean: the feature's mean over the training rows takes its place",
           .contradicts = {given_by_model("the model's scaler says what fills missing values")}},
          kMissingValues, [](auto& s) -> auto& { return s.request.missing; }),
  };
}

std::vector<Option> image_options() {
  return {
      chosen(
          {.name = "images",
           .fallback = "strict",
           .heading = kDataHeading,
           .help =
               "folders of images: those that are not like the others; strict: an error; convert: 16 bits become 8, "
               "what is transparent shows white, grey among colour becomes colour. This and the next two a model "
               "remembers",
           .contradicts = {given_by_model("images are made as the model's were")}},
          kImageRules, [](auto& s) -> auto& { return s.request.images.rule; }),
      held(
          {.name = "resize",
           .value = "WxH",
           .heading = kDataHeading,
           .help = "scale images to this width and height",
           .contradicts = {given_by_model("images are made as the model's were")}},
          SizeOfImage(), [](auto& s) -> auto& { return s.request.images.resize; }),
      held(
          {.name = "gray",
           .heading = kDataHeading,
           .help = "images in colour become grey",
           .contradicts = {given_by_model("images are made as the model's were")}},
          Flag(), [](auto& s) -> auto& { return s.request.images.gray; }),
  };
}

/// What the columns of a table are.
std::vector<Option> column_options() {
  return {
      held(
          {.name = "label-column",
           .value = "COLUMN",
           .fallback_note = "the one called label, class or target",
           .heading = kTablesHeading,
           .help = "the labels, any text or number; columns go by name, or by index from 0",
           .of_new_output = true},
          Text(), [](auto& s) -> auto& { return s.request.roles.label; }),
      held(
          {.name = "target-columns",
           .value = "COLUMN,COLUMN,…",
           .heading = kTablesHeading,
           .help = "numbers to learn, in place of labels",
           .contradicts = {other_targets("label-column"), other_targets("label-columns"),
                           other_targets("label-separator"), spelled_labels("numbers are of no class")},
           .of_new_output = true},
          Columns(), [](auto& s) -> auto& { return s.request.roles.targets; }),
      held(
          {.name = "label-columns",
           .value = "COLUMN,COLUMN,…",
           .heading = kTablesHeading,
           .help = "several labels to learn, a column of 0 and 1 each",
           .contradicts = {other_targets("label-column"), other_targets("label-separator"),
                           spelled_labels("each of these columns holds 0 and 1")},
           .of_new_output = true},
          Columns(), [](auto& s) -> auto& { return s.request.roles.labels; }),
      held(
          {.name = "label-separator",
           .value = "TEXT",
           .heading = kTablesHeading,
           .help = "a row has any number of labels in its label column, with this between them: a;b;c",
           .of_new_output = true},
          Text(), [](auto& s) -> auto& { return s.request.roles.label_separator; }),
      held(
          {.name = "ignore-columns",
           .value = "COLUMN,COLUMN,…",
           .heading = kTablesHeading,
           .help = "columns to leave out",
           .of_new_output = true},
          Columns(), [](auto& s) -> auto& { return s.request.roles.ignored; }),
      held(
          {.name = "id-column",
           .value = "COLUMN",
           .heading = kTablesHeading,
           .help = "names of the rows, which predictions repeat; no feature",
           .of_new_output = true},
          Text(), [](auto& s) -> auto& { return s.request.roles.id; }),
      held(
          {.name = "weight-column",
           .value = "COLUMN",
           .heading = kTablesHeading,
           .help = "how much each row counts in the training loss, from 0; no feature",
           .of_new_output = true},
          Text(), [](auto& s) -> auto& { return s.request.roles.weight; }),
      held(
          {.name = "category-columns",
           .value = "COLUMN,COLUMN,…",
           .heading = kTablesHeading,
           .help = "columns of names: a feature, 0 or 1, for each name that the training table has",
           .of_new_output = true},
          Columns(), [](auto& s) -> auto& { return s.request.roles.categories; }),
      held(
          {.name = "date-columns",
           .value = "COLUMN,COLUMN,…",
           .heading = kTablesHeading,
           .help = "columns of ISO dates and times: a feature of days from the first training row's",
           .of_new_output = true},
          Columns(), [](auto& s) -> auto& { return s.request.roles.dates; }),
      chosen(
          {.name = "unseen-categories",
           .fallback = "error",
           .heading = kTablesHeading,
           .help = "a category that the training table did not have; zeros: all its column's features are 0"},
          kUnseenCategories, [](auto& s) -> auto& { return s.request.unseen; }),
  };
}

/// How a table is written.
std::vector<Option> dialect_options() {
  return {
      chosen(
          {.name = "header",
           .fallback = "auto",
           .heading = kTablesHeading,
           .help =
               "whether the first line names the columns, which a model remembers; auto: if none of its fields is a "
               "number, an option names one of them, or its numbers count 0, 1, 2, … beside text"},
          kHeaderLines, [](auto& s) -> auto& { return s.request.dialect.header; }),
      chosen(
          {.name = "delimiter",
           .fallback = "auto",
           .heading = kTablesHeading,
           .help = "what stands between fields; space: one blank or more; auto: what a first line sep=; says, or the "
                   "first of tab, semicolon, comma, pipe and blanks that divides all of the first lines alike, which "
                   "is told. This and how else a table is written a model remembers"},
          kDelimiters, [](auto& s) -> auto& { return s.request.dialect.delimiter; }),
      chosen(
          {.name = "decimal",
           .fallback_note = "point",
           .heading = kTablesHeading,
           .help = "what stands before a number's fraction; comma: points may stand between thousands, 1.261,76"},
          kDecimalMarks, [](auto& s) -> auto& { return s.request.dialect.decimal; }),
      held(
          {.name = "comment",
           .value = "CHAR",
           .heading = kTablesHeading,
           .help = "what follows it, outside quotes, is no part of its line"},
          Mark(), [](auto& s) -> auto& { return s.request.dialect.comment; }),
      held(
          {.name = "missing-values",
           .value = "TEXT,TEXT,…",
           .fallback_note = "of numbers nothing, ?, NA, NaN and null in any case; of names nothing",
           .heading = kTablesHeading,
           .help = "fields without a value, in place of the built-in ones, an empty TEXT for nothing (,NA); numbers "
                   "by their value"},
          Texts(), [](auto& s) -> auto& { return s.request.dialect.missing_values; }),
      chosen(
          {.name = "label-type",
           .fallback = "auto",
           .heading = kTablesHeading,
           .help = "auto: labels that are all numbers are classes by their values, 3.1 and 3.10 one; text: as they "
                   "are spelled"},
          kLabelTypes, [](auto& s) -> auto& { return s.request.dialect.labels; }),
  };
}

}  // namespace

std::vector<Option> data_options() {
  std::vector<Option> all;
  for (auto&& part : {file_options(), preparation_options(), image_options(), column_options(), dialect_options()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace strata
