#include "run/info.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "data/gaps.h"
#include "data/table/date.h"
#include "io/evaluation_json.h"
#include "report/json_files.h"
#include "report/metrics_series.h"
#include "settings/choices.h"

namespace strata {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// What the outputs are, by the kind of targets.
constexpr std::array kOutputKeys{"classes", "labels", "targets"};

Json layers_json(const ModelSpec& spec) {
  Json layers = Json::array();
  for (const LayerSpec& layer : spec.layers()) {
    Json json{{"inputs", layer.inputs},
              {"outputs", layer.outputs},
              {"parameters", layer.parameters()},
              {"activation", entry_of(layer.activation.kind).name}};
    if (layer.activation.alpha != 0) {
      json["alpha"] = layer.activation.alpha;
    }
    layers.push_back(std::move(json));
  }
  return layers;
}

Json scaler_json(const Scaler& scaler) {
  const auto all = [](std::span<const float> values, float value) {
    return std::ranges::all_of(values, [value](float x) { return x == value; });
  };
  constexpr float kWhite = 255;
  const bool centred = !all(scaler.mean, 0);
  const ScalerKind kind = !centred && all(scaler.scale, kWhite) ? ScalerKind::unit
                          : !centred && all(scaler.scale, 1)    ? ScalerKind::none
                                                                : ScalerKind::standard;
  const auto range = [](std::span<const float> values) {
    const auto [least, largest] = std::ranges::minmax(values);
    return Json{least, largest};
  };
  Json json{{"kind", name_of(kScalers, kind)},
            {"mean", range(scaler.mean)},
            {"scale", range(scaler.scale)},
            {"missing", name_of(kMissingValues, scaler.missing())}};
  if (!scaler.offset.empty()) {
    json["offsets"] = std::ranges::count_if(scaler.offset, [](double offset) { return offset != 0; });
  }
  return json;
}

/// How images are made alike, as the options say it.
Json images_json(const ImageForm& form) {
  Json json{{"rule", name_of(kImageRules, form.rule)}};
  if (form.resize) {
    json["resize"] = to_string(*form.resize);
  }
  if (form.gray) {
    json["gray"] = true;
  }
  return json;
}

Json table_json(const TableSchema& table) {
  Json features = Json::array();
  for (const FeatureColumn& column : table.features) {
    Json json{{"name", column.name}};
    if (column.categorical) {
      json["categories"] = column.categories;
    }
    if (column.date) {
      json["date"] = true;
    }
    features.push_back(std::move(json));
  }
  Json json{{"header", table.has_header()}, {"features", std::move(features)}, {"learns", learnt_columns(table)}};
  if (!table.label.empty()) {
    json["label"] = table.label;
  }
  for (const auto& [role, names] : {std::pair{"targets", &table.targets}, std::pair{"labels", &table.labels}}) {
    if (!names->empty()) {
      json[role] = *names;
    }
  }
  for (const auto& [role, name] : {std::pair{"id", table.id}, std::pair{"weight", table.weight}}) {
    if (!name.empty()) {
      json[role] = name;
    }
  }
  if (std::string dialect = dialect_text(table.dialect); !dialect.empty()) {
    json["dialect"] = std::move(dialect);
  }
  return json;
}

/// The groups of a run's configuration: their layers and optimizers.
Json groups_json(const Json& config, std::size_t layers) {
  Json groups = Json::array();
  for (const Json& group : config.value("group", Json::array())) {
    const auto text = group.get<std::string>();
    const std::size_t colon = std::min(text.find(':'), text.size());
    groups.push_back({{"layers", text.substr(0, colon)}, {"optimizer", text.substr(std::min(colon + 1, text.size()))}});
  }
  const std::size_t upper = std::min(config.value("upper_layers", std::size_t{0}), layers);
  const auto add = [&](const char* name, std::size_t first, std::size_t end) {
    if (config.contains(name) && first < end) {
      groups.push_back({{"name", name},
                        {"layers", first + 1 == end ? fmt::format("{}", first) : fmt::format("{}-{}", first, end - 1)},
                        {"optimizer", config[name]}});
    }
  };
  add("lower", 0, layers - upper);
  add("upper", layers - upper, layers);
  return groups;
}

/// The result that the metrics end with, or how many steps they have.
Json run_json(const fs::path& metrics) {
  Json run{{"status", "unfinished"}, {"steps", 0}};
  StepSeries steps;
  const auto take = [&](Json line) {
    if (line.at("type") == "result") {
      line.erase("type");
      run = std::move(line);
    }
  };
  std::error_code ignored;
  if (fs::exists(metrics, ignored)) {
    read_json_lines(metrics, take, [&](std::string_view line) { return steps.take(line); });
  }
  if (run["status"] == "unfinished") {
    run["steps"] = steps.last();
  }
  return run;
}

/// What a feature's values are, over all rows of a part.
struct FeatureRange {
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();
  std::size_t missing = 0;
};

template <class T>
std::vector<FeatureRange> feature_ranges(const MatrixView<const T>& matrix) {
  std::vector<FeatureRange> ranges(matrix.columns());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (std::size_t f = 0; f < matrix.columns(); ++f) {
      const auto value = static_cast<double>(matrix(row, f));
      ranges[f].missing += std::isnan(value) ? 1U : 0U;
      ranges[f].minimum = std::min(ranges[f].minimum, value);  // the first operand of two that do not compare
      ranges[f].maximum = std::max(ranges[f].maximum, value);
    }
  }
  return ranges;
}

