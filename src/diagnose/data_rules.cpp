// Rules about the data and about what the model takes for what.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "diagnose/rules.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostNamed = 5;

std::string name_of_feature(const DataFacts& data, std::size_t feature) {
  return feature < data.feature_names.size() ? data.feature_names[feature] : fmt::format("{}", feature);
}

Json names_of(const DataFacts& data, const std::vector<std::size_t>& features) {
  Json names = Json::array();
  for (std::size_t i = 0; i < std::min(kMostNamed, features.size()); ++i) {
    names.push_back(name_of_feature(data, features[i]));
  }
  return names;
}

void find_raw_features(const DataFacts& data, Diagnosis& diagnosis) {
  constexpr double kLarge = 10;
  constexpr double kSmall = 0.01;
  std::vector<std::size_t> large;
  std::vector<std::size_t> small;
  double largest = 0;
  for (std::size_t f = 0; f < data.sizes.size(); ++f) {
    if (data.sizes[f] > kLarge) {
      large.push_back(f);
    }
    if (data.sizes[f] < kSmall) {
      small.push_back(f);
    }
    largest = std::max(largest, std::isnan(data.sizes[f]) ? 0 : data.sizes[f]);
  }
  // Pixels that are nearly always 0 are small by nature; what is small beside others is no matter unless all of it is.
  const bool all_small = largest < 10 * kSmall && small.size() > data.sizes.size() / 2;
  if (large.empty() && !all_small) {
    return;
  }
  diagnosis.add({.code = "S301",
                 .evidence = {{"features", large.empty() ? small.size() : large.size()},
                              {"of", data.features},
                              {"largest_root_mean_square", largest},
                              {"such_as", names_of(data, large.empty() ? small : large)}},
                 .advice = "leave ‹scaler› at standard"});
}

/// What the judged part has of a class.
struct ClassFacts {
  std::size_t train = 0;
  double recall = 1;
  bool judged = false;
};

ClassFacts class_facts(const RunFacts& run, std::size_t label) {
  ClassFacts facts{.train = run.data->train_counts[label]};
  if (run.judged && label < run.judged->recall.size() && run.judged->support[label] > 0) {
    facts.recall = run.judged->recall[label];
    facts.judged = true;
  }
  return facts;
}

void find_scarce_classes(const RunFacts& run, Diagnosis& diagnosis) {
  constexpr double kRare = 0.2;  // of what each class would have were they equal
  constexpr double kHalf = 0.5;
  const DataFacts& data = *run.data;
  const std::size_t rows = std::accumulate(data.train_counts.begin(), data.train_counts.end(), std::size_t{0});
  const double equal =
      static_cast<double>(rows) / static_cast<double>(std::max<std::size_t>(1, data.train_counts.size()));
  for (std::size_t label = 0; label < data.train_counts.size(); ++label) {
    const ClassFacts facts = class_facts(run, label);
    const bool rare = static_cast<double>(facts.train) < kRare * equal;
    const Json evidence{{"class", data.class_names[label]}, {"train_rows", facts.train}, {"of", rows}};
    if (facts.train == 0) {
      diagnosis.add({.code = "S303",
                     .evidence = evidence,
                     .advice = "‹split› stratified divides each class; else bring rows of it, or take the class out"});
    } else if (rare && facts.judged && facts.recall < kHalf) {
      Finding finding{.code = "S304", .evidence = evidence};
      finding.evidence["recall"] = facts.recall;
      finding.advice = "‹class_weights› balanced, or more rows of it";
      diagnosis.add(std::move(finding));
    }
  }
}

/// Of the rows of two classes those that are taken for the other one.
double confused_share(const JudgedFacts& judged, std::size_t a, std::size_t b) {
  const auto rows = static_cast<double>(judged.support[a] + judged.support[b]);
  return rows == 0 ? 0 : static_cast<double>(judged.confusion[a][b] + judged.confusion[b][a]) / rows;
}

/// The largest share of either class and a third one.
double confused_with_others(const JudgedFacts& judged, std::size_t a, std::size_t b) {
  double largest = 0;
  for (std::size_t c = 0; c < judged.confusion.size(); ++c) {
    if (c != a && c != b) {
      largest = std::max({largest, confused_share(judged, a, c), confused_share(judged, b, c)});
    }
  }
  return largest;
}

/// Of the rows of all other classes those that are recognised.
double right_beside(const JudgedFacts& judged, std::size_t a, std::size_t b) {
  double right = 0;
  double rows = 0;
  for (std::size_t c = 0; c < judged.confusion.size(); ++c) {
    if (c != a && c != b) {
      right += static_cast<double>(judged.confusion[c][c]);
      rows += static_cast<double>(judged.support[c]);
    }
  }
  return rows > 0 ? right / rows : 0;
}

