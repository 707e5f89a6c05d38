// Numbers and figures as people read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/figure.h"

namespace strata {

/// `1234567` as `1,234,567`.
std::string grouped_digits(std::uint64_t number);

/// Seconds as `0:02`, `12:34` or `1:02:03`.
std::string clock_text(double seconds);

/// A learning rate in four digits: commands have all.
std::string rate_text(double rate);

/// Four decimals, or four digits of what is large.
std::string figure_text(double value);

/// The same of a named one: those in the targets' units have four significant digits.
std::string figure_text(const Figure& figure);

/// Of a figure by its name, which may be one that this version does not know; - without a value.
std::string figure_text(std::string_view name, std::optional<double> value);

/// Such as `macro F1`; the name itself if this version does not know it.
std::string_view figure_name(std::string_view name);

/// `val_macro_f1` as `val macro F1`.
std::string part_figure_name(std::string_view name);

}  // namespace strata
