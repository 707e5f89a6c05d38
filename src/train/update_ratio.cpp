#include "train/update_ratio.h"

#include <cmath>

namespace strata {

std::vector<double> update_ratios(const Parameters& before, const Parameters& after) {
  std::vector<double> ratios;
  for (std::size_t l = 0; l < before.layers().size(); ++l) {
    const auto old = before.weight(l);
    const auto now = after.weight(l);
    double moved = 0;
    double size = 0;
    for (std::size_t i = 0; i < old.rows() * old.columns(); ++i) {
      const double w = old.data()[i];
      const double step = static_cast<double>(now.data()[i]) - w;
      moved += step * step;
      size += w * w;
    }
    ratios.push_back(std::sqrt(moved / size));
  }
  return ratios;
}

}  // namespace strata
