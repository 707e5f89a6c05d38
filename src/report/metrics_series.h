// The step and epoch lines of metrics.jsonl as the series of a page, few enough points for any length of run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strata {

/// Points of a curve: more than a page has room for.
inline constexpr std::size_t kMostPoints = 400;

/// What the line of a step has.
struct StepLine {
  std::uint64_t step = 0;    ///< within the epoch, from 1
  std::uint64_t number = 0;  ///< global_step
  double loss = 0;
  double mean_loss = 0;
  std::string figure{};  ///< the quick one's name
  double mean_figure = 0;
  std::optional<double> gradient_norm{};
  std::vector<std::pair<std::string, double>> rates{};

  /// Reads a line as RunLog writes it; false for any other, which may be a step's all the same. A run of a million
  /// steps has as many lines, and a parser of any JSON takes twenty times as long.
  bool read(std::string_view line);
  /// Reads the object of a step's line.
  void read(const nlohmann::ordered_json& line);
};

class StepSeries {
 public:
  /// Takes a line if StepLine can read it.
  bool take(std::string_view line);
  /// Takes the object of a step's line.
  void take(const nlohmann::ordered_json& line);

  std::uint64_t last() const { return numbers_.empty() ? 0 : numbers_.back(); }  ///< global_step
  const std::vector<double>& losses() const { return loss_; }
  /// Of each step, if all have one.
  const std::vector<double>& gradient_norms() const { return gradient_norms_; }
  /// By group.
  const std::vector<std::pair<std::string, std::vector<double>>>& rates() const { return rates_; }
  /// `quick` is the name of the figure whose means follow under `mean_` and that name.
  nlohmann::ordered_json json() const;

 private:
  void add();

  StepLine step_;  ///< the one at hand
  std::vector<std::uint64_t> numbers_;
  std::vector<double> loss_;
  std::vector<double> mean_loss_;
  std::vector<double> mean_figure_;
  std::vector<double> gradient_norms_;
  std::vector<std::pair<std::string, std::vector<double>>> rates_;  ///< by group
};

class EpochSeries {
 public:
  /// Takes a line if it is an epoch's as RunLog writes it; false for any other, which may be an epoch's all the same.
  bool take(std::string_view line);
  /// Takes the object of an epoch's line.
  void take(const nlohmann::ordered_json& line);

  std::uint64_t last_step() const { return last_step_; }             ///< global_step; 0: none, or not told
  std::optional<std::uint64_t> best() const { return best_epoch_; }  ///< so far

  /// The lines as they were read.
  const std::vector<std::string>& lines() const { return texts_; }

  /// Sets `epoch_count` and `epochs`: all lines, or of more than kMostPoints the last of each of as many equal parts,
  /// the first and that of the best epoch. Then also `epoch_curves`: `first` and `last` epoch of each part, and for
  /// each figure its envelope, `learning_rates` by group and `update_ratios` by layer.
  void add_to(nlohmann::ordered_json& json) const;

 private:
  /// A member of the lines, or of their member `outer`; of an array its elements by their place.
  struct Figure {
    std::string outer;
    std::string name;
    bool in_array = false;
    std::vector<double> values;  ///< of each epoch; NaN: it has none
  };
  /// What one line has, in its order.
  struct Value {
    std::string outer;
    std::string name;
    bool in_array = false;
    double value = 0;
  };
  bool read(std::string_view line);
  void add(std::string text);
  void add(const Value& value, std::size_t expected);
  nlohmann::ordered_json curves() const;

  std::vector<Value> line_;         ///< the one at hand
  std::vector<std::string> texts_;  ///< of the lines
  std::vector<std::uint64_t> numbers_;
  std::vector<Figure> figures_;
  std::uint64_t last_step_ = 0;
  std::optional<std::uint64_t> best_epoch_;
};

}  // namespace strata
