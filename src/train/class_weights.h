// The weights of the classes in the loss that is trained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/load.h"
#include "train/train_config.h"

namespace strata {

/// One weight for each of the source's classes, or none where all are 1. `rows` are those of source.train that are
/// trained on. Throws Error(usage) if another number of weights is given, Error(data) if a class to balance has no
/// training row, naming it and whether the split is why.
std::vector<double> class_weights(const TrainConfig& config, const DataSource& source,
                                  std::span<const std::uint32_t> rows);

/// The classes that none of `rows` of source.train has.
std::vector<std::size_t> untrained_classes(const DataSource& source, std::span<const std::uint32_t> rows);

}  // namespace strata
