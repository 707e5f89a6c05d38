#include "report/test_figures.h"

#include <algorithm>
#include <map>
#include <utility>

#include "io/evaluation_json.h"
#include "train/part_evaluation.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostClasses = 40;          ///< of a matrix that can be read
constexpr std::size_t kMostMistakes = 200;        ///< pairs of classes that are listed
constexpr std::size_t kMostShown = 12;            ///< rows of a pair
constexpr std::size_t kPixelBudget = 768 * 1024;  ///< bytes of all images together
constexpr std::size_t kLargestSide = 256;         ///< of an image, in pixels

struct ImageShape {
  std::size_t rows = 0;  ///< 0: the samples are no images
  std::size_t columns = 0;

  std::size_t pixels() const { return rows * columns; }
};

ImageShape image_shape(const std::vector<std::size_t>& shape) {
  const bool flat = shape.size() == 2 || (shape.size() == 3 && shape[2] == 1);
  return flat && shape[0] <= kLargestSide && shape[1] <= kLargestSide ? ImageShape{shape[0], shape[1]} : ImageShape{};
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
  const MatrixView<const float> probabilities = evaluation.probability_matrix();
  std::map<std::pair<std::size_t, std::size_t>, std::vector<Mistake>> by_cell;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::span<const float> p(probabilities.row(i), probabilities.columns());
    const auto predicted = static_cast<std::size_t>(std::ranges::max_element(p) - p.begin());
    if (predicted != labels[i]) {
      by_cell[{labels[i], predicted}].push_back({rows[i], p[predicted]});
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
std::size_t shown_per_cell(std::size_t cells, const ImageShape& image) {
  const std::size_t all = std::max<std::size_t>(cells * image.pixels(), 1);
  return std::clamp<std::size_t>(kPixelBudget / all, 1, kMostShown);
}

Json mistakes_json(const std::vector<Cell>& cells, const SamplesView& samples, const ImageShape& image) {
  const std::size_t most = shown_per_cell(cells.size(), image);
  Json json = Json::array();
  for (const Cell& cell : cells) {
    Json shown = Json::array();
    for (const Mistake& mistake : std::span(cell.mistakes).first(std::min(most, cell.mistakes.size()))) {
      Json one{{"row", mistake.row}, {"probability", static_cast<double>(mistake.probability)}};
      if (image.rows > 0) {
        one["pixels"] = base64({samples.features.pixels.row(mistake.row), image.pixels()});
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

}  // namespace

Json test_figures(const ModelFile& model, const TestRows& test) {
  const std::unique_ptr<Engine> engine =
      make_inference_engine(model.spec, model.parameters, model.scaler, test.compute);
  const PartEvaluation evaluation = evaluate_part(*engine, model.spec, {&test.rows, 1});
  Json json{{"part", test.part}};
  json.update(evaluation_json(evaluation, model.class_names));
  if (model.spec.classes > kMostClasses) {
    json.erase("confusion");
  }
  const SamplesView samples = test.rows.data->view();
  const ImageShape image = samples.features.are_pixels() ? image_shape(model.sample_shape) : ImageShape{};
  json["mistakes"] = mistakes_json(cells_of(evaluation, test.rows.rows), samples, image);
  if (image.rows > 0) {
    json["image"] = {{"rows", image.rows}, {"columns", image.columns}};
  }
  return json;
}

}  // namespace strata
