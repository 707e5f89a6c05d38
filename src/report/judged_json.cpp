#include "report/judged_json.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "data/table/date.h"
#include "report/envelope.h"
#include "train/binary_figures.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kSide = 60;        ///< bins along each axis
constexpr std::size_t kErrorBins = 40;   ///< of the distribution of errors
constexpr std::size_t kMostWorst = 12;   ///< rows that are listed
constexpr std::size_t kMostValues = 12;  ///< features of such a row
constexpr std::size_t kMostOutputs = 8;  ///< that have charts: each may take 200 kB
constexpr std::size_t kCurvePoints = 300;

/// Where a range is cut into equal bins; a range of one value has a width all the same.
struct Bins {
  double from = 0;
  double step = 1;
  std::size_t count = 1;

  std::size_t of(double value) const {
    const double place = std::floor((value - from) / step);
    return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(count - 1)));
  }
};

Bins bins_over(double low, double high, std::size_t count) {
  const double width = high > low ? high - low : std::max(1.0, std::abs(low)) * 1e-3;
  return {low, width / static_cast<double>(count), count};
}

/// One output's numbers beside its target's.
struct Pairs {
  std::vector<double> actual;
  std::vector<double> predicted;
};

Pairs pairs_of(const PartEvaluation& evaluation, std::size_t output) {
  const MatrixView<const float> targets = evaluation.target_matrix();
  const MatrixView<const float> predictions = evaluation.prediction_matrix();
  Pairs pairs;
  for (std::size_t row = 0; row < evaluation.rows(); ++row) {
    pairs.actual.push_back(static_cast<double>(targets.row(row)[targets.columns() == 1 ? 0 : output]));
    pairs.predicted.push_back(static_cast<double>(predictions.row(row)[output]));
  }
  return pairs;
}

Json points_json(const Pairs& pairs) {
  Json json = Json::array();
  for (std::size_t row = 0; row < pairs.actual.size(); ++row) {
    json.push_back({pairs.actual[row], pairs.predicted[row]});
  }
  return json;
}

/// Both axes have the same bins, so that the diagonal is one.
Json bins_json(const Pairs& pairs) {
  const auto [a_low, a_high] = std::ranges::minmax(pairs.actual);
  const auto [p_low, p_high] = std::ranges::minmax(pairs.predicted);
  const Bins bins = bins_over(std::min(a_low, p_low), std::max(a_high, p_high), kSide);
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> counts;
  for (std::size_t row = 0; row < pairs.actual.size(); ++row) {
    ++counts[{bins.of(pairs.actual[row]), bins.of(pairs.predicted[row])}];
  }
  Json list = Json::array();
  for (const auto& [place, count] : counts) {
    list.push_back({place.first, place.second, count});
  }
  return {{"from", bins.from}, {"step", bins.step}, {"counts", std::move(list)}};
}

Json errors_json(const Pairs& pairs) {
  std::vector<double> errors(pairs.actual.size());
  std::ranges::transform(pairs.predicted, pairs.actual, errors.begin(), std::minus{});
  const auto [low, high] = std::ranges::minmax(errors);
  const Bins bins = bins_over(low, high, kErrorBins);
  std::vector<std::size_t> counts(kErrorBins);
  for (const double error : errors) {
    ++counts[bins.of(error)];
  }
  return {{"from", bins.from}, {"step", bins.step}, {"counts", counts}};
}

Json one_feature(const std::string& name, const Json& value) { return {{"name", name}, {"value", value}}; }

/// Features of a row as the data have them: of a table its columns, a category by its name.
Json features_json(const ModelFile& model, const PartRows& rows, std::uint32_t row) {
  Json json = Json::array();
  const Dataset& data = *rows.data;
  if (data.values.empty()) {
    return json;
  }
  const auto number = [&](std::size_t feature) {
    const auto value = static_cast<double>(data.values[row * data.features + feature]);
    return std::isnan(value) ? Json() : Json(value + (data.offsets.empty() ? 0 : data.offsets[feature]));
  };
  if (!model.table) {
    for (std::size_t feature = 0; feature < std::min(data.features, kMostValues); ++feature) {
      json.push_back(one_feature(std::to_string(feature), number(feature)));
    }
    return json;
  }
  std::size_t first = 0;
  for (const FeatureColumn& column : model.table->features) {
    if (json.size() == kMostValues) {
      break;
    }
    if (column.categorical) {
      const float* const values = &data.values[row * data.features + first];
      const auto* const one = std::find(values, values + column.width(), 1.0F);
      json.push_back(one_feature(column.name, one == values + column.width()
                                                  ? Json()
                                                  : Json(column.categories[static_cast<std::size_t>(one - values)])));
    } else {
      const Json value = number(first);
      json.push_back(one_feature(column.name, column.date && value.is_number() ? Json(date_text(value)) : value));
    }
    first += column.width();
  }
  return json;
}

Json worst_json(const Pairs& pairs, const ModelFile& model, const PartRows& rows) {
  std::vector<std::size_t> order(pairs.actual.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto size = [&](std::size_t i) { return std::abs(pairs.predicted[i] - pairs.actual[i]); };
  const auto shown = static_cast<std::ptrdiff_t>(std::min(kMostWorst, order.size()));
  std::partial_sort(order.begin(), order.begin() + shown, order.end(),
                    [&](std::size_t a, std::size_t b) { return size(a) != size(b) ? size(a) > size(b) : a < b; });
  Json json = Json::array();
  for (const std::size_t i : std::span(order).first(static_cast<std::size_t>(shown))) {
    json.push_back({{"row", rows.rows[i]},
                    {"actual", pairs.actual[i]},
                    {"predicted", pairs.predicted[i]},
                    {"features", features_json(model, rows, rows.rows[i])}});
  }
  return json;
}

}  // namespace

Json numbers_shown(const PartEvaluation& evaluation) {
  Json json = Json::array();
  for (std::size_t output = 0; output < std::min(evaluation.numbers.size(), kMostOutputs); ++output) {
    const Pairs pairs = pairs_of(evaluation, output);
    Json shown = Json::object();
    if (pairs.actual.size() > kMostDots) {
      shown["bins"] = bins_json(pairs);
    } else {
      shown["points"] = points_json(pairs);
    }
    shown["errors"] = errors_json(pairs);
    json.push_back(std::move(shown));
  }
  return json;
}

void add_worst(Json& shown, const PartEvaluation& evaluation, const ModelFile& model, const PartRows& rows) {
  for (std::size_t output = 0; output < shown.size(); ++output) {
    shown[output]["worst"] = worst_json(pairs_of(evaluation, output), model, rows);
  }
}

Json curves_json(std::span<const float> scores, const std::vector<bool>& positive) {
  const std::vector<CurvePoint> points = decision_curve(ranked(scores, positive));
  Json json{{"score", Json::array()},
            {"false_positive_rate", Json::array()},
            {"recall", Json::array()},
            {"precision", Json::array()}};
  for (const Bucket& bucket : buckets(points.size(), kCurvePoints)) {
    const CurvePoint& point = points[bucket.first == 0 ? 0 : bucket.last - 1];
    json["score"].push_back(static_cast<double>(point.score));
    json["false_positive_rate"].push_back(point.false_positive_rate);
    json["recall"].push_back(point.recall);
    json["precision"].push_back(point.precision);
  }
  return json;
}

}  // namespace strata
