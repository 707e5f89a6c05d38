// What to write instead of a name that nobody knows here: by its meaning, then by its spelling.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/field.h"
#include "core/nearest.h"
#include "settings/option.h"

namespace strata {

namespace {

constexpr std::string_view kOwnRates = "‹lower› sgd,lr=0.01 and ‹upper› adam,lr=0.001: each optimizer has its own rate";
constexpr std::string_view kSweptRates = "‹lower_lr› 1e-4..1:9 and ‹upper_lr›";
constexpr std::string_view kTwoOptimizers = "‹lower› sgd,lr=0.01 and ‹upper› adam,lr=0.001";
constexpr std::string_view kScheduleKey = "a key of an optimizer: ‹upper› adam,schedule=cosine";
constexpr std::string_view kFreeze = "‹lower› freeze, and ‹upper_layers› N for how many layers are trained";

// By option, in the order of the table of settings.
constexpr std::array kSynonyms{
    Synonym{"dataset", "data"},
    Synonym{"train-data", "data"},
    Synonym{"training-data", "data"},
    Synonym{"input", "data"},
    Synonym{"csv", "data"},
    Synonym{"val-data", "validation-data"},
    Synonym{"valid-data", "validation-data"},
    Synonym{"eval-data", "validation-data"},
    Synonym{"val-split", "validation-split"},
    Synonym{"valid-split", "validation-split"},
    Synonym{"validation-fraction", "validation-split"},
    Synonym{"holdout", "validation-split"},
    Synonym{"stratify", "split", "‹split› stratified"},
    Synonym{"normalize", "scaler"},
    Synonym{"normalise", "scaler"},
    Synonym{"standardize", "scaler", "‹scaler› standard"},
    Synonym{"standardise", "scaler", "‹scaler› standard"},
    Synonym{"impute", "missing", "‹missing› mean"},
    Synonym{"imputer", "missing", "‹missing› mean"},
    Synonym{"fillna", "missing", "‹missing› mean"},
    Synonym{"grey", "gray"},
    Synonym{"grayscale", "gray"},
    Synonym{"greyscale", "gray"},
    Synonym{"image-size", "resize"},
    Synonym{"img-size", "resize"},
    Synonym{"target-size", "resize"},
    Synonym{"target", "label-column"},
    Synonym{"target-column", "label-column"},
    Synonym{"class-column", "label-column"},
    Synonym{"response", "label-column"},
    Synonym{"label", "label-column"},
    Synonym{"drop", "ignore-columns"},
    Synonym{"drop-columns", "ignore-columns"},
    Synonym{"exclude", "ignore-columns"},
    Synonym{"exclude-columns", "ignore-columns"},
    Synonym{"index", "id-column"},
    Synonym{"index-column", "id-column"},
    Synonym{"id", "id-column"},
    Synonym{"sample-weight", "weight-column"},
    Synonym{"sample-weights", "weight-column"},
    Synonym{"categorical", "category-columns"},
    Synonym{"categorical-columns", "category-columns"},
    Synonym{"categories", "category-columns"},
    Synonym{"dates", "date-columns"},
    Synonym{"date-column", "date-columns"},
    Synonym{"parse-dates", "date-columns"},
    Synonym{"timestamp-column", "date-columns"},
    Synonym{"datetime-columns", "date-columns"},
    Synonym{"handle-unknown", "unseen-categories"},
    Synonym{"no-header", "header", "‹header› no"},
    Synonym{"layers", "hidden"},
    Synonym{"hidden-layers", "hidden"},
    Synonym{"hidden-sizes", "hidden"},
    Synonym{"hidden-size", "hidden"},
    Synonym{"hidden-layer-sizes", "hidden"},
    Synonym{"units", "hidden"},
    Synonym{"neurons", "hidden"},
    Synonym{"architecture", "hidden"},
    Synonym{"nonlinearity", "activation"},
    Synonym{"act", "activation"},
    Synonym{"initializer", "init"},
    Synonym{"kernel-initializer", "init"},
    Synonym{"weights", "initial-weights"},
    Synonym{"load", "from"},
    Synonym{"load-model", "from"},
    Synonym{"pretrained", "from"},
    Synonym{"finetune", "from"},
    Synonym{"fine-tune", "from"},
    Synonym{"new-head", "new-output"},
    Synonym{"lr", "lower-lr", kSweptRates},
    Synonym{"learning-rate", "lower-lr", kSweptRates},
    Synonym{"lr", "lower", kOwnRates},
    Synonym{"learning-rate", "lower", kOwnRates},
    Synonym{"learning-rate-init", "lower", kOwnRates},
    Synonym{"lower-lr", "lower", "‹lower› sgd,lr=0.01: each optimizer has its own rate"},
    Synonym{"upper-lr", "upper", "‹upper› adam,lr=0.001: each optimizer has its own rate"},
    Synonym{"optimizer", "lower", kTwoOptimizers},
    Synonym{"optimiser", "lower", kTwoOptimizers},
    Synonym{"optim", "lower", kTwoOptimizers},
    Synonym{"solver", "lower", kTwoOptimizers},
    Synonym{"momentum", "lower", "a key of an optimizer: ‹lower› sgd,lr=0.01,momentum=0.9"},
    Synonym{"weight-decay", "upper", "a key of an optimizer: ‹upper› adamw,weight_decay=0.01"},
    Synonym{"l2", "upper", "a key of an optimizer: ‹upper› adamw,weight_decay=0.01"},
    Synonym{"schedule", "upper", kScheduleKey},
    Synonym{"scheduler", "upper", kScheduleKey},
    Synonym{"lr-schedule", "upper", kScheduleKey},
    Synonym{"lr-scheduler", "upper", kScheduleKey},
    Synonym{"warmup-steps", "upper", "a key of a schedule: ‹upper› adam,schedule=cosine,warmup_steps=500"},
    Synonym{"freeze", "lower", kFreeze},
    Synonym{"frozen", "lower", kFreeze},
    Synonym{"freeze-layers", "lower", kFreeze},
    Synonym{"num-epochs", "epochs"},
    Synonym{"n-epochs", "epochs"},
    Synonym{"max-epochs", "epochs"},
    Synonym{"max-iter", "epochs"},
    Synonym{"iterations", "max-steps"},
    Synonym{"num-steps", "max-steps"},
    Synonym{"batch", "batch-size"},
    Synonym{"bs", "batch-size"},
    Synonym{"minibatch", "batch-size"},
    Synonym{"shuffle", "sampling", "‹sampling› shuffle"},
    Synonym{"no-shuffle", "sampling", "‹sampling› sequential"},
    Synonym{"timeout", "max-time"},
    Synonym{"time-limit", "max-time"},
    Synonym{"patience", "early-stopping"},
    Synonym{"early-stop", "early-stopping"},
    Synonym{"tol", "min-delta"},
    Synonym{"tolerance", "min-delta"},
    Synonym{"start-from-epoch", "start-epoch"},
    Synonym{"metric", "monitor"},
    Synonym{"save-best", "restore-best"},
    Synonym{"restore-best-weights", "restore-best"},
    Synonym{"random-state", "seed"},
    Synonym{"random-seed", "seed"},
    Synonym{"rng", "seed"},
    Synonym{"dtype", "precision"},
    Synonym{"bf16", "precision", "‹precision› bf16"},
    Synonym{"amp", "precision", "‹precision› bf16"},
    Synonym{"mixed-precision", "precision", "‹precision› bf16"},
    Synonym{"backend", "engine"},
    Synonym{"simd", "isa"},
    Synonym{"dropout-rate", "dropout"},
    Synonym{"drop-rate", "dropout"},
    Synonym{"smoothing", "label-smoothing"},
    Synonym{"class-weight", "class-weights"},
    Synonym{"clip", "clip-norm"},
    Synonym{"clipnorm", "clip-norm"},
    Synonym{"grad-clip", "clip-norm"},
    Synonym{"gradient-clip", "clip-norm"},
    Synonym{"max-grad-norm", "clip-norm"},
    Synonym{"clipvalue", "clip-value"},
    Synonym{"log", "metrics"},
    Synonym{"log-file", "metrics"},
    Synonym{"history", "metrics"},
    Synonym{"out-dir", "run-dir"},
    Synonym{"output-dir", "run-dir"},
    Synonym{"log-dir", "run-dir"},
    Synonym{"logdir", "run-dir"},
    Synonym{"output", "save"},
    Synonym{"save-model", "save"},
    Synonym{"model-file", "save"},
    Synonym{"continue", "resume"},
    Synonym{"checkpoint", "resume"},
    Synonym{"n-jobs", "threads"},
    Synonym{"num-threads", "threads"},
    Synonym{"workers", "threads"},
    Synonym{"num-workers", "threads"},
    Synonym{"cpus", "threads"},
    Synonym{"verbose", "progress"},
    Synonym{"silent", "quiet"},
};

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool has_choice(const Option& option, std::string_view text) {
  return std::ranges::find(option.choices, text) != option.choices.end();
}

}  // namespace

std::span<const Synonym> synonyms() { return kSynonyms; }

std::string name_hint(std::string_view word, std::span<const std::string_view> known) {
  std::string name(word);
  std::ranges::replace(name, '_', '-');
  const auto* const synonym = std::ranges::find_if(
      kSynonyms, [&](const Synonym& one) { return one.name == name && contains(known, one.option); });
  if (synonym != kSynonyms.end()) {
    return fmt::format("here that is {}", synonym->here.empty() ? field(synonym->option) : std::string(synonym->here));
  }
  return fmt::format("the nearest known one is {}", field(nearest_name(name, known)));
}

std::string value_hint(const Option& option, std::string_view text, const std::vector<Option>& options) {
  const auto is_other = [&](const Option& other) { return other.name != option.name && has_choice(other, text); };
  if (std::ranges::count_if(options, is_other) != 1) {
    return "";
  }
  return fmt::format(", which is a value of {}", field(std::ranges::find_if(options, is_other)->name));
}

}  // namespace strata
