#include "cli/model_info.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/choices.h"
#include "cli/progress_line.h"
#include "cli/text_table.h"
#include "core/error.h"
#include "io/evaluation_json.h"
#include "optim/parameter_group.h"
#include "report/json_files.h"

namespace strata::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json layers_json(const ModelSpec& spec) {
  Json layers = Json::array();
  for (const LayerSpec& layer : spec.layers()) {
    Json json{{"inputs", layer.inputs},
              {"outputs", layer.outputs},
              {"parameters", layer.parameters()},
              {"activation", activation_name(layer.activation)}};
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
  return {{"kind", name_of(kScalers, kind)}, {"mean", range(scaler.mean)}, {"scale", range(scaler.scale)}};
}

Json table_json(const TableSchema& table) {
  Json features = Json::array();
  for (const FeatureColumn& column : table.features) {
    Json json{{"name", column.name}};
    if (column.categorical) {
      json["categories"] = column.categories;
    }
    features.push_back(std::move(json));
  }
  Json json{{"header", table.header}, {"features", std::move(features)}, {"label", table.label}};
  for (const auto& [role, name] : {std::pair{"id", table.id}, std::pair{"weight", table.weight}}) {
    if (!name.empty()) {
      json[role] = name;
    }
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

/// The result that the metrics end with.
Json run_json(const fs::path& metrics) {
  Json run{{"status", "unfinished"}};
  std::error_code ignored;
  if (fs::exists(metrics, ignored)) {
    read_json_lines(metrics, [&](Json line) {
      if (line.at("type") == "result") {
        line.erase("type");
        run = std::move(line);
      }
    });
  }
  return run;
}

std::string layers_table(const Json& info) {
  std::vector<std::vector<std::string>> rows{{"layer", "inputs", "outputs", "parameters", "activation"}};
  for (const Json& layer : info["layers"]) {
    std::string activation = layer["activation"];
    if (layer.contains("alpha")) {
      activation += fmt::format(" {}", layer["alpha"].dump());
    }
    rows.push_back({fmt::format("{}", rows.size() - 1), grouped_digits(layer["inputs"]),
                    grouped_digits(layer["outputs"]), grouped_digits(layer["parameters"]), std::move(activation)});
  }
  return aligned(rows, Alignment::numbers);
}

std::string line(std::string_view name, const std::string& text) { return fmt::format("{:<11}{}\n", name, text); }

std::string classes_text(const Json& classes) {
  constexpr std::size_t kWidth = 69;
  std::string names;
  for (const Json& name : classes) {
    names += (names.empty() ? "" : ", ") + name.get<std::string>();
  }
  return shortened(fmt::format("{}: {}", classes.size(), names), kWidth);
}

std::string scaler_text(const Json& scaler) {
  const auto range = [](const Json& of) {
    return fmt::format("{:.4g} to {:.4g}", of[0].get<double>(), of[1].get<double>());
  };
  return fmt::format("{}, mean {}, scale {}", scaler["kind"].get<std::string>(), range(scaler["mean"]),
                     range(scaler["scale"]));
}

std::string table_text(const Json& table) {
  std::string text = line("table", fmt::format("{} columns of features, label {}", table["features"].size(),
                                               table["label"].get<std::string>()));
  std::vector<std::vector<std::string>> rows{{"  column", "kind"}};
  for (const Json& column : table["features"]) {
    rows.push_back(
        {"  " + column["name"].get<std::string>(),
         column.contains("categories") ? fmt::format("category, {} values", column["categories"].size()) : "number"});
  }
  for (const char* role : {"id", "weight"}) {
    if (table.contains(role)) {
      rows.push_back({"  " + table[role].get<std::string>(), role});
    }
  }
  return text + aligned(rows);
}

std::string run_text(const Json& info) {
  std::string text;
  for (const Json& group : info["groups"]) {
    text += line(group.value("name", "group"), fmt::format("layers {}: {}", group["layers"].get<std::string>(),
                                                           group["optimizer"].get<std::string>()));
  }
  const Json& run = info["run"];
  std::string result = run["status"];
  if (run.contains("steps")) {
    result += fmt::format(" after {} steps", grouped_digits(run["steps"]));
  }
  for (const char* name : {"val_loss", "val_accuracy", "test_loss", "test_accuracy"}) {
    if (run.contains(name) && run[name].is_number()) {
      std::string words = name;
      std::ranges::replace(words, '_', ' ');
      result += fmt::format(", {} {}", words, figure(run[name]));
    }
  }
  return text + line("run", result);
}

}  // namespace

Json model_info(const TrainedModel& trained) {
  const ModelFile& model = trained.model;
  Json info{{"file", trained.path.string()},
            {"bytes", fs::file_size(trained.path)},
            {"layers", layers_json(model.spec)},
            {"parameters", model.spec.parameter_count()},
            {"sample_shape", model.sample_shape},
            {"classes", class_names_of(model)},
            {"convention", name_of(kConventions, model.convention)},
            {"scaler", scaler_json(model.scaler)}};
  if (model.table) {
    info["table"] = table_json(*model.table);
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

std::string model_info_text(const Json& info) {
  std::string text =
      line("file", fmt::format("{}, {} bytes", info["file"].get<std::string>(), grouped_digits(info["bytes"])));
  text += layers_table(info);
  text += line("parameters", grouped_digits(info["parameters"]));
  if (!info["sample_shape"].empty()) {
    text += line("sample", fmt::format("{}", fmt::join(info["sample_shape"].get<std::vector<std::size_t>>(), " x ")));
  }
  text += line("classes", classes_text(info["classes"]));
  text += line("convention", info["convention"]);
  text += line("scaler", scaler_text(info["scaler"]));
  if (info.contains("table")) {
    text += table_text(info["table"]);
  }
  for (const auto& [key, value] : info["metadata"].items()) {
    text += line("metadata", fmt::format("{} = {}", key, value.get<std::string>()));
  }
  if (info.contains("run")) {
    text += run_text(info);
  }
  return text + line("weights", info["weights_hash"]);
}

}  // namespace strata::cli
