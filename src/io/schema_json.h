// Class names and a table's columns as the JSON text that a model file keeps, and which names it can keep.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/load.h"
#include "data/table/schema.h"

namespace strata {

/// `["setosa","versicolor"]`. Throws Error(data), as schema_json does, for names that are not UTF-8.
std::string class_names_json(const std::vector<std::string>& names);

/// The names in such a text, none of which is there twice; empty for any text that class_names_json does not give.
std::optional<std::vector<std::string>> parse_class_names(const std::string& text);

/// `{"header":true,"label":"species","id":"","weight":"","features":[{"name":"width"},{"name":"colour","categories":
/// ["blue","red"]}],"label_type":"text","missing_categories":"empty","delimiter":"comma","decimal":"comma","comment":
/// "#","missing_values":["","NA"],"label_separator":";","targets":["price"],"labels":["sun","rain"]}`; from label_type
/// on only where labels are texts, where only empty fields are missing categories, and what is known or not by default.
std::string schema_json(const TableSchema& schema);

/// The schema in such a text: at least one feature, columns named once each, the categories of a column in byte order.
/// Empty for any text that schema_json does not give, or not for such a schema.
std::optional<TableSchema> parse_schema(const std::string& text);

/// Throws Error(data), naming the data and the name, if read_model could not read a model of these data: its class
/// names, columns and categories are JSON, which has to be UTF-8. To be asked before training.
void check_names_can_be_kept(const DataSource& source);

}  // namespace strata
