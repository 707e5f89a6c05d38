#include "report/test_figures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "data/table/date.h"
#include "io/evaluation_json.h"
#include "report/curves.h"
#include "train/classification_figures.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostClasses = 40;          ///< of a matrix that can be read
constexpr std::size_t kMostMistakes = 200;        ///< pairs of classes that are listed
constexpr std::size_t kMostShown = 12;            ///< rows of a pair
constexpr std::size_t kPixelBudget = 768 * 1024;  ///< bytes of all images together
constexpr std::size_t kLargestSide = 256;         ///< of an image, in pixels

struct PictureShape {
  std::size_t rows = 0;  ///< 0: the samples are no images
  std::size_t columns = 0;
  std::size_t channels = 1;  ///< grey, or 3: red, green and blue

  std::size_t bytes() const { return rows * columns * channels; }
};

PictureShape image_shape(const std::vector<std::size_t>& shape) {
  const std::size_t channels = shape.size() == 3 ? shape[2] : 1;
  const bool is_image = (shape.size() == 2 || shape.size() == 3) && (channels == 1 || channels == 3) &&
                        shape[0] <= kLargestSide && shape[1] <= kLargestSide;
  return is_image ? PictureShape{shape[0], shape[1], channels} : PictureShape{};
}

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t j) { return i + j < bytes.size() ? bytes[i + j] : 0U; };
    const unsigned group = byte(0) << 16U | byte(1) << 8U | byte(2);
    text += kDigits[group >> 18U];
    text += kDigits[group >> 12U & 63U];
    text += i + 1 < bytes.size() ? kDigits[group >> 6U & 63U] : '=';
    text += i + 2 < bytes.size() ? kDigits[group & 63U] : '=';
  }
  return text;
}

/// A row that is taken for another class.
struct Mistake {
  std::uint32_t row = 0;  ///< of the part
  float probability = 0;  ///< of the class it is taken for
};

/// The mistakes that make one one cell of the confusion matrix.
struct Cell {
  std::size_t label = 0;
  std::size_t predicted = 0;
  std::vector<Mistake> mistakes;
};

/// The most frequent first, in each the most confident first.
std::vector<Cell> cells_of(const PartEvaluation& evaluation, std::span<const std::uint32_t> rows) {
  const std::vector<std::uint32_t>& labels = evaluation.labels;
  const MatrixView<const float> probabilities = evaluation.prediction_matrix();
  const std::vector<std::uint32_t> decided =
      decided_classes(probabilities, evaluation.class_count, evaluation.threshold);
  std::map<std::pair<std::size_t, std::size_t>, std::vector<Mistake>> by_cell;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (decided[i] != labels[i]) {
      const std::span<const float> p(probabilities.row(i), probabilities.columns());
      const float sure = p.size() == evaluation.class_count ? p[decided[i]] : decided[i] == 1 ? p[0] : 1 - p[0];
      by_cell[{labels[i], decided[i]}].push_back({rows[i], sure});
    }
  }
  std::vector<Cell> cells;
  for (auto& [classes, mistakes] : by_cell) {
    std::ranges::stable_sort(mistakes, std::ranges::greater{}, &Mistake::probability);
    cells.push_back({classes.first, classes.second, std::move(mistakes)});
  }
  std::ranges::stable_sort(cells, std::ranges::greater{}, [](const Cell& cell) { return cell.mistakes.size(); });
  cells.resize(std::min(cells.size(), kMostMistakes));
  return cells;
}

/// How many rows of each cell can be shown within the budget.
std::size_t shown_per_cell(std::size_t cells, const PictureShape& image) {
  const std::size_t all = std::max<std::size_t>(cells * image.bytes(), 1);
  return std::clamp<std::size_t>(kPixelBudget / all, 1, kMostShown);
}

