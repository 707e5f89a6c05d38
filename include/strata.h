/*
 * Strata trains multilayer perceptrons on CPUs, with a different optimizer and learning rate for each group of layers,
 * and gives the same bits on every machine. This is its library, in C11. A complete program:

#include <stdio.h>
#include <strata.h>

static int failed(int code) {
  fprintf(stderr, "%s\n", strata_message());
  return code;
}

int main(void) {
  enum { ROWS = 1000 };
  static float points[ROWS][2];
  static int classes[ROWS];
  for (int r = 0; r < ROWS; ++r) {
    points[r][0] = (float)(r * 37 % 101) / 50 - 1;
    points[r][1] = (float)(r * 53 % 97) / 48 - 1;
    classes[r] = points[r][0] * points[r][0] + points[r][1] * points[r][1] < 0.5F;
  }
  const int64_t shape[] = {ROWS, 2};
  const strata_array features = {points, STRATA_FLOAT32, 2, shape, NULL};
  const strata_array labels = {classes, STRATA_INT32, 1, shape, NULL};
  const char *settings =
      "{\"hidden\": [16, 8], \"lower\": \"sgd,lr=0.1,momentum=0.9\", \"upper\": \"adam,lr=0.01\", \"epochs\": 20}";
  strata_data *data = NULL;
  strata_trainer *trainer = NULL;
  strata_model *model = NULL;
  static strata_progress at;
  float probabilities[2];
  int code = strata_data_new(&features, NULL, &data);
  if (code == 0) code = strata_data_set_classes(data, &labels, NULL, 0);
  if (code == 0) code = strata_trainer_new(data, NULL, settings, NULL, &trainer);
  while (code == 0 && !at.ended) {
    code = strata_trainer_run(trainer, 0, &at);
    printf("epoch %u  loss %.4f  accuracy %.4f  val loss %.4f\n", at.epoch, at.mean_loss, at.mean_figure, at.val_loss);
  }
  if (code == 0) code = strata_trainer_model(trainer, 0, &model);
  const int64_t one_row[] = {1, 2};
  const strata_array first = {points, STRATA_FLOAT32, 2, one_row, NULL};
  if (code == 0) code = strata_model_predict(model, &first, 1, probabilities, 2);
  if (code == 0) printf("the first point is inside with probability %.4f\n", probabilities[1]);
  if (code == 0) code = strata_model_save(model, "ring.safetensors");
  strata_model_free(model);
  strata_trainer_free(trainer);
  strata_data_free(data);
  return code == 0 ? 0 : failed(code);
}

 * What holds for all functions:
 *
 * - One that can fail returns 0, or a code of strata_code, and then strata_message() tells why, to the thread that
 *   called. What it would have given back is left as it was, and so is the handle, unless its comment says otherwise.
 * - Handles are opaque. Whoever made one frees it; a handle may be freed before those that were made from it. A null
 *   pointer where something is needed is STRATA_WRONG_SETTINGS; every _free takes null.
 * - Two handles may be used by two threads at once, one handle by one thread at a time: its const functions too, and
 *   the data that a trainer is being made from. strata_trainer_stop() alone may be called by any thread at any time.
 * - Texts are UTF-8 and end with a zero. Strings and bytes that are given back (char **, unsigned char **) are the
 *   caller's, who frees them with strata_free(). JSON is one value, without a newline at its end.
 * - Nothing is printed, no signal handler is touched, the calling thread's floating-point mode is as it was, and no
 *   thread outlives the call or the handle for which it works. After fork() parent and child may both go on with every
 *   handle that no call was using then.
 * - Settings are a JSON object by the names of strata_settings_schema(), {"hidden": [300, 100, 50], "lower":
 *   "sgd,lr=0.01"}; null or "" is {}. An unknown name, a wrong value or a contradiction is STRATA_WRONG_SETTINGS; the
 *   message names settings as they are written here (batch_size).
 */
#ifndef STRATA_H
#define STRATA_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define STRATA_API
#else
#define STRATA_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The library */

/* Grows with every change that a program compiled against an older header would not survive. */
#define STRATA_ABI_VERSION 1

/* What a function returns; the command's exit codes. */
typedef enum strata_code {
  STRATA_OK = 0,
  STRATA_FAILED = 1,         /* it failed while it worked: no memory, a file that cannot be written */
  STRATA_WRONG_SETTINGS = 2, /* settings or arguments that are wrong, alone or together */
  STRATA_BAD_DATA = 3,       /* data, a model or a snapshot that cannot be used */
  STRATA_DIVERGED = 4,       /* the loss is no longer finite */
  STRATA_STOPPED = 130       /* strata_trainer_stop(), or a listener, ended it */
} strata_code;

