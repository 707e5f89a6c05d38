#include "library/training.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "data/data_source.h"
#include "io/json_text.h"
#include "io/run_log.h"
#include "io/schema_json.h"
#include "library/arguments.h"
#include "run/record.h"
#include "run/start.h"
#include "settings/option.h"
#include "settings/settings_json.h"
#include "train/run_setup.h"

namespace strata::library {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

void add_validation(DataSource& source, const strata_data& validation) {
  if (!validation.has_targets()) {
    throw usage_error("the validation data have nothing to learn; set their classes or targets");
  }
  const DataSource& other = validation.source;
  if (other.train.offsets != source.train.offsets || other.classes != source.classes ||
      other.class_names != source.class_names || other.targets != source.targets ||
      other.train.target_columns != source.train.target_columns) {
    throw usage_error("the validation data have other classes, targets or offsets; make them like the training data");
  }
  source.validation = other.train;
  if (source.validation.source == source.train.source) {
    source.validation.source = "validation " + source.train.source;
  }
}

/// That values may be missing, if some are.
void check_missing(const RunSettings& settings, const strata_data& data) {
  if (settings.config.missing == MissingValues::error && !data.fault.empty()) {
    throw data_error("{}", data.fault);
  }
  if (settings.config.missing == MissingValues::mean && !settings.from && !data.rows().pixels.empty()) {
    throw usage_error("‹missing› mean does not apply: {} are pixels, none of which can be missing", data.rows().source);
  }
}

/// The classes and offsets of a model that is gone on from, unless its output is new.
void check_start(const RunSettings& settings, const DataSource& source) {
  if (!settings.from) {
    return;
  }
  const DataNeeds needs = data_needs(*settings.from);
  check_features(source, *settings.from, settings.from_path.value().string());
  const bool same = source.classes == needs.classes && source.class_names == needs.class_names &&
                    source.targets == needs.targets && source.train.target_columns == needs.target_columns;
  if (source.train.offsets != needs.offsets || (!settings.new_output && !same)) {
    throw data_error("the data have other classes, targets or offsets than the model to go on from; read them for it");
  }
}

RunSettings read_settings(GivenTexts texts, const strata_model* from) {
  if (from != nullptr && texts.contains("from")) {
    throw usage_error("‹from› is given twice, as a setting and as a model");
  }
  if (from != nullptr) {
    texts["from"] = {from->trained.path.empty() ? "the model" : from->trained.path.string()};
  }
  const Given given = checked(run_options(), std::move(texts));
  auto model = from != nullptr ? std::make_shared<const ModelFile>(from->trained.model) : starting_model(given);
  const bool fills = model != nullptr && data_needs(*model).fills_missing;
  RunSettings settings = run_settings(given, std::move(model));
  if (settings.from) {
    settings.config.missing = fills ? MissingValues::mean : MissingValues::error;
  }
  return settings;
}

/// Every setting that holds, but where data lie that are in memory.
Json config_of(const RunSettings& settings, bool from_files) {
  Json config = config_json(settings);
  for (const Option& option : run_options()) {
    if (!from_files && describes_data(option) && option.name != "missing") {
      config.erase(key_of(option));
    }
  }
  return config;
}

constexpr const char* kSnapshot = "the snapshot";

/// read(further), whatever is wrong with that as Error(data).
template <class Read>
auto reading(const Json& further, const Read& read) {
  try {
    return read(further.is_object() ? further : Json::object());
  } catch (const nlohmann::json::exception& error) {
    throw data_error("{}: {}", kSnapshot, error.what());
  }
}

bool by_best_epoch(const Trainer& trainer) { return trainer.state().best_parameters.has_value(); }

Json layers_json(const ModelSpec& spec) {
  Json layers = Json::array();
  for (std::size_t l = 0; l < spec.layer_count(); ++l) {
    const LayerSpec layer = spec.layer(l);
    layers.push_back(
        {{"inputs", layer.inputs}, {"outputs", layer.outputs}, {"activation", entry_of(layer.activation.kind).name}});
  }
  return layers;
}

Json groups_json(const std::vector<ParameterGroup>& groups) {
  Json json = Json::array();
  for (const ParameterGroup& group : groups) {
    json.push_back({{"name", group.name},
                    {"first", group.first},
                    {"last", group.last},
                    {"optimizer", to_string(group.optimizer)},
                    {"frozen", is_frozen(group.optimizer)}});
  }
  return json;
}

}  // namespace