/// Of what the data have, not of what is held less an offset.
std::vector<FeatureRange> feature_ranges(const Dataset& data) {
  std::vector<FeatureRange> ranges =
      data.values.empty() ? feature_ranges<std::uint8_t>({data.pixels.data(), data.rows(), data.features})
                          : feature_ranges<float>({data.values.data(), data.rows(), data.features});
  for (std::size_t f = 0; f < data.offsets.size(); ++f) {
    ranges[f].minimum += data.offsets[f];
    ranges[f].maximum += data.offsets[f];
  }
  return ranges;
}

/// Of all features; of a table a missing category is one field, whatever the number of its features.
Json range_json(std::span<const FeatureRange> ranges, const std::vector<ColumnGaps>& gaps) {
  FeatureRange all;
  std::size_t constant = 0;
  for (const FeatureRange& range : ranges) {
    all.minimum = std::min(all.minimum, range.minimum);
    all.maximum = std::max(all.maximum, range.maximum);
    constant += range.minimum >= range.maximum ? 1U : 0U;
  }
  std::size_t missing = 0;
  for (const ColumnGaps& column : gaps) {
    missing += column.missing;
  }
  return {{"minimum", all.minimum}, {"maximum", all.maximum}, {"constant", constant}, {"missing", missing}};
}

Json classes_json(const DataSource& source) {
  std::vector<Json> classes;
  for (std::size_t c = 0; c < source.classes; ++c) {
    classes.push_back({{"name", class_name(source.class_names, c)}});
  }
  const auto count = [&](const char* part, const Dataset& data) {
    std::vector<std::size_t> counts(source.classes);
    for (const std::uint32_t label : data.labels) {
      ++counts[label];
    }
    for (std::size_t c = 0; c < source.classes && data.rows() > 0; ++c) {
      classes[c][part] = counts[c];
    }
  };
  count("train", source.train);
  count("validation", source.validation);
  count("test", source.test);
  return classes;
}

/// How many rows have each category of a column, whose features start at `first`.
std::vector<std::size_t> category_counts(const Dataset& data, std::size_t first, std::size_t categories) {
  std::vector<std::size_t> counts(categories);
  const MatrixView<const float> values = data.view().features.values;
  for (std::size_t row = 0; row < values.rows(); ++row) {
    for (std::size_t c = 0; c < categories; ++c) {
      counts[c] += values(row, first + c) == 1 ? 1U : 0U;
    }
  }
  return counts;
}

FeatureRange target_range(const Dataset& data, std::size_t target) {
  FeatureRange range;
  const MatrixView<const float> targets = data.view().targets;
  for (std::size_t row = 0; row < targets.rows(); ++row) {
    range.minimum = std::min(range.minimum, double{targets(row, target)});
    range.maximum = std::max(range.maximum, double{targets(row, target)});
  }
  return range;
}

std::size_t rows_with_label(const Dataset& data, std::size_t label) {
  const MatrixView<const float> targets = data.view().targets;
  std::size_t rows = 0;
  for (std::size_t row = 0; row < targets.rows(); ++row) {
    rows += targets(row, label) == 1 ? 1U : 0U;
  }
  return rows;
}

/// What the training rows have to learn, where that is no class: each target's range, or how many rows have the label.
Json targets_json(const DataSource& source) {
  Json targets = Json::array();
  for (std::size_t t = 0; t < source.train.target_columns; ++t) {
    const std::string name = source.train.target_names.empty() ? std::to_string(t) : source.train.target_names[t];
    const FeatureRange range = target_range(source.train, t);
    targets.push_back({{"name", name}, {"minimum", range.minimum}, {"maximum", range.maximum}});
    if (source.targets == TargetKind::labels) {
      targets.back()["rows"] = rows_with_label(source.train, t);
    }
  }
  return targets;
}