/* The version as text, "0.1.0". */
STRATA_API const char *strata_version(void);
/* STRATA_ABI_VERSION of the library that is linked. */
STRATA_API int strata_abi_version(void);
/* Why the calling thread's last call that can fail did; "" if it did not. Valid until that thread's next call. */
STRATA_API const char *strata_message(void);
/* All settings of a run as a JSON Schema: of each its type, default, range and help. Valid for ever. */
STRATA_API const char *strata_settings_schema(void);
/* The same of strata_find_lr() and of strata_sweep(), whose settings are these beside a run's. Valid for ever. */
STRATA_API const char *strata_find_lr_schema(void);
STRATA_API const char *strata_sweep_schema(void);
/* Frees a string or bytes of this library's; takes null. */
STRATA_API void strata_free(void *memory);

/* ---- Arrays and data */

typedef enum strata_dtype {
  STRATA_BOOL = 0, /* a byte, 0 or 1 */
  STRATA_UINT8 = 1,
  STRATA_INT8 = 2,
  STRATA_UINT16 = 3,
  STRATA_INT16 = 4,
  STRATA_UINT32 = 5,
  STRATA_INT32 = 6,
  STRATA_UINT64 = 7,
  STRATA_INT64 = 8,
  STRATA_FLOAT16 = 9,
  STRATA_FLOAT32 = 10,
  STRATA_FLOAT64 = 11
} strata_dtype;

/* Somebody's array, in this machine's order of bytes. Elements need not be aligned. */
typedef struct strata_array {
  const void *data;       /* its first element; null only if it has none */
  int dtype;              /* a strata_dtype */
  int rank;               /* dimensions, from 1 to 32 */
  const int64_t *shape;   /* (rank), each 0 or more */
  const int64_t *strides; /* (rank), bytes from an element to the next along each dimension, of either sign or 0;
                             null: C order without gaps */
} strata_array;

/* Rows of features with what is to be learnt of them. */
typedef struct strata_data strata_data;

/*
 * Features of shape (rows, …): what follows the first dimension is a row's sample, (28, 28) say, or (features). uint8
 * are pixels and stay so; all others become fp32, rounded once. C-order uint8, and aligned C-order float32 whose values
 * are all finite, are read in place: their memory must stay, unchanged, until this handle and whatever trainer was made
 * from it are freed. All others are copied. A value that is not finite, or not in fp32, is a missing one, which
 * training refuses unless the setting missing is "mean".
 * `like`: null, or the training data for which these are validation rows: they are read with its offsets, and learn its
 * classes or targets as they are now. STRATA_BAD_DATA for other features than those of `like`.
 */
STRATA_API int strata_data_new(const strata_array *features, const strata_data *like, strata_data **data);

/*
 * Data from files, by the settings that begin the command's --help: data, labels, validation_data, test_data,
 * label_column, … (also loss, missing and threads; others are read and checked, but do not matter yet). Without the
 * setting data they are the installed Fashion-MNIST. Validation and test parts come with them.
 */
STRATA_API int strata_data_load(const char *settings, strata_data **data);

STRATA_API void strata_data_free(strata_data *data);

/*
 * Each row is of one class. `labels`: whole numbers of any dtype, shape (rows) or (rows, 1); or one-hot rows.
 * Without names (null, 0) the classes are the numbers that occur, in ascending order. With names, of which there are
 * `count` and no two alike, the labels are indices below `count`; every name is a class, whether it occurs or not.
 * Of data that are like others, or for a model, each label is of a class of theirs: with names by its name, without by
 * its number, or as an index where the classes have other names than numbers or were set by names.
 * Replaces what the rows had to learn before; is copied.
 */
STRATA_API int strata_data_set_classes(strata_data *data, const strata_array *labels, const char *const *names,
                                       size_t count);

typedef enum strata_targets {
  STRATA_CLASSES = 0, /* a class of each row */
  STRATA_LABELS = 1,  /* some of several labels: 1 where the row has one, else 0 */
  STRATA_NUMBERS = 2  /* a number, or several */
} strata_targets;

/*
 * Each row has some labels, or numbers. `kind`: STRATA_LABELS or STRATA_NUMBERS. `targets`: finite, of any dtype, shape
 * (rows) or (rows, columns); rounded to fp32. C-order aligned float32 is read in place, as features are. `names`: of
 * each column, `count` of them and no two alike, or null and 0. Replaces what the rows had to learn before.
 */
