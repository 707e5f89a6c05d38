#include "bench/selection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "core/threads.h"
#include "settings/parse_value.h"

namespace strata::bench {

namespace {

constexpr std::array<std::string_view, 7> kSuites{"step", "kernels", "parts", "program", "model", "ranks", "all"};
constexpr std::size_t kMaxWidth = 1U << 20U;
constexpr int kMaxThreads = 1024;

constexpr std::array kContestants{
    std::pair{Contestant::plain, std::string_view("plain")}, std::pair{Contestant::onednn, std::string_view("onednn")},
    std::pair{Contestant::bf16, std::string_view("bf16")}, std::pair{Contestant::panels, std::string_view("panels")},
    std::pair{Contestant::automatic, std::string_view("auto")}};

/// `parse` of each part of a list divided by commas, repeats left out.
template <class Parse>
auto parse_list(std::string_view text, Parse&& parse) {
  std::vector<decltype(parse(text))> values;
  for (const std::string_view part : split(text, ',')) {
    auto value = parse(part);
    if (std::ranges::find(values, value) == values.end()) {
      values.push_back(std::move(value));
    }
  }
  return values;
}

std::size_t parse_size(std::string_view option, std::string_view text) {
  return static_cast<std::size_t>(parse_whole(option, text, 1, kMaxWidth));
}

int parse_threads(std::string_view option, std::string_view text) {
  return text == "all" ? available_threads() : static_cast<int>(parse_whole(option, text, 1, kMaxThreads));
}

Contestant parse_contestant(std::string_view option, std::string_view text) {
  const auto* const found = std::ranges::find(kContestants, text, [](const auto& entry) { return entry.second; });
  if (found == kContestants.end()) {
    throw usage_error("--{}: '{}' is no engine; known are plain, onednn, bf16, panels and auto", option, text);
  }
  return found->first;
}

kernels::InstructionSet parse_isa(std::string_view option, std::string_view text) {
  if (text == "avx2") {
    return kernels::InstructionSet::avx2;
  }
  if (text == "avx512") {
    return kernels::InstructionSet::avx512;
  }
  throw usage_error("--{}: '{}' is no instruction set; known are avx2 and avx512", option, text);
}

Widths parse_widths(std::string_view option, std::string_view text) {
  Widths widths;
  for (const std::string_view part : split(text, '-')) {
    widths.push_back(parse_size(option, part));
  }
  if (widths.size() < 2) {
    throw usage_error("--{}: '{}' has one width only; expected INPUT-HIDDEN-…-OUTPUT", option, text);
  }
  return widths;
}

void set_option(Selection& selection, std::string_view option, std::string_view value) {
  const auto size = [&](std::string_view text) { return parse_size(option, text); };
  const auto threads = [&](std::string_view text) { return parse_threads(option, text); };
  const auto engine = [&](std::string_view text) { return parse_contestant(option, text); };
  const auto widths = [&](std::string_view text) { return parse_widths(option, text); };
  if (option == "batch") {
    selection.batches = parse_list(value, size);
  } else if (option == "threads") {
    selection.threads = parse_list(value, threads);
  } else if (option == "engine") {
    selection.engines = parse_list(value, engine);
  } else if (option == "model") {
    selection.models = parse_list(value, widths);
  } else if (option == "isa") {
    selection.isa = parse_isa(option, value);
  } else if (option == "json") {
    selection.json = value;
  } else if (option == "rounds") {
    selection.rounds = static_cast<int>(size(value));
  } else {
    throw usage_error("--{} is no option of strata_bench; see --help", option);
  }
}

}  // namespace

std::string_view contestant_name(Contestant contestant) {
  return std::ranges::find(kContestants, contestant, [](const auto& entry) { return entry.first; })->second;
}

std::string widths_text(const Widths& widths) { return fmt::format("{}", fmt::join(widths, "-")); }

Selection parse_selection(std::span<const std::string_view> arguments) {
  Selection selection;
  bool suite_given = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    if (!argument.starts_with("--")) {
      if (std::exchange(suite_given, true) || std::ranges::find(kSuites, argument) == kSuites.end()) {
        throw usage_error("'{}': expected one of {}, and options; see --help", argument, fmt::join(kSuites, ", "));
      }
      selection.suite = argument;
      continue;
    }
    if (argument == "--quick") {
      selection.quick = true;
      continue;
    }
    const std::size_t equals = argument.find('=');
    if (equals != std::string_view::npos) {
      set_option(selection, argument.substr(2, equals - 2), argument.substr(equals + 1));
    } else if (i + 1 == arguments.size()) {
      throw usage_error("{} needs a value; see --help", argument);
    } else {
      set_option(selection, argument.substr(2), arguments[++i]);
    }
  }
  return selection;
}

std::string_view selection_help() {
  return "  --batch N,N,…        rows of a step\n"
         "  --threads N,N,…      all: as many as this process may use\n"
         "  --engine E,E,…       plain (a loop of oneDNN's primitives alone), onednn, bf16, panels, auto\n"
         "  --model M,M,…        widths from input to output, such as 784-4096-4096-10; random pixels unless 784-…-10\n"
         "  --isa I              avx2 or avx512, for both engines; else the newest there is\n"
         "  --rounds N           rounds of each table\n"
         "  --quick              one short round of few sizes: answers are checked, timings mean nothing\n"
         "  --json FILE          everything that was measured, for `strata_bench compare OLD NEW`\n";
}

}  // namespace strata::bench
