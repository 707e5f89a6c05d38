// What the handles of the C interface hold, and what is read of a model: the names of its features, and its weights by
// theirs.
#pragma once

#include <strata.h>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/data_source.h"
#include "engine/engine.h"
#include "model/model.h"
#include "run/trained_model.h"
#include "settings/given.h"

struct strata_data {
  strata::DataSource source;  ///< its arrays are shared with whatever is made from it
  std::string fault;          ///< of the first missing value, if values may not be missing; empty: none is
  bool from_files = false;
  strata::GivenTexts texts{};                      ///< of files: the options by which they were read
  std::optional<strata::DataNeeds> needs{};        ///< of the training data that these are like, or of their model
  bool by_index = false;                           ///< labels are indices of the classes
  std::vector<std::string> feature_names{};        ///< empty: none
  std::optional<strata::SplitPlan> model_split{};  ///< of the run of the model that they are for

  const strata::Dataset& rows() const { return source.train; }
  /// Whether there is something to learn.
  bool has_targets() const { return !source.train.labels.empty() || source.train.target_columns > 0; }
};

struct strata_model {
  strata::TrainedModel trained;
  std::map<int, std::unique_ptr<strata::Engine>> engines{};  ///< by their threads
  int threads = 0;                                           ///< that this process may use; 0: not asked yet

  /// The engine with so many threads, 0 for all that may be used; of fewer if `rows` do not need more.
  strata::Engine& engine(int wanted, std::size_t rows);
};

namespace strata::library {

std::unique_ptr<strata_model> model_of(TrainedModel trained);
/// Of a model without a file.
std::unique_ptr<strata_model> model_of(ModelFile model);

/// Names of the features, as a model's notes hold them; empty: none.
std::vector<std::string> feature_names(const ModelFile& model);
void set_feature_names(ModelFile& model, const std::vector<std::string>& names);

/// Names and shapes of the weights, a JSON array.
std::string tensors_json(const Parameters& parameters);

/// Copies the weights of that name. Throws Error(usage) for another name, or another number of elements.
void copy_tensor(const Parameters& parameters, std::string_view name, float* values, std::size_t count);

/// Their hash with a zero behind it.
void copy_hash(const Parameters& parameters, char* hash);

}  // namespace strata::library