void check_data_options(const strata_data& data, const GivenTexts& given) {
  for (const auto& [name, values] : given) {
    const Option* option = find_option(run_options(), name);  // null of one that a search has beside a run's
    if (option == nullptr || !describes_data(*option) || (!data.from_files && name == "missing")) {
      continue;
    }
    const auto known = data.texts.find(name);
    if (!data.from_files) {
      throw usage_error("{} does not apply: the data are arrays, which are in memory", field(name));
    }
    if (known == data.texts.end() || known->second != values) {
      throw usage_error(
          "{}: the data were loaded with {}; leave it out, or load them so", field(name),
          known == data.texts.end() ? "no such setting" : fmt::format("{}", fmt::join(known->second, ",")));
    }
  }
}

void refuse_splits(const GivenTexts& given) {
  for (const char* option : {"validation-split", "split"}) {
    if (given.contains(option)) {
      throw usage_error("{} does not apply: there are validation rows", field(option));
    }
  }
}

DataSource joined_source(const strata_data& data, const strata_data* validation, const RunSettings& settings) {
  if (!data.has_targets()) {
    throw usage_error("the data have nothing to learn; set their classes or targets");
  }
  check_missing(settings, data);
  DataSource source = data.source;
  if (validation != nullptr) {
    check_missing(settings, *validation);
    add_validation(source, *validation);
  }
  check_start(settings, source);
  check_names_can_be_kept(source);
  return source;
}

TrainingPlan training_plan(const strata_data& data, const strata_data* validation, const char* settings,
                           const strata_model* from) {
  GivenTexts texts = texts_of_json(run_options(), settings);
  refuse_outputs(run_options(), texts);
  check_data_options(data, texts);
  texts.insert(data.texts.begin(), data.texts.end());
  TrainingPlan plan{read_settings(texts, from), {}, data.feature_names, data.from_files};
  plan.source = joined_source(data, validation, plan.settings);
  if (validation != nullptr) {
    refuse_splits(texts);
    plan.settings.own_validation = true;
    plan.settings.config.validation_split = 0;
  }
  return plan;
}

// ---- what it tells

void RunNotes::on_run(const RunInfo& info) {
  run = {{"parameters", info.parameters},
         {"features", info.features},
         {"outputs", info.outputs},
         {"train_rows", info.train_rows},
         {"validation_rows", info.validation_rows},
         {"test_rows", info.test_rows},
         {"steps_per_epoch", info.steps_per_epoch},
         {"engine", info.engine},
         {"threads", info.threads},
         {"figures", info.figures}};
  progress.steps_per_epoch = info.steps_per_epoch;
}

void RunNotes::on_step(const StepInfo& step) {
  progress.epoch = step.epoch;
  progress.step = step.step;
  progress.global_step = step.global_step;
  progress.loss = step.loss;
  progress.mean_loss = step.mean_loss;
  progress.mean_figure = step.mean_figure.value;
  progress.epoch_ended = 0;
}

void RunNotes::on_epoch(const EpochInfo& epoch) {
  epochs.push_back(epoch_json(epoch));
  progress.epoch_ended = 1;
  progress.best_epoch = epoch.best_epoch.value_or(0);
  if (epoch.val_loss) {
    progress.val_loss = *epoch.val_loss;
    progress.val_figure = epoch.val_figures.empty() ? kNone : epoch.val_figures.front().value;
  }
}

// ---- the run

