#include "report/test_figures.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"
#include "train/evaluation.h"

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
std::vector<Cell> cells_of(std::span<const std::uint32_t> labels, MatrixView<const float> probabilities,
                           std::span<const std::uint32_t> rows) {
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

Json classes_json(std::span<const ClassFigures> figures) {
  Json json = Json::array();
  for (const ClassFigures& c : figures) {
    json.push_back({{"precision", c.precision},
                    {"recall", c.recall},
                    {"f1", c.f1},
                    {"support", c.support},
                    {"predicted", c.predicted}});
  }
  return json;
}

void check_fit(const ModelSpec& model, const SamplesView& samples, std::span<const std::uint32_t> labels) {
  if (samples.features.columns() != model.inputs) {
    throw data_error("its samples have {} features, the model takes {}", samples.features.columns(), model.inputs);
  }
  if (std::ranges::max(labels) >= model.classes) {
    throw data_error("it has a label {}, the model {} classes", std::ranges::max(labels), model.classes);
  }
}

}  // namespace

Json test_figures(const ModelFile& model, const TestRows& test) {
  std::vector<std::uint32_t> labels;
  for (const std::uint32_t row : test.rows) {
    labels.push_back(test.samples.labels[row]);
  }
  check_fit(model.spec, test.samples, labels);
  const ParameterGroup frozen{.name = "all",
                              .first = 0,
                              .last = model.spec.layer_count() - 1,
                              .optimizer = parse_optimizer("freeze", model.convention, "")};
  const std::unique_ptr<Engine> engine = make_engine(test.engine, {.model = model.spec,
                                                                   .groups = {frozen},
                                                                   .scaler = model.scaler,
                                                                   .train_batch_sizes = {1},
                                                                   .threads = test.threads});
  engine->import_parameters(model.parameters);
  const LossSums sums = engine->evaluate(test.samples, test.rows);
  AlignedVector<float> storage(labels.size() * model.spec.classes);
  const MatrixView<float> probabilities(storage.data(), labels.size(), model.spec.classes);
  engine->predict(test.samples, test.rows, probabilities);

  const ConfusionMatrix confusion = confusion_matrix(labels, probabilities);
  const std::vector<ClassFigures> figures = class_figures(confusion);
  const ImageShape image = test.samples.features.are_pixels() ? image_shape(model.sample_shape) : ImageShape{};
  Json json{{"part", test.part},
            {"rows", labels.size()},
            {"loss", sums.mean_loss()},
            {"accuracy", static_cast<double>(sums.correct) / static_cast<double>(labels.size())},
            {"macro_f1", macro_f1(figures)},
            {"classes", classes_json(figures)}};
  if (confusion.classes <= kMostClasses) {
    json["confusion"] = matrix_json(confusion);
  }
  json["mistakes"] = mistakes_json(cells_of(labels, probabilities, test.rows), test.samples, image);
  if (image.rows > 0) {
    json["image"] = {{"rows", image.rows}, {"columns", image.columns}};
  }
  return json;
}

}  // namespace strata
