#include "settings/settings_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "core/error.h"
#include "core/field.h"
#include "core/number.h"
#include "io/json_text.h"
#include "optim/optimizer.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

/// A member of the first versions' records, which keys of trials are made from: these come first, in this order.
struct FirstMember {
  std::string_view key;
  bool at_default = false;  ///< it is there with its default, too
};
constexpr bool kAlways = true;
constexpr std::array kFirstMembers{FirstMember{"data", kAlways},
                                   FirstMember{"labels"},
                                   FirstMember{"validation_data"},
                                   FirstMember{"validation_labels"},
                                   FirstMember{"test_data"},
                                   FirstMember{"test_labels"},
                                   FirstMember{"label_column"},
                                   FirstMember{"id_column"},
                                   FirstMember{"weight_column"},
                                   FirstMember{"ignore_columns"},
                                   FirstMember{"category_columns"},
                                   FirstMember{"missing"},
                                   FirstMember{"header"},
                                   FirstMember{"unseen_categories"},
                                   FirstMember{"validation_split", kAlways},
                                   FirstMember{"split", kAlways},
                                   FirstMember{"scaler", kAlways},
                                   FirstMember{"hidden", kAlways},
                                   FirstMember{"activation", kAlways},
                                   FirstMember{"convention", kAlways},
                                   FirstMember{"epochs", kAlways},
                                   FirstMember{"batch_size", kAlways},
                                   FirstMember{"sampling", kAlways},
                                   FirstMember{"seed", kAlways},
                                   FirstMember{"engine", kAlways},
                                   FirstMember{"precision", kAlways},
                                   FirstMember{"isa", kAlways},
                                   FirstMember{"threads", kAlways},
                                   FirstMember{"from"},
                                   FirstMember{"new_output"},
                                   FirstMember{"initial_weights"},
                                   FirstMember{"init", kAlways},
                                   FirstMember{"max_steps"},
                                   FirstMember{"max_time"},
                                   FirstMember{"dropout"},
                                   FirstMember{"label_smoothing"},
                                   FirstMember{"class_weights"},
                                   FirstMember{"clip_norm"},
                                   FirstMember{"clip_value"},
                                   FirstMember{"monitor", kAlways},
                                   FirstMember{"early_stopping"},
                                   FirstMember{"restore_best"},
                                   FirstMember{"lower", kAlways},
                                   FirstMember{"upper_layers", kAlways},
                                   FirstMember{"upper", kAlways},
                                   FirstMember{"group"}};

std::string option_name(std::string_view key) {
  std::string name(key);
  std::ranges::replace(name, '_', '-');
  return name;
}

/// Adds the option's value, if it has one and that is to be told.
void add_value(Json& json, const Option& option, const RunSettings& settings, bool at_default) {
  Json value = option.member.write(settings);
  if (!value.is_null() &&
      (at_default || !option.member.schema.contains("default") || value != option.member.schema.at("default"))) {
    json[key_of(option)] = std::move(value);
  }
}

/// Where all layers are upper, that comes before how many they are.
void move_upper_first(Json& json) {
  if (json.contains("upper") && !json.contains("lower")) {
    const Json layers = json.at("upper_layers");
    json.erase("upper_layers");
    json["upper_layers"] = layers;
  }
}

/// A text, or the number that it is, if that has no other text.
Json value_of_text(const std::string& text) {
  if (const auto whole = parse_number<std::uint64_t>(text); whole && fmt::format("{}", *whole) == text) {
    return *whole;
  }
  if (const auto number = parse_number<double>(text);
      number && fmt::format("{}", *number) == text && text.find_first_of(".e") != std::string::npos) {
    return *number;
  }
  return text;
}

Json value_of_texts(const Option& option, const std::vector<std::string>& texts) {
  return option.value.empty() ? Json(true) : option.repeatable ? Json(texts) : value_of_text(texts.front());
}

Error unexpected(const Option& option, std::string_view expected, const Json& found) {
  constexpr std::size_t kShown = 60;
  std::string text = found.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kShown) {
    std::size_t end = kShown;
    while ((static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) {  // within a character of UTF-8
      --end;
    }
    text.resize(end);
    text += "…";
  }
  return usage_error("{}: expected {}, found {}", field(option.name), expected, text);
}

