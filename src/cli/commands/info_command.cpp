// strata info: what run/info.h knows of a model, a run, data or this machine.
#include <algorithm>
#include <optional>

#include "cli/commands/commands.h"
#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/options/repeat_command.h"
#include "cli/shell/streams.h"
#include "cli/text/info.h"
#include "cli/text/option_text.h"
#include "core/error.h"
#include "core/text.h"
#include "data/formats/npy.h"
#include "data/formats/npz.h"
#include "data/table/table.h"
#include "run/data_notes.h"
#include "run/info.h"
#include "run/start.h"
#include "settings/run_settings.h"

namespace strata::cli {

namespace {

void print(const Arguments& arguments, const nlohmann::ordered_json& json,
           std::string (*text)(const nlohmann::ordered_json&)) {
  if (arguments.given("json")) {
    write_json_line(json);
  } else {
    write_stdout(text(json));
  }
}

void check_subject(const Arguments& arguments) {
  const std::size_t subjects =
      arguments.operands().size() + (arguments.given("data") ? 1 : 0) + (arguments.given("system") ? 1 : 0);
  if (subjects != 1) {
    throw usage_error("strata info expects one of MODEL, --data PATH and --system; found {} of them", subjects);
  }
  if (arguments.given("isa") && !arguments.given("system")) {
    throw usage_error("--isa does not apply: nothing is computed; it is an option of --system");
  }
}

/// The companions of --data without it.
void check_data_options(const Arguments& arguments) {
  for (const std::string_view option : data_option_names()) {
    if (arguments.given(option) && !arguments.given("data")) {
      throw usage_error("--{} does not apply without --data", option);
    }
  }
}

/// Throws Error(usage) for data in the place of a model.
void check_is_no_data(const std::string& named) {
  if (!is_model(named) && (is_table_name(named) || is_npy_name(named) || is_npz_name(named))) {
    throw usage_error("{} is no model; on data: strata info --data {}", named, named);
  }
}

/// A text of fields as options.
nlohmann::ordered_json spelled_lines(const nlohmann::ordered_json& lines) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const auto& line : lines) {
    all.push_back(as_options(line.get<std::string>()));
  }
  return all;
}

/// A table for which choices are left, with the command that makes them.
void table_look(const Arguments& arguments, const TableAdvice& advice) {
  nlohmann::ordered_json json = look_info(advice);
  for (auto& column : json["columns"]) {
    if (column.contains("option")) {
      column["option"] = as_options(column["option"].get<std::string>());
    }
  }
  json["problems"] = spelled_lines(json["problems"]);
  json["notes"] = spelled_lines(json["notes"]);
  if (advice.cures) {
    const std::vector<Option> own = info_command().options;
    std::vector<Option> options = train_options(data_option_names());
    options.insert(options.begin(), *std::ranges::find(own, "data", &Option::name));
    json["command"] = command_line("train", with_remedy(words_given(options, arguments), advice.remedy));
  }
  print(arguments, json, look_info_text);
}

void data_set(const Arguments& arguments, const DataRequest& request) {
  std::optional<DataSource> source;
  try {
    source = load_training_data(request);
  } catch (const Error& error) {
    const std::optional<TableAdvice> advice = training_advice(request);
    const bool has_choices = advice && (advice->cures || error.kind() == ErrorKind::usage);
    if (!has_choices || advice->problems.empty()) {
      throw;
    }
    table_look(arguments, *advice);
    return;
  }
  nlohmann::ordered_json json = data_info(request.data.string(), *source);
  json["notes"] = lines_of(as_options(training_notes(*source)));
  if (const auto advice = training_advice(request)) {
    for (const std::string& hint : advice->hints) {
      json["notes"].push_back(as_options(hint));
    }
  }
  print(arguments, json, data_info_text);
}

}  // namespace

Outcome run_info(const CommandLine& line) {
  const Arguments& arguments = line.arguments;
  check_subject(arguments);
  check_data_options(arguments);
  if (arguments.given("system")) {
    print(arguments, system_info(instruction_set(arguments), thread_count(arguments)), system_info_text);
  } else if (arguments.given("data")) {
    DataRequest request = data_request(arguments);
    request.threads = thread_count(arguments);
    data_set(arguments, request);
  } else {
    check_is_no_data(arguments.operands().front());
    print(arguments, model_info(named_model(line.command, arguments)), model_info_text);
  }
  return Outcome::done;
}

}  // namespace strata::cli