TrainingRun::TrainingRun(TrainingPlan plan) : plan_(std::move(plan)), set_rates_(plan_.settings.config.groups.size()) {
  begin(std::make_unique<Trainer>(make_trainer(plan_.settings, plan_.source)));
}

void TrainingRun::begin(std::unique_ptr<Trainer> trainer) {
  RunNotes notes;
  const RunState& state = trainer->state();
  notes.progress = {.global_step = state.global_step,
                    .step = 0,
                    .steps_per_epoch = trainer->steps_per_epoch(),
                    .epoch = state.epochs,
                    .best_epoch = state.best.epoch,
                    .epoch_ended = 0,
                    .ended = 0,
                    .loss = kNone,
                    .mean_loss = kNone,
                    .mean_figure = kNone,
                    .val_loss = kNone,
                    .val_figure = kNone,
                    .seconds = 0};
  if (state.validation) {
    notes.progress.val_loss = state.validation->loss;
    notes.progress.val_figure = state.validation->figures.front().value;
  }
  if (state.means.rows() > 0) {
    const std::uint64_t steps = state.steps_of_epoch(trainer->steps_per_epoch());
    notes.progress.epoch_ended = steps == 0 ? 1 : 0;
    notes.progress.step = steps == 0 ? trainer->steps_per_epoch() : steps;
    notes.progress.epoch = state.epochs + (steps == 0 ? 0 : 1);
    notes.progress.mean_loss = state.means.loss();
    notes.progress.mean_figure = state.means.figure();
  }
  notes_ = std::move(notes);
  trainer->set_rates([this](std::uint64_t, LearningRates& rates) {
    for (std::size_t g = 0; g < rates.size(); ++g) {
      rates[g].second = set_rates_[g].value_or(rates[g].second);
    }
  });
  trainer->begin(observers_, [this] { return !ending_ && stop_.load(std::memory_order_relaxed); });
  trainer_ = std::move(trainer);
  result_.reset();
  last_.reset();
  ending_ = false;
  failed_ = false;
  measured_ = false;
}

int TrainingRun::run(std::uint64_t steps) {
  if (failed_) {
    throw failed_error("an earlier call failed, which left the run between two steps; restore a snapshot");
  }
  if (result_) {
    return result_->status == RunStatus::diverged ? STRATA_DIVERGED : STRATA_OK;
  }
  if (stop_.exchange(false)) {
    return STRATA_STOPPED;
  }
  trainer_->go_on();
  const std::uint64_t before = trainer_->state().global_step;
  bool goes_on = false;
  try {
    goes_on = trainer_->advance(steps == 0 ? std::numeric_limits<std::uint64_t>::max() : steps);
  } catch (...) {
    failed_ = true;
    throw;
  }
  measured_ = trainer_->config().gradient_norms && (measured_ || trainer_->state().global_step > before);
  if (goes_on) {
    return STRATA_OK;  // a request to stop that came just now is for the next call
  }
  if (trainer_->interrupted()) {
    stop_ = false;
    return STRATA_STOPPED;
  }
  end();
  return result_->status == RunStatus::diverged ? STRATA_DIVERGED : STRATA_OK;
}

void TrainingRun::end() {
  if (by_best_epoch(*trainer_)) {
    last_ = trainer_->snapshot();
  }
  ending_ = true;
  result_ = trainer_->finish();
  notes_.progress.ended = 1;
}

strata_progress TrainingRun::progress() const {
  strata_progress progress = notes_.progress;
  progress.seconds = trainer_->seconds();
  return progress;
}

Json TrainingRun::info() const {
  Json json = notes_.run;
  const DataSource& source = plan_.source;
  json["targets"] = source.targets == TargetKind::classes  ? "classes"
                    : source.targets == TargetKind::labels ? "labels"
                                                           : "numbers";
  json["loss"] = to_string(trainer_->task().objective);
  if (source.targets == TargetKind::classes) {
    json["class_names"] = Json::array();
    for (std::size_t c = 0; c < source.classes; ++c) {
      json["class_names"].push_back(source.class_names.empty() ? fmt::format("{}", c) : source.class_names[c]);
    }
  } else {
    json["target_names"] = source.train.target_names;
  }
  json["layers"] = layers_json(trainer_->model());
  json["groups"] = groups_json(groups());
  json["config"] = config_of(plan_.settings, plan_.from_files);
  return json;
}