bool has_zero(std::string_view text) { return text.find('\0') != std::string_view::npos; }

/// Whether a text or a name in the value has a zero, at which messages and paths end.
bool has_zero(const Json& value) {
  if (value.is_string()) {
    return has_zero(std::string_view(value.get_ref<const std::string&>()));
  }
  const auto items = value.items();
  return value.is_structured() && std::any_of(items.begin(), items.end(), [&](const auto& item) {
           return (value.is_object() && has_zero(std::string_view(item.key()))) || has_zero(item.value());
         });
}

/// What a value must be; `any` leaves it to whoever reads its text.
enum class Kind { any, number, whole };

/// The forms that a value may have, each a schema.
std::vector<Json> forms_of(const Json& schema) {
  return schema.contains("oneOf") ? schema.at("oneOf").get<std::vector<Json>>() : std::vector{schema};
}

bool has_type(const Json& schema, std::string_view type) {
  return schema.contains("type") && schema.at("type") == type;
}

Kind kind_of_type(const Json& schema) {
  return has_type(schema, "integer") ? Kind::whole : has_type(schema, "number") ? Kind::number : Kind::any;
}

/// Of an element, by the schema of the option that takes a list; any of one that does not.
Kind kind_of_elements(const Json& schema) {
  for (const Json& form : forms_of(schema)) {
    if (has_type(form, "array")) {
      return kind_of_type(form.at("items"));
    }
  }
  return Kind::any;
}

/// Of a value alone, by its option's schema: what a list holds, a list of one, among it. What may be any text is no
/// number.
Kind kind_of(const Json& schema) {
  Kind kind = kind_of_elements(schema);
  for (const Json& form : forms_of(schema)) {
    if (has_type(form, "string")) {
      return Kind::any;
    }
    kind = kind == Kind::any ? kind_of_type(form) : kind;
  }
  return kind;
}

/// Of a key of an OPTIMIZER's table, whichever optimizer or schedule has it.
Kind kind_of_key(std::string_view name) {
  const auto find = [&](const auto& registry) {
    for (const auto& entry : registry) {
      for (const OptimizerKey& key : entry.keys) {
        if (key.name == name && (key.type == OptimizerKey::Type::whole || key.type == OptimizerKey::Type::number)) {
          return key.type == OptimizerKey::Type::whole ? Kind::whole : Kind::number;
        }
      }
    }
    return Kind::any;
  };
  const Kind kind = find(optimizer_registry());
  return kind == Kind::any ? find(schedule_registry()) : kind;
}

/// Throws for "3" and 3.0 where 3 is meant.
void check_kind(const Option& option, Kind kind, const Json& value) {
  if (kind != Kind::any && value.is_string() && parse_number<double>(value.get<std::string>())) {
    throw unexpected(option, "a number, without quotes", value);
  }
  if (kind == Kind::whole && value.is_number_float()) {
    throw unexpected(option, "a whole number, without a point", value);
  }
}

/// Numbers as short as they read back exactly.
std::string scalar_text(const Option& option, const Json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (value.is_number_float()) {
    return fmt::format("{}", value.get<double>());
  }
  if (value.is_number()) {
    return value.dump();
  }
  throw unexpected(option, option.value, value);
}

/// `name,key=value,…`, after `FIRST-LAST:` of a group.
std::string optimizer_text(const Option& option, const Json& table, Typing typing) {
  const bool grouped = option.value.find(':') != std::string::npos;
  if (!option.value.ends_with("OPTIMIZER") || !table.contains("name") || table.contains("layers") != grouped) {
    throw unexpected(option,
                     grouped                               ? "text, or a table with layers, name and keys"
                     : option.value.ends_with("OPTIMIZER") ? "text, or a table with name and keys"
                                                           : option.value,
                     table);
  }
  std::string text = scalar_text(option, table["name"]);
  for (const auto& [key, value] : table.items()) {
    if (key != "name" && key != "layers") {
      check_kind(option, typing == Typing::strict ? kind_of_key(key) : Kind::any, value);
      text += fmt::format(",{}={}", key, value.is_boolean() ? value.dump() : scalar_text(option, value));
    }
  }
  return grouped ? fmt::format("{}:{}", scalar_text(option, table["layers"]), text) : text;
}