STRATA_API int strata_data_set_targets(strata_data *data, int kind, const strata_array *targets,
                                       const char *const *names, size_t count);

/* How much each row counts in the loss that is trained: finite, 0 or more, not all 0; shape (rows). Copied.
 * Null: 1 each, as before the first call. */
STRATA_API int strata_data_set_row_weights(strata_data *data, const strata_array *weights);

/* Names of the features, `count` of them, one for each, and no two alike; null and 0: none. A model remembers them;
 * they change nothing else. STRATA_WRONG_SETTINGS for data of a table, whose columns have names. */
STRATA_API int strata_data_set_feature_names(strata_data *data, const char *const *names, size_t count);

/* Rows of the training part, and features of each; 0 for null. */
STRATA_API size_t strata_data_rows(const strata_data *data);
STRATA_API size_t strata_data_features(const strata_data *data);

/* What `strata info --json` says of data: rows by part, features, sample_shape, type, classes or targets, range. */
STRATA_API int strata_data_info(const strata_data *data, char **json);

/* ---- Training */

typedef struct strata_trainer strata_trainer;
typedef struct strata_model strata_model;

/*
 * A run that can be trained, from its first step. Splits the rows, fits the scaler, draws the weights.
 * `data`: has classes or targets. `validation`: rows with the same, like `data`; null: those that `data` bring along
 * from files, or else the share that the setting validation_split holds out (by default 0.2; 0 for none).
 * `settings`: of the run. Those of data from files need not be repeated. Settings that write files (save, run_dir,
 * metrics, tensorboard, checkpoint_every, keep) are refused: the caller keeps what it wants.
 * `from`: null, or a model to go on from, with its weights and scalers, as the setting `from` has one by its path.
 * The trainer keeps what it needs of all of them.
 */
STRATA_API int strata_trainer_new(const strata_data *data, const strata_data *validation, const char *settings,
                                  const strata_model *from, strata_trainer **trainer);
STRATA_API void strata_trainer_free(strata_trainer *trainer);

/* Where a run stands. Figures that do not exist are NaN. */
typedef struct strata_progress {
  uint64_t global_step; /* updates made in all */
  uint64_t step;        /* of them in this epoch */
  uint64_t steps_per_epoch;
  uint32_t epoch;      /* the one at hand, or that has just ended; from 1; 0 before the first step */
  uint32_t best_epoch; /* by the monitored figure, so far; 0: none */
  int32_t epoch_ended; /* 1: all of the epoch's steps are made, and it is validated */
  int32_t ended;       /* 1: the run has ended (epochs done, a limit, early stopping, divergence); no step follows */
  double loss;         /* mean of the last step's batch before its update, as trained */
  double mean_loss;    /* over the epoch's rows so far */
  double mean_figure;  /* likewise of the first figure: accuracy of classes and labels, mae of numbers */
  double val_loss;     /* of the epoch that was last validated */
  double val_figure;   /* likewise */
  double seconds;      /* trained and validated in all */
} strata_progress;

/*
 * Trains: `steps` steps, or fewer if the epoch or the run ends before; 0: to the end of the epoch. With an epoch's last
 * step it is validated. `progress` (may be null) is filled unless the call fails (1 to 3).
 * When the run ends, the weights become the best epoch's if the setting restore_best asks for it, and test rows are
 * evaluated. Once it has ended, further calls train nothing and return 0 (STRATA_DIVERGED if that ended it).
 * STRATA_STOPPED: strata_trainer_stop() ended this call, perhaps before the epoch was validated; the next one goes on
 * with the steps that would have followed.
 */
STRATA_API int strata_trainer_run(strata_trainer *trainer, uint64_t steps, strata_progress *progress);

/* Ends the call of strata_trainer_run() that goes on, within a step; without one, the next at once. Any thread may call
 * it while the handle lives, and so may a signal handler. */
STRATA_API void strata_trainer_stop(strata_trainer *trainer);

/* Where it stands, without training. */
STRATA_API int strata_trainer_position(const strata_trainer *trainer, strata_progress *progress);

/* What it is: parameters, features, outputs, train_rows, validation_rows, test_rows, steps_per_epoch, engine, threads,
 * figures (their names, the first one first), targets (classes, labels or numbers), loss, class_names or target_names,
 * layers (inputs, outputs, activation), groups (name, first and last layer, optimizer, frozen) and config (every
 * setting with the value that holds). */
STRATA_API int strata_trainer_info(const strata_trainer *trainer, char **json);

/* The epochs validated so far, an array: of each the object that metrics.jsonl has (epoch, step, train_loss,
 * val_loss, figures such as train_accuracy and val_accuracy, learning_rates, seconds, …). */