std::string TrainingRun::history() const { return fmt::format("[{}]", fmt::join(notes_.epochs, ",")); }

std::string TrainingRun::result() const {
  if (!result_) {
    throw usage_error("the run has not ended, so that it has no result yet");
  }
  return fmt::format("{{{}}}", result_members(*result_));
}

// ---- rates

std::size_t TrainingRun::group_of(std::string_view name) const {
  const auto found = std::ranges::find(groups(), name, &ParameterGroup::name);
  if (found == groups().end()) {
    std::vector<std::string> names;
    std::ranges::transform(groups(), std::back_inserter(names), &ParameterGroup::name);
    throw usage_error("there is no group {}; expected one of {}", name, fmt::join(names, ", "));
  }
  if (is_frozen(found->optimizer)) {
    throw usage_error("the group {} is frozen, so that it has no rate", name);
  }
  return static_cast<std::size_t>(found - groups().begin());
}

double TrainingRun::rate(std::string_view group) const {
  const std::size_t g = group_of(group);
  return set_rates_[g].value_or(trainer_->next_rates()[g].second);
}

void TrainingRun::set_rate(std::string_view group, double rate) {
  const std::size_t g = group_of(group);
  if (!std::isnan(rate) && (!std::isfinite(rate) || rate < 0)) {
    throw usage_error("the rate of {} is {}; expected a finite number from 0, or NaN for its schedule's", group, rate);
  }
  set_rates_[g] = std::isnan(rate) ? std::nullopt : std::optional(rate);
}

// ---- what it has learnt

ModelFile TrainingRun::model(bool best) const {
  if (best && !by_best_epoch(*trainer_)) {
    throw usage_error("no best epoch is kept: ‹restore_best› keeps it once an epoch has been validated");
  }
  const std::uint64_t steps = best || result_ ? trainer_->steps_of_parameters() : trainer_->state().global_step;
  ModelFile model = model_of(plan_.settings, *trainer_, plan_.source,
                             best ? *trainer_->state().best_parameters : parameters(), steps);
  set_feature_names(model, plan_.feature_names);
  return model;
}

void TrainingRun::check_not_begun(const char* what) const {
  if (trainer_->state().global_step > 0) {
    throw usage_error("{} comes before the first step; {} have been made", what, trainer_->state().global_step);
  }
}

void TrainingRun::measure_gradients(bool on) {
  if (plan_.settings.config.gradient_norms == on) {
    return;
  }
  check_not_begun("measuring gradients");
  const std::string start = snapshot();
  plan_.settings.config.gradient_norms = on;
  try {
    restore(start);
  } catch (...) {
    plan_.settings.config.gradient_norms = !on;
    throw;
  }
}

std::vector<double> TrainingRun::gradient_norms() const {
  if (!measured_) {
    throw usage_error("no step's gradients have been measured");
  }
  return trainer_->gradient_norms();
}

// ---- snapshots

const std::string& TrainingRun::hash_of_data() const {
  if (data_hash_.empty()) {
    data_hash_ = data_hash(plan_.source);
  }
  return data_hash_;
}

Json TrainingRun::set_rates_json() const {
  Json rates = Json::object();
  for (std::size_t g = 0; g < set_rates_.size(); ++g) {
    if (set_rates_[g]) {
      rates[groups()[g].name] = *set_rates_[g];
    }
  }
  return rates;
}

