// What `strata info` says of a data set.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "data/load.h"

namespace strata::cli {

/// `data`, `rows` (by part), `features`, `sample_shape`, `type`, `classes` (`name`, and rows by part), `range` of all
/// training rows (`minimum`, `maximum`, `constant` features, `missing` values), and of a table `columns` (`name`,
/// `role`, and of a number `minimum`, `maximum`, `missing`, of a category `categories`).
nlohmann::ordered_json data_info(const std::string& path, const DataSource& source);

/// The same in words.
std::string data_info_text(const nlohmann::ordered_json& info);

}  // namespace strata::cli