STRATA_API int strata_trainer_history(const strata_trainer *trainer, char **json);

/* The result of a run that has ended, as metrics.jsonl has it: status, epochs, steps, figures, best_epoch,
 * weights_hash, …. STRATA_WRONG_SETTINGS before. */
STRATA_API int strata_trainer_result(const strata_trainer *trainer, char **json);

/* Groups of layers, in order. A name is valid as long as the trainer; null beyond the last. */
STRATA_API size_t strata_trainer_group_count(const strata_trainer *trainer);
STRATA_API const char *strata_trainer_group_name(const strata_trainer *trainer, size_t group);

/* The learning rate with which the next step updates the group. STRATA_WRONG_SETTINGS for an unknown group, or one that
 * is frozen. */
STRATA_API int strata_trainer_rate(const strata_trainer *trainer, const char *group, double *rate);
/* From the next step on the group has this rate, whatever its schedule and lr_from say; finite, 0 or more. NaN: these
 * have the word again. Snapshots keep it. */
STRATA_API int strata_trainer_set_rate(strata_trainer *trainer, const char *group, double rate);

/* The hash of the weights as they stand: 16 hexadecimal figures and a zero. The command's weights_hash. */
STRATA_API int strata_trainer_weights_hash(const strata_trainer *trainer, char hash[17]);

/* Names and shapes of the weights, an array of {"name": "layers.0.weight", "shape": [300, 784]}; a weight is (outputs,
 * inputs), a bias (outputs). */
STRATA_API int strata_trainer_tensors(const strata_trainer *trainer, char **json);
/* Copies one of them, in C order. `count`: its elements; another number is STRATA_WRONG_SETTINGS. */
STRATA_API int strata_trainer_tensor(const strata_trainer *trainer, const char *name, float *values, size_t count);

/* Before the first step: from then on each step measures its gradients. The bits stay the same; a step takes longer.
 * 1: from now on; 0: no longer. */
STRATA_API int strata_trainer_measure_gradients(strata_trainer *trainer, int on);
/* The L2 norm of the last step's gradient of each layer, weights and biases together, before any clipping; `count`:
 * the layers. 0 of frozen layers. STRATA_WRONG_SETTINGS unless the step was measured. */
STRATA_API int strata_trainer_gradient_norms(const strata_trainer *trainer, double *norms, size_t count);

/* All of the run at this moment: weights, optimizers, position, rates that were set. A run that goes on from it makes
 * the steps that would have followed, bit for bit. */
STRATA_API int strata_trainer_snapshot(const strata_trainer *trainer, unsigned char **bytes, size_t *size);
/* Goes on from there, whatever this trainer has done since. The snapshot is of a run with the same data and settings
 * (its length, threads and what it keeps apart); else STRATA_BAD_DATA or STRATA_WRONG_SETTINGS. The history begins
 * there. */
STRATA_API int strata_trainer_restore(strata_trainer *trainer, const void *bytes, size_t size);
/* Before the first step: takes weights, optimizers' state and scalers from a snapshot of a run with the same network
 * and groups, on other data. The position and the schedules begin anew. The data are read for a model of that run
 * (strata_data_for_model()), so that offsets and classes are its. */
STRATA_API int strata_trainer_inherit(strata_trainer *trainer, const void *bytes, size_t size);

/* The model as it stands; after the run that of its result. `best`: 1 for the best epoch's so far, which only the
 * setting restore_best keeps: STRATA_WRONG_SETTINGS without it or before an epoch was validated; else 0. */
STRATA_API int strata_trainer_model(const strata_trainer *trainer, int best, strata_model **model);

/* ---- Models */

/* A model file (.safetensors) or the folder of a run. */
STRATA_API int strata_model_load(const char *path, strata_model **model);
/* The bytes of such a file. */
STRATA_API int strata_model_parse(const void *bytes, size_t size, strata_model **model);
STRATA_API void strata_model_free(strata_model *model);

/*
 * Keeps a text with the model by a name of the caller's: its files have it, and strata_model_info() as "metadata". ""
 * takes it away. STRATA_WRONG_SETTINGS: a name that the files' format uses.
 */
STRATA_API int strata_model_set_note(strata_model *model, const char *name, const char *text);

/* Writes the file whole or not at all. */
STRATA_API int strata_model_save(const strata_model *model, const char *path);
STRATA_API int strata_model_bytes(const strata_model *model, unsigned char **bytes, size_t *size);