Json mistakes_json(const std::vector<Cell>& cells, const SamplesView& samples, const PictureShape& image) {
  const std::size_t most = shown_per_cell(cells.size(), image);
  Json json = Json::array();
  for (const Cell& cell : cells) {
    Json shown = Json::array();
    for (const Mistake& mistake : std::span(cell.mistakes).first(std::min(most, cell.mistakes.size()))) {
      Json one{{"row", mistake.row}, {"probability", static_cast<double>(mistake.probability)}};
      if (image.rows > 0) {
        one["pixels"] = base64({samples.features.pixels.row(mistake.row), image.bytes()});
      }
      shown.push_back(std::move(one));
    }
    json.push_back({{"label", cell.label},
                    {"predicted", cell.predicted},
                    {"count", cell.mistakes.size()},
                    {"shown", std::move(shown)}});
  }
  return json;
}

/// The curves of two classes.
void add_curves(Json& json, const PartEvaluation& evaluation) {
  const std::vector<float> scores = column_of(evaluation.prediction_matrix(), evaluation.outputs - 1);
  std::vector<bool> positive(evaluation.rows());
  for (std::size_t row = 0; row < positive.size(); ++row) {
    positive[row] = evaluation.labels[row] == 1;
  }
  json["curves"] = curves_json(scores, positive);
}

void add_label_curves(Json& json, const PartEvaluation& evaluation) {
  for (std::size_t label = 0; label < std::min(evaluation.outputs, kMostClasses); ++label) {
    json["labels"][label]["curves"] =
        curves_json(column_of(evaluation.prediction_matrix(), label), positives_of(evaluation.target_matrix(), label));
  }
}

/// The mistakes, and the images that they are of.
void add_mistakes(Json& json, const ModelFile& model, const PartEvaluation& evaluation, const PartRows& rows) {
  const SamplesView samples = rows.data->view();
  const PictureShape image = samples.features.are_pixels() ? image_shape(model.sample_shape) : PictureShape{};
  json["mistakes"] = mistakes_json(cells_of(evaluation, rows.rows), samples, image);
  if (image.rows > 0) {
    json["image"] = {{"rows", image.rows}, {"columns", image.columns}};
    if (image.channels > 1) {
      json["image"]["channels"] = image.channels;
    }
  }
}

/// Of a table's columns, or an image's squares: of features without names, or of very many, it would tell nobody much.
void add_importance(Json& json, Engine& engine, const ModelFile& model, const PartRows& rows) {
  constexpr std::size_t kMostBlocks = 64;
  constexpr std::size_t kMostApplied = 100'000;  // a page should not take longer than its run
  const FeatureBlocks blocks =
      feature_blocks(model.table ? &*model.table : nullptr, model.sample_shape, model.spec.inputs, kMostBlocks);
  const bool named = model.table || blocks.map.rows > 0;
  if (named && blocks.blocks.size() > 1 && blocks.blocks.size() <= kMostBlocks) {
    json.update(
        importance_json(permutation_importance(engine, model.spec, model.task, {&rows, 1}, blocks, kMostApplied)));
  }
}

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

Json test_figures(const ModelFile& model, const TestRows& test) {
  const std::unique_ptr<Engine> engine =
      make_inference_engine(model.spec, model.task, model.parameters, model.scaler, test.compute);
  const PartEvaluation evaluation = evaluate_part(*engine, model.spec, model.task, {&test.rows, 1});
  Json json{{"part", test.part}};
  if (!test.counted_in.empty()) {
    json["counted_in"] = test.counted_in;
  }
  json.update(judged_figures(evaluation, output_names(model)));
  add_importance(json, *engine, model, test.rows);
  if (evaluation.kind == TargetKind::classes) {
    add_mistakes(json, model, evaluation, test.rows);
  } else if (evaluation.kind == TargetKind::numbers) {
    add_worst(json["shown"], evaluation, model, test.rows);
  }
  return json;
}

Json judged_figures(const PartEvaluation& evaluation, std::span<const std::string> names) {
  Json json = evaluation_json(evaluation, names);
  switch (evaluation.kind) {
    case TargetKind::classes:
      if (evaluation.confusion.classes > kMostClasses) {
        json.erase("confusion");
      }
      if (evaluation.confusion.classes == 2) {
        add_curves(json, evaluation);
      }
      break;
    case TargetKind::labels:
      add_label_curves(json, evaluation);
      break;
    case TargetKind::numbers:
      json["shown"] = numbers_shown(evaluation);
      break;
  }
  return json;
}

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