/// `NAME=W,NAME=W,…` of an option that takes that.
std::string pairs_text(const Option& option, const Json& table) {
  std::string text;
  for (const auto& [name, value] : table.items()) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, scalar_text(option, value));
  }
  return text;
}

std::string text_of(const Option& option, const Json& value, Typing typing) {
  if (value.is_object() && option.value.find("NAME=") != std::string::npos) {
    return pairs_text(option, value);
  }
  if (value.is_object()) {
    return optimizer_text(option, value, typing);
  }
  check_kind(option, typing == Typing::strict ? kind_of(option.member.schema) : Kind::any, value);
  return scalar_text(option, value);
}

bool takes_list(const Option& option) {
  return std::ranges::any_of(forms_of(option.member.schema), [](const Json& form) { return has_type(form, "array"); });
}

std::string list_text(const Option& option, const Json& array, Typing typing) {
  if (array.empty()) {
    return "none";
  }
  std::string text;
  for (const Json& value : array) {
    check_kind(option, typing == Typing::strict ? kind_of_elements(option.member.schema) : Kind::any, value);
    text += fmt::format("{}{}", &value == &array.front() ? "" : ",", scalar_text(option, value));
  }
  return text.empty() ? "," : text;  // an empty text alone, which would be none
}

/// The words of a command line as checkpoints of earlier versions hold them: `--name text`, or `--name` of a flag.
GivenTexts texts_of_words(const std::vector<std::string>& words) {
  constexpr std::string_view kDashes = "--";
  GivenTexts texts;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Option* option =
        words[i].starts_with(kDashes) ? find_option(run_options(), words[i].substr(kDashes.size())) : nullptr;
    const bool flag = option != nullptr && option->value.empty();
    if (option == nullptr || (!flag && i + 1 == words.size())) {
      throw data_error("its option {} is none that this version knows", words[i]);
    }
    texts[std::string(option->name)].push_back(flag ? "" : words[++i]);
  }
  return texts;
}

/// Whether a record's value has the type of the option's values.
bool is_valued(const Option& option, const Json& value) {
  const Json& schema = option.member.schema;
  return (!has_type(schema, "string") || value.is_string()) && (!has_type(schema, "array") || value.is_array());
}

Json property_of(const Option& option) {
  Json property = option.member.schema;
  property["description"] = option.help;
  if (!option.fallback_note.empty()) {
    property["default_note"] = option.fallback_note;
  }
  property["section"] = option.heading;
  property["shapes_run"] = option.shapes_run;
  property["may_vary"] = option.may_vary;
  property["lasts"] = option.lasts;
  return property;
}

}  // namespace

Json config_json(const RunSettings& settings, const std::vector<Option>& options) {
  Json json = Json::object();
  for (const FirstMember& member : kFirstMembers) {
    if (const Option* option = find_option(options, option_name(member.key))) {
      add_value(json, *option, settings, member.at_default);
    }
    if (member.key == "from" && settings.from) {
      json["from_weights"] = weights_hash(settings.from->parameters);
    }
  }
  move_upper_first(json);
  for (const Option& option : options) {
    if (is_recorded(option) &&
        std::ranges::find(kFirstMembers, key_of(option), &FirstMember::key) == kFirstMembers.end()) {
      add_value(json, option, settings, false);
    }
  }
  return json;
}

Json config_json(const RunSettings& settings) { return config_json(settings, run_options()); }

Json asked_json(const std::vector<Option>& options, const Given& given, int threads) {
  Json json = Json::object();
  for (const Option& option : options) {
    if (option.lasts && option.name != "threads" && given.given(option.name)) {
      json[key_of(option)] = value_of_texts(option, given.texts(option.name));
    }
  }
  json["threads"] = threads;
  return json;
}

