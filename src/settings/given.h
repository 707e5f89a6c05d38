// What was given for options, and by whom, checked against their declarations.
#pragma once

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "settings/option.h"

namespace strata {

/// The texts given, by option name, in order ("" for flags).
using GivenTexts = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Texts by option name: each is known, complete, one of its choices if it has any, and contradicts no other.
class Given {
 public:
  /// `typed` by the caller, `from_file` in a file of options, no option in both. Whatever lacks a text takes its
  /// fallback.
  Given(const std::vector<Option>& options, GivenTexts typed, GivenTexts from_file = {},
        std::vector<std::string> operands = {});

  /// Whether there is such an option.
  bool knows(std::string_view name) const { return fallbacks_.contains(name); }
  /// Whether the caller or the file names the option.
  bool given(std::string_view name) const { return given_.contains(name); }
  /// Whether the file does.
  bool from_file(std::string_view name) const { return from_file_.contains(name); }
  /// Whether only the file names the option, and the caller gives one of `others`, which may have taken its meaning.
  bool overruled(std::string_view name, std::initializer_list<std::string_view> others) const;
  /// From now on the option is not given.
  void leave_out(std::string_view name);
  /// The text given (the first one), or else the option's fallback; "" if it has none.
  const std::string& text(std::string_view name) const;
  /// The words that belong to no option, in order.
  const std::vector<std::string>& operands() const { return operands_; }
  /// Every text given.
  std::vector<std::string> texts(std::string_view name) const;

 private:
  GivenTexts given_;
  std::map<std::string, std::string, std::less<>> fallbacks_;
  std::set<std::string, std::less<>> from_file_;
  std::vector<std::string> operands_;
};

/// Of one caller's texts, checked as below. Throws Error(usage).
Given checked(const std::vector<Option>& options, GivenTexts texts);

// All throw Error(usage). Options that are not declared are the caller's fault.

/// For what is incomplete, empty, repeated or none of an option's choices.
void check_values(const std::vector<Option>& options, const GivenTexts& given);
/// For options that contradict each other.
void check_contradictions(const std::vector<Option>& options, const GivenTexts& given);
/// For an option without the one that it belongs to.
void check_needs(const std::vector<Option>& options, const GivenTexts& given);

/// Takes out of `texts` the options that contradict one of `others`.
void drop_contradicting(const std::vector<Option>& options, GivenTexts& texts, const GivenTexts& others);
/// Takes out of the options of a file what `typed` gives or contradicts, and what loses its meaning with that.
void overrule(const std::vector<Option>& options, GivenTexts& from_file, const GivenTexts& typed);

}  // namespace strata
