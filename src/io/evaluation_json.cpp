#include "io/evaluation_json.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

Json matrix_json(const ConfusionMatrix& confusion) {
  Json json = Json::array();
  for (std::size_t label = 0; label < confusion.classes; ++label) {
    Json row = Json::array();
    for (std::size_t predicted = 0; predicted < confusion.classes; ++predicted) {
      row.push_back(confusion(label, predicted));
    }
    json.push_back(std::move(row));
  }
  return json;
}

Json classes_json(std::span<const ClassFigures> figures, std::span<const std::string> class_names) {
  Json json = Json::array();
  for (const ClassFigures& c : figures) {
    json.push_back({{"name", class_name(class_names, json.size())},
                    {"precision", c.precision},
                    {"recall", c.recall},
                    {"f1", c.f1},
                    {"support", c.support},
                    {"predicted", c.predicted}});
  }
  return json;
}

/// The members of the quantile only where there are several.
Json numbers_json(std::span<const NumberFigures> figures, std::span<const std::string> names) {
  Json json = Json::array();
  for (const NumberFigures& of : figures) {
    Json one{{"name", class_name(names, json.size())}, {"rmse", of.rmse}, {"mae", of.mae}};
    if (of.r2) {
      one["r2"] = *of.r2;
    }
    one["median_error"] = of.median_error;
    one["p95_error"] = of.p95_error;
    if (of.quantile) {
      one.update({{"quantile", *of.quantile}, {"pinball", of.pinball}, {"below", of.below}});
    }
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace

std::string class_name(std::span<const std::string> class_names, std::size_t index) {
  return class_names.empty() ? std::to_string(index) : class_names[index];
}

Json evaluation_json(const PartEvaluation& evaluation, std::span<const std::string> names) {
  Json json{{"rows", evaluation.rows()}, {"loss", evaluation.loss}};
  for (const auto& [name, value] : evaluation.figures) {
    json[name] = value;
  }
  if (evaluation.kind == TargetKind::numbers) {
    json["targets"] = numbers_json(evaluation.numbers, names);
    return json;
  }
  if (evaluation.kind == TargetKind::labels || evaluation.classes.size() == 2) {
    json["threshold"] = evaluation.threshold;
  }
  if (evaluation.kind == TargetKind::classes) {
    json["confusion"] = matrix_json(evaluation.confusion);
  }
  json[counted(evaluation.kind)] = classes_json(evaluation.classes, names);
  return json;
}

Json importance_json(const Importance& importance) {
  Json blocks = Json::array();
  for (const BlockImportance& block : importance.blocks) {
    blocks.push_back({{"name", block.name}, {"mean", block.mean}, {"deviation", block.deviation}});
  }
  Json json{{"importance", std::move(blocks)},
            {"importance_of", {{"rows", importance.rows}, {"repeats", importance.repeats}, {"loss", importance.loss}}}};
  if (const BlockMap& map = importance.map; map.rows > 0) {
    json["importance_map"] = {{"rows", map.rows}, {"columns", map.columns}, {"side", map.side}};
  }
  return json;
}

}  // namespace strata
