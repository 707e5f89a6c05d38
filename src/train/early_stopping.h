// How long a run waits for a better monitored figure, where early stopping does not simply count from the best epoch.
#pragma once

#include <cstdint>
#include <optional>

#include "train/monitor.h"

namespace strata {

/// What is asked for: as Keras' EarlyStopping with its patience, min_delta and start_from_epoch.
struct EarlyStopping {
  std::optional<std::uint32_t> patience;  ///< epochs without a better figure; empty: no early stopping
  double min_delta = 0;                   ///< by how much it must be better to count
  std::uint32_t start_epoch = 0;          ///< epochs that pass before any counts
};

/// A figure counts as better only if it is so by more than min_delta than the last one that counted. Plain values,
/// which a checkpoint can keep.
struct Patience {
  std::optional<double> reference;  ///< the last figure that counted; empty: the next one does
  std::uint32_t waited = 0;         ///< epochs since then

  /// Hears of the figure at the end of `epoch`, from 1.
  void observe(const EarlyStopping& asked, Monitor monitor, std::uint32_t epoch, double figure);
};

/// That after the figure at the end of `epoch`, of a run that has had `patience` and `best` before it: empty if the run
/// has no min_delta or start_epoch, as BestEpoch::waited will do.
std::optional<Patience> next_patience(const EarlyStopping& asked, Monitor monitor, std::optional<Patience> patience,
                                      const BestEpoch& best, std::uint32_t epoch, double figure);

}  // namespace strata
