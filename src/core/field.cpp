#include "core/field.h"

#include <algorithm>

#include "core/error.h"

namespace strata {

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

/// Of a text that begins with kFieldStart: the name that follows; empty if that is none.
std::string_view name_at_start(std::string_view text) {
  const std::string_view rest = text.substr(kFieldStart.size());
  const std::string_view name = rest.substr(0, std::min(rest.find(kFieldEnd), rest.size()));
  return name.size() < rest.size() && is_name(name) ? name : std::string_view();
}

KeyValue parse_key_value(std::string_view part, std::string_view option, std::string_view example) {
  const std::size_t equals = part.find('=');
  if (equals == std::string_view::npos) {
    throw usage_error("{}: '{}' is not of the form key=value, as in {}", option, part, example);
  }
  return {part.substr(0, equals), part.substr(equals + 1)};
}

}  // namespace

std::string field(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '-', '_');
  return std::string(kFieldStart).append(text).append(kFieldEnd);
}

std::string spelled(std::string_view text, std::string (*spell)(std::string_view name)) {
  std::string out;
  for (std::size_t start = text.find(kFieldStart); start != std::string_view::npos; start = text.find(kFieldStart)) {
    out += text.substr(0, start);
    text.remove_prefix(start);
    if (const std::string_view name = name_at_start(text); !name.empty()) {
      out += spell(name);
      text.remove_prefix(kFieldStart.size() + name.size() + kFieldEnd.size());
    } else {
      out += kFieldStart;
      text.remove_prefix(kFieldStart.size());
    }
  }
  return out.append(text);
}

std::string plain(std::string_view text) {
  return spelled(text, [](std::string_view name) { return std::string(name); });
}

std::string_view first_field(std::string_view text) {
  return text.starts_with(kFieldStart) ? name_at_start(text) : std::string_view();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

std::vector<KeyValue> parse_key_values(std::string_view text, std::string_view option, std::string_view example) {
  std::vector<KeyValue> settings;
  const std::vector<std::string_view> parts = split(text, ',');
  for (std::size_t i = 1; i < parts.size(); ++i) {  // the name comes first
    const KeyValue setting = parse_key_value(parts[i], option, example);
    if (std::ranges::find(settings, setting.key, &KeyValue::key) != settings.end()) {
      throw usage_error("{}: {} is given twice", option, setting.key);
    }
    settings.push_back(setting);
  }
  return settings;
}

}  // namespace strata