Json asked_with_stored_paths(Json asked) {
  for (const auto& [key, value] : asked.items()) {
    if (find_option(run_options(), option_name(key))->member.schema.value("format", "") == "path") {
      asked[key] = stored_path(value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return asked;
}

Json shaping_json(const Json& asked) {
  Json json = Json::object();
  for (const auto& [key, value] : asked.items()) {
    if (const Option* option = find_option(run_options(), option_name(key));
        option != nullptr && is_recorded(*option)) {
      json[key] = value;
    }
  }
  return json;
}

GivenTexts shaping_texts(const Given& given) {
  GivenTexts texts;
  for (const Option& option : run_options()) {
    if (option.shapes_run && given.given(option.name)) {
      texts.emplace(option.name, given.texts(option.name));
    }
  }
  return texts;
}

Json given_json(const std::vector<Option>& options, const Given& given) {
  Json json = Json::object();
  for (const Option& option : options) {
    if (option.shapes_run && given.given(option.name)) {
      const std::vector<std::string> texts = given.texts(option.name);
      json[key_of(option)] = option.value.empty() ? Json(true) : option.repeatable ? Json(texts) : Json(texts.front());
    }
  }
  return json;
}

GivenTexts texts_of(const std::vector<Option>& options, const Json& object, Typing typing) {
  GivenTexts texts;
  for (const auto& [key, value] : object.items()) {
    const Option* option = find_option(options, option_name(key));
    if (option == nullptr) {
      std::vector<std::string_view> names;
      std::ranges::transform(options, std::back_inserter(names), &Option::name);
      const std::string shown = has_zero(std::string_view(key)) ? Json(key).dump() : key;
      throw usage_error("{}: unknown option; {}", shown, plain(name_hint(shown, names)));
    }
    if (std::vector<std::string> its = texts_of(*option, value, typing); !its.empty()) {
      texts.emplace(option->name, std::move(its));
    }
  }
  return texts;
}

std::vector<std::string> texts_of(const Option& option, const Json& value, Typing typing) {
  if (has_zero(value)) {
    throw unexpected(option, "text without zeros", value);
  }
  if (option.value.empty() || (option.value_optional && value.is_boolean())) {
    if (!value.is_boolean()) {
      throw unexpected(option, "true or false", value);
    }
    return value.get<bool>() ? std::vector<std::string>{""} : std::vector<std::string>{};
  }
  if (!value.is_array()) {
    return {text_of(option, value, typing)};
  }
  std::vector<std::string> texts;
  if (option.repeatable) {
    std::transform(value.begin(), value.end(), std::back_inserter(texts),
                   [&](const Json& element) { return text_of(option, element, typing); });
  } else if (takes_list(option)) {
    texts.push_back(list_text(option, value, typing));
  } else {
    throw unexpected(option, fmt::format("{}, not a list", option.value), value);
  }
  return texts;
}

GivenTexts texts_of_checkpoint(const Json& options) {
  try {
    return options.is_array() ? texts_of_words(options.get<std::vector<std::string>>())
                              : texts_of(run_options(), options, Typing::as_text);
  } catch (const Json::exception& error) {
    throw data_error("its options cannot be read ({})", error.what());
  } catch (const Error& error) {
    throw data_error("{}", error.what());
  }
}

Json settings_schema(const std::vector<Option>& options) {
  Json properties = Json::object();
  for (const Option& option : options) {
    properties[key_of(option)] = property_of(option);
  }
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

Json settings_schema() { return settings_schema(run_options()); }

Json data_json(const DataRequest& request) {
  RunSettings settings;
  settings.request = request;
  Json json = Json::object();
  for (const FirstMember& member : kFirstMembers) {
    const Option* option = find_option(run_options(), option_name(member.key));
    if (describes_data(*option)) {
      add_value(json, *option, settings, member.at_default);
    }
  }
  for (const Option& option : run_options()) {
    if (describes_data(option) && !json.contains(key_of(option))) {
      add_value(json, option, settings, false);
    }
  }
  return json;
}

DataRequest data_of_config(const Json& config) {
  std::vector<Option> options;
  GivenTexts texts;
  try {
    for (const Option& option : run_options()) {
      const std::string key = key_of(option);
      if (!describes_data(option)) {
        continue;
      }
      options.push_back(option);
      if (config.contains(key)) {
        if (!is_valued(option, config.at(key))) {
          throw data_error("its {} is {}", key, config.at(key).dump());
        }
        texts.emplace(option.name, texts_of(option, config.at(key), Typing::as_text));
      }
    }
    check_values(options, texts);
  } catch (const Error& error) {
    throw data_error("what it says of the data cannot be read ({}); restore the file", plain(error.what()));
  }
  if (!texts.contains("data")) {
    throw data_error("what it says of the data cannot be read (its data is missing); restore the file");
  }
  return data_request(Given(options, std::move(texts)));
}

}  // namespace strata