void find_confused_pairs(const JudgedFacts& judged, Diagnosis& diagnosis) {
  constexpr double kMany = 0.25;
  constexpr double kBesideRest = 2;   // times what one of them shares with a third class
  constexpr double kRestRight = 0.6;  // of the rows of other classes
  constexpr std::size_t kLeastRows = 20;
  const std::size_t classes = judged.confusion.size();
  for (std::size_t a = 0; a < classes && classes > 2; ++a) {
    for (std::size_t b = a + 1; b < classes; ++b) {
      const auto rows = static_cast<double>(judged.support[a] + judged.support[b]);
      const double share = confused_share(judged, a, b);
      if (rows < kLeastRows || share < kMany || share < kBesideRest * confused_with_others(judged, a, b) ||
          right_beside(judged, a, b) < kRestRight) {
        continue;
      }
      diagnosis.add({.code = "S305",
                     .evidence = {{"classes", {judged.class_names[a], judged.class_names[b]}},
                                  {"confused_share", share},
                                  {"rows", judged.support[a] + judged.support[b]},
                                  {"part", judged.part}},
                     .advice = "look at their rows and labels in ‹data›: the report shows the surest mistakes"});
    }
  }
}

}  // namespace

void find_feature_faults(const RunFacts& run, Diagnosis& diagnosis) {
  if (!run.data) {
    return;
  }
  const DataFacts& data = *run.data;
  find_raw_features(data, diagnosis);
  if (!data.rounded.empty()) {
    diagnosis.add({.code = "S307",
                   .evidence = {{"features", data.rounded.size()},
                                {"of", data.features},
                                {"such_as", names_of(data, data.rounded)}},
                   .advice = "give ‹data› these features in float64 or as text, or with a constant subtracted"});
  }
  if (data.constant > 0) {
    diagnosis.add({.code = "S901",
                   .evidence = {{"features", data.constant}, {"of", data.features}},
                   .advice = "‹ignore_columns› leaves out such columns of a table"});
  }
}

void find_shared_rows(const RunFacts& run, Diagnosis& diagnosis) {
  constexpr std::size_t kFew = 3;
  constexpr double kShare = 0.02;
  constexpr double kBesideChance = 3;
  if (!run.data || run.validation_rows == 0) {
    return;
  }
  const double share = static_cast<double>(run.data->shared_rows) / static_cast<double>(run.validation_rows);
  if (run.data->shared_rows <= kFew || share < kShare || share < kBesideChance * run.data->chance_shared) {
    return;
  }
  diagnosis.add({.code = "S302",
                 .evidence = {{"shared_rows", run.data->shared_rows},
                              {"validation_rows", run.validation_rows},
                              {"share", share},
                              {"share_by_chance", run.data->chance_shared}},
                 .advice = "take repeated rows out of ‹data›, or give rows of their own as ‹validation_data›"});
}

void find_class_faults(const RunFacts& run, Diagnosis& diagnosis) {
  if (run.data && run.targets == TargetKind::classes) {
    find_scarce_classes(run, diagnosis);
  }
  if (run.judged && !diagnosis.has("S101") && !diagnosis.has("S103")) {
    find_confused_pairs(*run.judged, diagnosis);
  }
}

void find_idle_units(const RunFacts& run, Diagnosis& diagnosis) {
  constexpr double kManyDead = 1.0 / 3;
  constexpr double kManySaturated = 0.5;
  if (run.epochs.empty()) {
    return;
  }
  const std::vector<UnitStatistics>& units = run.epochs.back().units;
  for (std::size_t layer = 0; layer < units.size(); ++layer) {
    if (units[layer].dead >= kManyDead) {
      diagnosis.add({.code = "S401",
                     .layer = layer,
                     .evidence = Json::object({{"dead_share", units[layer].dead}}),
                     .advice = "a smaller lr, or ‹activation› elu or leaky_relu, which never are quite flat"});
    } else if (units[layer].saturated >= kManySaturated) {
      diagnosis.add({.code = "S402",
                     .layer = layer,
                     .evidence = Json::object({{"saturated_share", units[layer].saturated}}),
                     .advice = "a smaller lr, ‹init› glorot_normal or lecun_normal, or ‹activation› elu"});
    }
  }
}

void find_notes(const RunFacts& run, Diagnosis& diagnosis) {
  constexpr double kWide = 0.02;
  constexpr double kTwoSided = 1.96;
  if (!run.epochs.empty() && run.epochs.back().val_accuracy && run.validation_rows > 0) {
    const double p = *run.epochs.back().val_accuracy;
    const auto rows = static_cast<double>(run.validation_rows);
    // Wilson's interval, which does not vanish where all rows are right.
    const double z2 = kTwoSided * kTwoSided / rows;
    const double half = kTwoSided * std::sqrt(p * (1 - p) / rows + z2 / (4 * rows)) / (1 + z2);
    const double middle = (p + z2 / 2) / (1 + z2);
    if (half > kWide) {
      diagnosis.add(
          {.code = "S902",
           .evidence = {{"validation_rows", run.validation_rows},
                        {"val_accuracy", p},
                        {"interval", {middle - half, middle + half}}},
           .advice = "a larger ‹validation_split›, or several runs that differ in their ‹seed›: strata sweep"});
    }
  }
  for (const GroupFacts& group : run.groups) {
    if (group.frozen() && run.option("from").empty() && run.option("initial_weights").empty()) {
      diagnosis.add({.code = "S903",
                     .group = group.name,
                     .evidence = {{"first_layer", group.first}, {"last_layer", group.last}},
                     .advice = "‹from› brings weights that are worth keeping"});
    }
  }
  if (!run.data) {
    diagnosis.add({.code = "S905",
                   .evidence = Json::object({{"data", run.option("data")}}),
                   .advice = "diagnose where the run was started, with its ‹data› in place"});
  }
}

}  // namespace strata