/// A table's columns of features, whose ranges stand side by side in `ranges`.
Json columns_json(const TableSchema& table, const Dataset& data, std::span<const FeatureRange> ranges) {
  Json columns = Json::array();
  std::size_t feature = 0;
  for (const FeatureColumn& column : table.features) {
    Json json{{"name", column.name}, {"role", column.categorical ? "category" : column.date ? "date" : "number"}};
    const FeatureRange& range = ranges[feature];
    if (column.categorical) {
      json["categories"] = column.categories;
      json["counts"] = category_counts(data, feature, column.width());
    } else if (column.date) {
      json.update({{"minimum", date_text(range.minimum)}, {"maximum", date_text(range.maximum)}});
    } else {
      json.update({{"minimum", range.minimum}, {"maximum", range.maximum}});
    }
    json["missing"] = range.missing;
    feature += column.width();
    columns.push_back(std::move(json));
  }
  const auto add_targets = [&](const char* role, const std::vector<std::string>& names) {
    for (std::size_t t = 0; t < names.size(); ++t) {
      const FeatureRange range = target_range(data, t);
      columns.push_back({{"name", names[t]}, {"role", role}, {"minimum", range.minimum}, {"maximum", range.maximum}});
    }
  };
  add_targets("target", table.targets);
  add_targets("label", table.labels);
  for (const auto& [role, name] :
       {std::pair{"label", table.label}, std::pair{"id", table.id}, std::pair{"weight", table.weight}}) {
    if (!name.empty()) {
      columns.push_back({{"name", name}, {"role", role}});
    }
  }
  return columns;
}

}  // namespace

Json model_info(const TrainedModel& trained) {
  const ModelFile& model = trained.model;
  Json info{{"file", trained.path.string()},
            {"bytes", trained.path.empty() ? model_bytes(model).size() : fs::file_size(trained.path)},
            {"layers", layers_json(model.spec)},
            {"parameters", model.spec.parameter_count()},
            {"sample_shape", model.sample_shape},
            {kOutputKeys[static_cast<std::size_t>(model.targets)], output_names(model)},
            {"convention", name_of(kConventions, model.convention)},
            {"scaler", scaler_json(model.scaler)}};
  if (model.task.objective.kind != ObjectiveKind::softmax_cross_entropy) {
    info["loss"] = to_string(model.task.objective);
  }
  if (entry_of(model.task.objective.kind).map == OutputMap::sigmoid) {
    info["threshold"] = model.task.threshold;
  }
  if (!model.task.scaler.empty()) {
    info["target_scaler"] = {{"mean", model.task.scaler.mean}, {"scale", model.task.scaler.scale}};
  }
  if (model.table) {
    info["table"] = table_json(*model.table);
  }
  if (model.images != ImageForm()) {
    info["images"] = images_json(model.images);
  }
  info["metadata"] = model.notes;
  info["weights_hash"] = weights_hash(model.parameters);
  if (trained.folder) {
    info["groups"] = trained.config ? groups_json(*trained.config, model.spec.layer_count()) : Json::array();
    info["run"] = run_json(*trained.folder / "metrics.jsonl");
    info["config"] = trained.config.value_or(Json::object());
  }
  return info;
}

Json data_info(const std::string& path, const DataSource& source) {
  const std::vector<FeatureRange> ranges = feature_ranges(source.train);
  GapCounter gaps(source.table, source.train.features);
  gaps.add(source.train.view().features);
  Json rows{{"train", source.train.rows()}};
  for (const auto& [part, data] : {std::pair{"validation", &source.validation}, std::pair{"test", &source.test}}) {
    if (data->rows() > 0) {
      rows[part] = data->rows();
    }
  }
  Json info{{"data", path},
            {"rows", std::move(rows)},
            {"features", source.train.features},
            {"sample_shape", source.train.sample_shape},
            {"type", source.train.values.empty() ? "uint8" : "float32"},
            {"range", range_json(ranges, gaps.gaps())},
            {"classes", classes_json(source)}};
  if (source.targets != TargetKind::classes) {
    info.erase("classes");
    info["targets"] = targets_json(source);
  }
  if (source.table) {
    info["header"] = source.table->has_header();
    info["dialect"] = dialect_text(source.table->dialect);
    info["columns"] = columns_json(*source.table, source.train, ranges);
  }
  return info;
}

Json look_info(const TableAdvice& advice) {
  Json columns = Json::array();
  for (const ColumnLook& column : advice.look.columns) {
    Json json{{"name", column.name},
              {"holds", kind_text(column.kind())},
              {"values", column.values},
              {"missing", column.missing}};
    if (!column.option.empty()) {
      json["option"] = column.option;
    }
    if (column.numbers > 0) {
      json.update({{"minimum", column.minimum}, {"maximum", column.maximum}});
    }
    if (!column.odd_texts.empty()) {
      json["examples"] = column.odd_texts;
    }
    columns.push_back(std::move(json));
  }
  return {{"data", advice.look.name},      {"rows", {{"train", advice.look.rows}}},
          {"header", advice.look.header},  {"dialect", dialect_text(advice.look.dialect)},
          {"columns", std::move(columns)}, {"problems", advice.problems},
          {"notes", advice.hints}};
}

}  // namespace strata
