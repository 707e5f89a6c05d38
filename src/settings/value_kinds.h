// What values an option can have: how one is read from a text and written as JSON, and what a JSON schema says of it.
// Each kind has read(option, text), which throws Error(usage) naming the option; json(value), null for none; schema().
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/field.h"
#include "data/formats/image_form.h"
#include "objective/objective.h"
#include "settings/choices.h"
#include "settings/parse_value.h"
#include "train/train_config.h"

namespace strata {

/// A whole number, held as T.
template <class T>
struct Whole {
  std::uint64_t minimum;
  std::uint64_t maximum;

  T read(std::string_view option, std::string_view text) const {
    return static_cast<T>(parse_whole(option, text, minimum, maximum));
  }
  nlohmann::ordered_json json(T value) const { return value; }
  nlohmann::ordered_json schema() const { return {{"type", "integer"}, {"minimum", minimum}, {"maximum", maximum}}; }
};

/// From 0 to below 1.
struct Share {
  double read(std::string_view option, std::string_view text) const { return parse_share(option, text); }
  nlohmann::ordered_json json(double value) const { return value; }
  nlohmann::ordered_json schema() const { return {{"type", "number"}, {"minimum", 0}, {"exclusiveMaximum", 1}}; }
};

/// Above 0.
struct Positive {
  double read(std::string_view option, std::string_view text) const { return parse_positive(option, text); }
  nlohmann::ordered_json json(double value) const { return value; }
  nlohmann::ordered_json schema() const { return {{"type", "number"}, {"exclusiveMinimum", 0}}; }
};

/// A time in seconds, with its unit in texts.
struct Duration {
  double read(std::string_view option, std::string_view text) const { return parse_duration(option, text); }
  nlohmann::ordered_json json(double value) const;
  nlohmann::ordered_json schema() const;
};

/// Any text; "" is none.
struct Text {
  std::string read(std::string_view /*option*/, std::string_view text) const { return std::string(text); }
  nlohmann::ordered_json json(const std::string& value) const;
  nlohmann::ordered_json schema() const { return {{"type", "string"}}; }
};

/// Where a file or folder lies.
struct Path {
  std::filesystem::path read(std::string_view /*option*/, std::string_view text) const { return text; }
  nlohmann::ordered_json json(const std::filesystem::path& value) const { return Text().json(value.string()); }
  nlohmann::ordered_json schema() const { return {{"type", "string"}, {"format", "path"}}; }
};

/// What a network learns: name[,key=value…].
struct ObjectiveText {
  Objective read(std::string_view option, std::string_view text) const { return parse_objective(text, field(option)); }
  nlohmann::ordered_json json(const Objective& value) const { return to_string(value); }
  nlohmann::ordered_json schema() const { return {{"type", "string"}}; }
};

/// On or off.
struct Flag {
  nlohmann::ordered_json json(bool value) const;
  nlohmann::ordered_json schema() const { return {{"type", "boolean"}}; }
};

/// The size of an image.
struct SizeOfImage {
  ImageSize read(std::string_view option, std::string_view text) const;
  nlohmann::ordered_json json(const ImageSize& value) const { return to_string(value); }
  nlohmann::ordered_json schema() const { return {{"type", "string"}, {"pattern", "^[1-9][0-9]*x[1-9][0-9]*$"}}; }
};

/// One of the names of a table; nothing frees it.
template <class Table>
struct OneOf {
  const Table* table;

  auto read(std::string_view /*option*/, std::string_view text) const { return value_of(entry_named(*table, text)); }
  template <class T>
  nlohmann::ordered_json json(T value) const {
    return name_of(*table, value);
  }
  nlohmann::ordered_json schema() const { return {{"type", "string"}, {"enum", names_of(*table)}}; }
};
template <class Table>
OneOf(const Table*) -> OneOf<Table>;  // clang 14 does not deduce aggregates

/// Sizes of layers; none is a list without elements.
struct Sizes {
  std::vector<std::size_t> read(std::string_view option, std::string_view text) const {
    return parse_layer_sizes(option, text);
  }
  nlohmann::ordered_json json(const std::vector<std::size_t>& value) const { return value; }
  nlohmann::ordered_json schema() const;
};

/// Shares; an empty list is none.
struct Shares {
  std::vector<double> read(std::string_view option, std::string_view text) const {
    return parse_list(option, text, parse_share);
  }
  nlohmann::ordered_json json(const std::vector<double>& value) const;
  nlohmann::ordered_json schema() const;
};

/// Names of columns, or their indices; an empty list is none.
struct Columns {
  std::vector<std::string> read(std::string_view option, std::string_view text) const;
  nlohmann::ordered_json json(const std::vector<std::string>& value) const;
  nlohmann::ordered_json schema() const;
};

/// Names that differ, none of them a number; an empty list is none.
struct Names {
  std::vector<std::string> read(std::string_view option, std::string_view text) const;
  nlohmann::ordered_json json(const std::vector<std::string>& value) const;
  nlohmann::ordered_json schema() const;
};

/// Texts, of which one may be empty; an empty list is none.
struct Texts {
  std::vector<std::string> read(std::string_view option, std::string_view text) const;
  nlohmann::ordered_json json(const std::vector<std::string>& value) const;
  nlohmann::ordered_json schema() const;
};

/// A mark: a character of ASCII that is neither letter, digit nor blank, and stands in no number; '\0' is none.
struct Mark {
  char read(std::string_view option, std::string_view text) const;
  nlohmann::ordered_json json(char value) const;
  nlohmann::ordered_json schema() const;
};

/// balanced, a weight for each class, or those of some by their names.
struct WeightsOfClasses {
  ClassWeights read(std::string_view option, std::string_view text) const;
  nlohmann::ordered_json json(const ClassWeights& value) const;
  nlohmann::ordered_json schema() const;
};

}  // namespace strata