/* As an ONNX file, or its bytes: takes raw features, gives probabilities and classes, labels, or values. */
STRATA_API int strata_model_export_onnx(const strata_model *model, const char *path);
STRATA_API int strata_model_onnx_bytes(const strata_model *model, unsigned char **bytes, size_t *size);

/* What `strata info --json` says of a model, and output_names, outputs, targets and, if it has them, feature_names. */
STRATA_API int strata_model_info(const strata_model *model, char **json);
/* Features of a row, and numbers in a row of predictions; 0 for null. */
STRATA_API size_t strata_model_features(const strata_model *model);
STRATA_API size_t strata_model_outputs(const strata_model *model);

STRATA_API int strata_model_weights_hash(const strata_model *model, char hash[17]);
/* As those of a trainer. */
STRATA_API int strata_model_tensors(const strata_model *model, char **json);
STRATA_API int strata_model_tensor(const strata_model *model, const char *name, float *values, size_t count);

/*
 * Predicts every row of `features`, which are read as strata_data_new() reads them, into the caller's `predictions`
 * (rows, outputs), `count` numbers in all: probabilities of the classes (of one output: of the second class) or labels,
 * or numbers in the targets' own units. `threads`: 1 or more; 0: as many as this process may use. The first call of a
 * handle prepares what the next ones use again. STRATA_BAD_DATA for other features than the model's, and missing values
 * that it does not fill.
 */
STRATA_API int strata_model_predict(strata_model *model, const strata_array *features, int threads, float *predictions,
                                    size_t count);

/* Rows for strata_model_evaluate(), read as the model was trained: with its offsets, classes and targets, which are set
 * as those of data that are like others. */
STRATA_API int strata_data_for_model(const strata_array *features, const strata_model *model, strata_data **data);
/* The same from files, by the settings of strata_data_load(). */
STRATA_API int strata_data_load_for_model(const char *settings, const strata_model *model, strata_data **data);

/* The figures on all rows of `data`, which are for this model, or the training rows' own: what `strata evaluate --json`
 * says. Of data from files, the test part if there is one. `threads` as above. */
STRATA_API int strata_model_evaluate(strata_model *model, const strata_data *data, int threads, char **json);

/* By how much the loss on these rows rises when a feature's values are shuffled among them, five times each: what
 * `strata evaluate --importance --json` says. importance (name, mean and deviation of each feature, of a table's column
 * or of an image's square), importance_of (the rows that were shuffled, repeats and their loss) and, of images,
 * importance_map. Of many rows some are left out by chance; of a large network it takes some tens of seconds. */
STRATA_API int strata_model_importance(strata_model *model, const strata_data *data, int threads, char **json);

/* ---- Searching */

/* Hears what happens, as JSON, and ends the work by another answer than 0. It is called in the thread that called, some
 * 20 times a second; `json` is null if nothing has happened, and valid during the call only. */
typedef int (*strata_listener)(void *context, const char *json);

/* `strata find-lr`: range tests of the groups' rates, or a map of two; find_lr.json. `settings`: the command's, by
 * strata_find_lr_schema(). `listener` may be null. STRATA_STOPPED if it ended the search. */
STRATA_API int strata_find_lr(const strata_data *data, const strata_data *validation, const char *settings,
                              strata_listener listener, void *context, char **json);

/* `strata sweep`: trials by grid, random draws or halving. `settings`: the command's, by strata_sweep_schema(). `json`:
 * trials, monitor, candidates (varied, epochs, completed, value, deviation, diverged, runs), best first; records, the
 * trials as trials.jsonl has them, which runs name by their keys; rate_effects, what the rates did, with a sentence for
 * each group; edges; and best, the key of the best one. `best` (may be null): its model, of its best epoch; null if no
 * trial was completed. The listener (may be null) hears of each trial as of a record; STRATA_STOPPED, without a result,
 * if it has ended the sweep. */
STRATA_API int strata_sweep(const strata_data *data, const strata_data *validation, const char *settings,
                            strata_listener listener, void *context, char **json, strata_model **best);

/* ---- Pages */

/*
 * `strata report`: `count` folders of runs, or one of a sweep or a range test, as one HTML page in the file `path`. A
 * folder of a run has config.json, metrics.jsonl and, unless nothing is to be said of its mistakes, model.safetensors,
 * as the command makes them and docs/formats.md says. `data`: what to judge the models on, the test part if it has one,
 * else all rows; null: each run's own, loaded from where its config.json says.
 */
STRATA_API int strata_report(const char *const *folders, size_t count, const strata_data *data, const char *path);

#ifdef __cplusplus
}
#endif

#endif
