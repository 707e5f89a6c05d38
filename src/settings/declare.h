// How the tables of a run's options are written: each option with the member of the settings that holds its value.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "settings/choices.h"
#include "settings/given.h"
#include "settings/option.h"
#include "settings/run_settings.h"
#include "settings/value_kinds.h"

namespace strata {

// Sections of help.
inline constexpr std::string_view kDataHeading = "Data";
inline constexpr std::string_view kTablesHeading = "Tables";

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class Kind, class At>
Member::Read reader(Kind kind, At at) {
  return [kind, at](RunSettings& settings, const Given& given, std::string_view name) {
    static_cast<void>(kind);  // a flag has no text to read
    if constexpr (std::same_as<Kind, Flag>) {
      at(settings) = given.given(name);
    } else if (const std::string& text = given.text(name); !text.empty()) {
      at(settings) = kind.read(name, text);
    }
  };
}

template <class Kind, class At>
Member::Write writer(Kind kind, At at, bool has_fallback) {
  return [kind, at, has_fallback](const RunSettings& settings) -> nlohmann::ordered_json {
    static_cast<void>(has_fallback);  // an optional value does not ask
    const auto& value = at(settings);
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (IsOptional<Value>::value) {
      return value ? kind.json(*value) : nlohmann::ordered_json();
    } else if constexpr (std::equality_comparable<Value>) {
      return !has_fallback && value == Value{} ? nlohmann::ordered_json() : kind.json(value);
    } else {
      return kind.json(value);
    }
  };
}

/// The option, whose value is of `kind` and lies at(settings). Without a fallback the value is an optional one, or that
/// of its type's own making if there is none.
template <class Kind, class At>
Option held(Option option, Kind kind, At at) {
  option.member = {
      .read = reader(kind, at), .write = writer(kind, at, !option.fallback.empty()), .schema = kind.schema()};
  if constexpr (!std::same_as<Kind, Flag>) {
    if (!option.fallback.empty()) {
      option.member.schema["default"] = kind.json(kind.read(option.name, option.fallback));
    }
  }
  return option;
}

/// The same of one of the names in `table`.
template <class Table, class At>
Option chosen(Option option, const Table& table, At at) {
  return held(with_choices(std::move(option), table), OneOf{&table}, at);
}

/// The option, which has a value only where `applies` says so.
inline Option where(bool (*applies)(const RunSettings&), Option option) {
  option.member.write = [applies, write = std::move(option.member.write)](const RunSettings& settings) {
    return applies(settings) ? write(settings) : nlohmann::ordered_json();
  };
  return option;
}

inline Contradiction no_validation() {
  return {.option = "validation-split", .values = {"0"}, .reason = "it holds out no rows"};
}

/// Of an option for what a model brings along.
inline Contradiction given_by_model(std::string_view reason) { return {.option = "from", .reason = reason}; }

/// Whether a run chooses its loss, rather than a model that it goes on from.
inline bool has_own_loss(const RunSettings& settings) { return settings.from == nullptr || settings.new_output; }

/// The first of run_options(): where rows lie, how they are parted and made alike; columns of tables, and how tables
/// are written.
std::vector<Option> data_options();

}  // namespace strata
