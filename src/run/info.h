// What there is to know of a model and of a data set, as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "data/load.h"
#include "run/trained_model.h"

namespace strata {

/// `file` ("" of a model without one), `bytes`, `layers` (`inputs`, `outputs`, `parameters`, `activation`),
/// `parameters`, `sample_shape`, `classes`, `convention`, `scaler` (`kind`, the least and largest `mean` and `scale`,
/// and `offsets`, how many features have one, if any), `table` (columns by role) of a model of tables,
/// `images` (`rule`, `resize`, `gray`) of one that makes them alike, `metadata`,
/// `weights_hash`; of a run folder also `groups`, `config` and `run`: its result, or `status` and `steps` so far.
nlohmann::ordered_json model_info(const TrainedModel& trained);

/// `data`, `rows` (by part), `features`, `sample_shape`, `type`, `classes` (`name`, and rows by part), or `targets`
/// (`name`, `minimum`, `maximum`, of labels the `rows` that have one), `range` of all training rows (`minimum`,
/// `maximum`, `constant` features, `missing` values), of a table whether it has a `header`, `dialect` and its `columns`
/// (`name`, `role`, of features how many are `missing`, of a number `minimum` and `maximum`, of a category `categories`
/// and the `counts` of their rows).
nlohmann::ordered_json data_info(const std::string& path, const DataSource& source);

/// Of a table that cannot be trained on as it is asked for: `data`, `rows` (`train`), `header`, `dialect`, its
/// `columns`
/// (`name`, the `option` that gives it a role, if any, what it `holds`, how many `values` differ and how many are
/// `missing`, of numbers `minimum` and `maximum`, of texts some `examples`) and its `problems` and `notes`, as lines
/// whose options are fields.
nlohmann::ordered_json look_info(const TableAdvice& advice);

}  // namespace strata
