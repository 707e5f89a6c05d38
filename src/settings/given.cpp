#include "settings/given.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "core/nearest.h"
#include "core/number.h"

namespace strata {

namespace {

void check_choice(const Option& option, const std::string& text, const std::vector<Option>& options) {
  if (option.choices.empty() || std::find(option.choices.begin(), option.choices.end(), text) != option.choices.end()) {
    return;
  }
  const std::string elsewhere = value_hint(option, text, options);
  throw usage_error("{}: expected {}, found '{}'{}", field(option.name), option.value, text,
                    elsewhere.empty() ? "; the nearest is " + nearest_name(text, option.choices) : elsewhere);
}

void check_texts(const Option& option, const std::vector<std::string>& texts, const std::vector<Option>& options) {
  if (texts.size() > 1 && !option.repeatable) {
    throw usage_error("{} is given {} times; once is enough", field(option.name), texts.size());
  }
  for (const std::string& text : texts) {
    if (option.value.empty()) {
      if (!text.empty()) {
        throw usage_error("{} takes no value, found '{}'", field(option.name), text);
      }
    } else if (text.empty()) {
      if (option.value_optional) {
        continue;
      }
      throw usage_error("{}: expected {}, found an empty value", field(option.name), option.value);
    } else {
      check_choice(option, text, options);
    }
  }
}

/// Whether the value `text` of other.option is one that `other` means.
bool applies(const Contradiction& other, const std::string& text) {
  const auto number = parse_number<double>(text);
  return other.values.empty() || std::any_of(other.values.begin(), other.values.end(), [&](std::string_view value) {
           return value == text || (number && parse_number<double>(value) == number);
         });
}

/// What `option` says against one of the options given; null if nothing.
const Contradiction* contradiction(const Option& option, const GivenTexts& given) {
  const auto found = std::find_if(option.contradicts.begin(), option.contradicts.end(), [&](const auto& other) {
    const auto texts = given.find(other.option);
    return texts != given.end() && applies(other, texts->second.front());
  });
  return found == option.contradicts.end() ? nullptr : &*found;
}

void check_contradiction(const Option& option, const GivenTexts& given) {
  if (const Contradiction* other = contradiction(option, given); other != nullptr && other->values.empty()) {
    throw usage_error("{} contradicts {}: {}; give one", field(option.name), field(other->option), other->reason);
  } else if (other != nullptr) {
    throw usage_error("{} contradicts {} {}: {}; leave one out", field(option.name), field(other->option),
                      given.find(other->option)->second.front(), other->reason);
  }
}

const Option& declaration(const std::vector<Option>& options, std::string_view name) {
  return *std::find_if(options.begin(), options.end(), [&](const Option& option) { return option.name == name; });
}

}  // namespace

Given::Given(const std::vector<Option>& options, GivenTexts typed, GivenTexts from_file,
             std::vector<std::string> operands)
    : given_(std::move(typed)), operands_(std::move(operands)) {
  for (const Option& option : options) {
    fallbacks_.emplace(option.name, option.fallback);
  }
  for (const auto& [name, texts] : from_file) {
    from_file_.insert(name);
  }
  given_.merge(from_file);
}

bool Given::overruled(std::string_view name, std::initializer_list<std::string_view> others) const {
  return from_file(name) &&
         std::any_of(others.begin(), others.end(), [&](auto other) { return given(other) && !from_file(other); });
}

void Given::leave_out(std::string_view name) {
  given_.erase(given_.find(name));
  from_file_.erase(from_file_.find(name));
}

const std::string& Given::text(std::string_view name) const {
  const auto found = given_.find(name);
  return found != given_.end() ? found->second.front() : fallbacks_.find(name)->second;
}

std::vector<std::string> Given::texts(std::string_view name) const {
  const auto found = given_.find(name);
  return found != given_.end() ? found->second : std::vector<std::string>{};
}

Given checked(const std::vector<Option>& options, GivenTexts texts) {
  check_values(options, texts);
  check_contradictions(options, texts);
  check_needs(options, texts);
  return {options, std::move(texts)};
}

void check_values(const std::vector<Option>& options, const GivenTexts& given) {
  for (const Option& option : options) {
    if (const auto found = given.find(option.name); found != given.end()) {
      check_texts(option, found->second, options);
    }
  }
}

void check_contradictions(const std::vector<Option>& options, const GivenTexts& given) {
  for (const Option& option : options) {
    if (given.contains(option.name)) {
      check_contradiction(option, given);
    }
  }
}

void check_needs(const std::vector<Option>& options, const GivenTexts& given) {
  for (const Option& option : options) {
    if (given.contains(option.name) && !option.needs.empty() && !given.contains(option.needs)) {
      throw usage_error("{} does not apply: it is an option of {}", field(option.name), field(option.needs));
    }
  }
}

void drop_contradicting(const std::vector<Option>& options, GivenTexts& texts, const GivenTexts& others) {
  std::erase_if(
      texts, [&](const auto& option) { return contradiction(declaration(options, option.first), others) != nullptr; });
}

void overrule(const std::vector<Option>& options, GivenTexts& from_file, const GivenTexts& typed) {
  std::erase_if(from_file, [&](const auto& option) {
    const GivenTexts alone{option};
    return typed.contains(option.first) || std::any_of(typed.begin(), typed.end(), [&](const auto& other) {
             return contradiction(declaration(options, other.first), alone) != nullptr;
           });
  });
  drop_contradicting(options, from_file, typed);
  std::erase_if(from_file, [&](const auto& option) {
    const std::string_view needed = declaration(options, option.first).needs;
    return !needed.empty() && !typed.contains(needed) && !from_file.contains(needed);
  });
}

}  // namespace strata
