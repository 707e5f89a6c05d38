// Values of options, read strictly: the whole text counts. Each function throws Error(usage) that names the option.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace strata {

/// A layer of more outputs than this is a slip of the keyboard; products of two such sizes fit in 64 bits.
inline constexpr std::uint64_t kMaxLayerSize = 1'000'000;

/// A whole number from `minimum` to `maximum`.
std::uint64_t parse_whole(std::string_view option, std::string_view text, std::uint64_t minimum, std::uint64_t maximum);

/// A number in [0, 1).
double parse_share(std::string_view option, std::string_view text);

/// A number from 0, finite in fp32 too.
double parse_weight(std::string_view option, std::string_view text);

/// A number above 0, in fp32 too.
double parse_positive(std::string_view option, std::string_view text);

/// `X,X,…`, each read by parse(option, text).
std::vector<double> parse_list(std::string_view option, std::string_view text,
                               double (*parse)(std::string_view option, std::string_view text));

/// `90s`, `10m`, `2h`, `1.5h` or `1h30m`, above 0; in seconds.
double parse_duration(std::string_view option, std::string_view text);

/// `N,N,…`, each at least 1, or `none` for no layer.
std::vector<std::size_t> parse_layer_sizes(std::string_view option, std::string_view text);

}  // namespace strata