Checkpoint TrainingRun::checkpoint() const {
  Json further{{"rates", set_rates_json()}};
  if (const TargetScaler& targets = trainer_->task().scaler; !targets.empty()) {
    further["target_scaler"] = {{"mean", targets.mean}, {"scale", targets.scale}};
  }
  if (const std::vector<float>& fill = trainer_->scaler().fill; !fill.empty()) {
    further["fill"] = fill;
  }
  if (inherited_) {
    further["inherited"] = true;
  }
  return {.identity = {.options = plan_.settings.asked,
                       .config = config_of(plan_.settings, plan_.from_files),
                       .engine = trainer_->engine_name(),
                       .data_hash = hash_of_data()},
          .metrics_bytes = 0,
          .further = std::move(further)};
}

std::string TrainingRun::snapshot() const {
  return checkpoint_bytes(checkpoint(), last_ ? *last_ : trainer_->snapshot(), groups());
}

std::vector<std::optional<double>> TrainingRun::rates_in(const Json& further) const {
  std::vector<std::optional<double>> rates(groups().size());
  const Json set = further.value("rates", Json::object());
  for (std::size_t g = 0; g < rates.size(); ++g) {
    if (set.contains(groups()[g].name)) {
      rates[g] = set.at(groups()[g].name).get<double>();
    }
  }
  return rates;
}

void TrainingRun::restore(std::string_view bytes) {
  const CheckpointFile file(bytes, kSnapshot);
  const RunIdentity& identity = file.content().identity;
  const TrainConfig& config = plan_.settings.config;
  const auto changed =
      differences(identity.config, config_of(plan_.settings, plan_.from_files), free_when_resumed(config, false));
  if (!changed.empty()) {
    throw usage_error("the snapshot is of a run with another setting: {}", changed.front().text);
  }
  if (identity.data_hash != hash_of_data()) {
    throw data_error("{}: it is of a run on other data", kSnapshot);
  }
  RunSnapshot snapshot = file.snapshot(trainer_->model(), groups());
  const Json& further = file.content().further;
  const bool inherited = reading(further, [](const Json& json) { return json.value("inherited", false); });
  auto rates = reading(further, [&](const Json& json) { return rates_in(json); });
  auto trainer =
      inherited ? trainer_of(snapshot, further) : std::make_unique<Trainer>(make_trainer(plan_.settings, plan_.source));
  trainer->resume(std::move(snapshot));
  set_rates_ = std::move(rates);
  inherited_ = inherited;
  begin(std::move(trainer));
}

void TrainingRun::inherit(std::string_view bytes) {
  check_not_begun("inheriting");
  const CheckpointFile file(bytes, kSnapshot);
  const RunSnapshot snapshot = file.snapshot(trainer_->model(), groups());
  if (snapshot.scaler.offset != plan_.source.train.offsets) {
    throw data_error("{}: its features have other offsets than the data; read the data for its model", kSnapshot);
  }
  auto trainer = trainer_of(snapshot, file.content().further);
  trainer->inherit(snapshot.optimizers, snapshot.state.earlier_updates + snapshot.state.global_step);
  inherited_ = true;
  begin(std::move(trainer));
}

std::unique_ptr<Trainer> TrainingRun::trainer_of(const RunSnapshot& snapshot, const Json& further) const {
  Scaler scaler = snapshot.scaler;
  TargetScaler targets;
  reading(further, [&](const Json& json) {
    scaler.fill = json.value("fill", std::vector<float>());
    if (json.contains("target_scaler")) {
      targets = {json.at("target_scaler").at("mean").get<std::vector<float>>(),
                 json.at("target_scaler").at("scale").get<std::vector<float>>()};
    }
    return 0;
  });
  const std::size_t columns = targets.empty() ? 0 : plan_.source.train.target_columns;
  if ((!scaler.fill.empty() && scaler.fill.size() != scaler.mean.size()) || targets.mean.size() != columns ||
      targets.scale.size() != columns) {
    throw data_error("{}: its scalers are not those of such data", kSnapshot);
  }
  return std::make_unique<Trainer>(plan_.settings.config, plan_.source, &snapshot.parameters, &scaler, &targets);
}

}  // namespace strata::library
