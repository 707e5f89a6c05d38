// What diagnoses look at in a run's data.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <unordered_set>

#include "core/hash.h"
#include "data/moments.h"
#include "diagnose/run_facts.h"

namespace strata {

namespace {

/// All of a part's rows, or those that are given.
struct Rows {
  const Dataset* data;
  std::vector<std::uint32_t> rows;
};

/// Empty if there are none.
Rows rows_or_none(Part part, const DataSource& source, const std::optional<SplitPlan>& split) {
  if (!split && source.validation.rows() == 0) {
    return part == Part::train ? Rows{&source.train, all_rows_of(source.train).rows} : Rows{&source.train, {}};
  }
  if (split && split->fraction == 0 && source.validation.rows() == 0) {
    return rows_or_none(part, source, std::nullopt);
  }
  std::vector<PartRows> parts = rows_of(part, source, split);
  return parts.empty() ? Rows{&source.train, {}} : Rows{parts.front().data, std::move(parts.front().rows)};
}

std::vector<std::size_t> class_counts(const Dataset& data, std::span<const std::uint32_t> rows, std::size_t classes) {
  std::vector<std::size_t> counts(classes);
  for (const std::uint32_t row : rows) {
    if (row < data.labels.size() && data.labels[row] < classes) {
      ++counts[data.labels[row]];
    }
  }
  return counts;
}

void add_classes(DataFacts& facts, const DataSource& source, const Rows& train, const Rows& validation) {
  if (source.targets != TargetKind::classes) {
    return;
  }
  facts.train_counts = class_counts(*train.data, train.rows, source.classes);
  facts.test_counts = class_counts(source.test, all_rows_of(source.test).rows, source.classes);
  if (!validation.rows.empty()) {
    facts.validation_counts = class_counts(*validation.data, validation.rows, source.classes);
  }
  for (std::size_t label = 0; label < source.classes; ++label) {
    facts.class_names.push_back(source.class_names.empty() ? fmt::format("{}", label) : source.class_names[label]);
  }
}

void add_feature_names(DataFacts& facts, const std::optional<TableSchema>& table) {
  if (!table) {
    return;
  }
  for (const FeatureColumn& column : table->features) {
    for (std::size_t i = 0; i < column.width(); ++i) {
      facts.feature_names.push_back(column.categorical ? fmt::format("{}={}", column.name, column.categories[i])
                                                       : column.name);
    }
  }
}

/// Of a feature as it enters the network.
double size_of(const Moments& moments, std::size_t feature, const Standardising& how) {
  if (how.scaler == nullptr && how.kind == ScalerKind::standard) {
    return 1;
  }
  const double scale = how.scaler != nullptr ? how.scaler->scale[feature] : how.kind == ScalerKind::unit ? 255 : 1;
  const double mean = how.scaler != nullptr ? how.scaler->mean[feature] : 0;
  return std::hypot(moments.mean - mean, std::sqrt(moments.variance)) / scale;
}

void add_sizes(DataFacts& facts, const Rows& train, const std::optional<Standardising>& standardising, int threads) {
  const std::vector<Moments> all = moments(train.data->view().features, train.rows, threads);
  for (std::size_t f = 0; f < all.size(); ++f) {
    const bool constant = all[f].constant || all[f].count == 0;
    facts.constant += constant ? 1 : 0;
    facts.sizes.push_back(constant || !standardising ? std::numeric_limits<double>::quiet_NaN()
                                                     : size_of(all[f], f, *standardising));
  }
}

/// Whether numbers that vary so little beside their size have lost some of their digits: fp32 has few numbers in their
/// range, and they are not whole numbers that it holds exactly.
bool has_lost_digits(const MatrixView<const float>& values, std::span<const std::uint32_t> rows, std::size_t feature) {
  constexpr double kFewNumbers = 1000;
  float least = std::numeric_limits<float>::infinity();
  float most = -least;
  bool whole = true;
  for (const std::uint32_t row : rows) {
    const float x = values(row, feature);
    if (!std::isnan(x)) {
      least = std::min(least, x);
      most = std::max(most, x);
      whole = whole && x == std::trunc(x);
    }
  }
  if (!(least < most)) {
    return false;
  }
  const float size = std::max(std::abs(least), std::abs(most));
  const double apart = double{size} - double{std::nextafter(size, 0.0F)};
  return (double{most} - double{least}) / apart < kFewNumbers && !(whole && apart <= 1);
}

void add_rounded(DataFacts& facts, const Rows& train) {
  const SamplesView samples = train.data->view();
  if (samples.features.are_pixels()) {
    return;
  }
  for (std::size_t f = 0; f < facts.features; ++f) {
    const bool held_less = f < train.data->offsets.size() && train.data->offsets[f] != 0;
    if (!held_less && has_lost_digits(samples.features.values, train.rows, f)) {
      facts.rounded.push_back(f);
    }
  }
}

/// Of a row's features, and what is to be learnt of it.
std::uint64_t row_hash(const SamplesView& samples, std::size_t row) {
  Hash64 hash;
  const FeaturesView& features = samples.features;
  hash.update(features.are_pixels() ? std::as_bytes(std::span(features.pixels.row(row), features.columns()))
                                    : std::as_bytes(std::span(features.values.row(row), features.columns())));
  if (row < samples.labels.size()) {
    hash.update(std::as_bytes(samples.labels.subspan(row, 1)));
  }
  if (samples.targets.rows() > row) {
    hash.update(std::as_bytes(std::span(samples.targets.row(row), samples.targets.columns())));
  }
  return hash.digest();
}

/// The chance that two rows are alike, were their features independent of each other: of each feature the share of
/// equal pairs among some rows, multiplied.
double chance_of_twins(const FeaturesView& features, std::span<const std::uint32_t> rows) {
  constexpr std::size_t kPairs = 4000;
  double chance = 1;
  for (std::size_t f = 0; f < features.columns() && chance > 0; ++f) {
    std::size_t equal = 0;
    for (std::size_t i = 0; i < kPairs; ++i) {
      const std::size_t one = i * 7919 % rows.size();
      const std::size_t other = (one + 1 + i * 104729 % (rows.size() - 1)) % rows.size();
      equal += features(rows[one], f) == features(rows[other], f) ? 1 : 0;
    }
    chance *= static_cast<double>(equal) / static_cast<double>(kPairs);
  }
  return chance;
}

void add_shared(DataFacts& facts, const Rows& train, const Rows& validation) {
  if (validation.rows.empty() || train.rows.size() < 2) {
    return;
  }
  std::unordered_set<std::uint64_t> known;
  known.reserve(train.rows.size());
  for (const std::uint32_t row : train.rows) {
    known.insert(row_hash(train.data->view(), row));
  }
  for (const std::uint32_t row : validation.rows) {
    facts.shared_rows += known.contains(row_hash(validation.data->view(), row)) ? 1 : 0;
  }
  if (facts.shared_rows > 0) {
    const double twins = chance_of_twins(train.data->view().features, train.rows);
    facts.chance_shared = -std::expm1(-twins * static_cast<double>(train.rows.size()));
  }
}

}  // namespace

DataFacts data_facts(const DataSource& source, const std::optional<SplitPlan>& split,
                     const std::optional<Standardising>& standardising, int threads) {
  DataFacts facts;
  const Rows train = rows_or_none(Part::train, source, split);
  const Rows validation = rows_or_none(Part::validation, source, split);
  facts.features = source.train.features;
  add_classes(facts, source, train, validation);
  add_feature_names(facts, source.table);
  add_sizes(facts, train, standardising, threads);
  add_rounded(facts, train);
  add_shared(facts, train, validation);
  return facts;
}

}  // namespace strata
