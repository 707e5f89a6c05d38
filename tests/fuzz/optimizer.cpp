// Fuzz target: the grammar of OPTIMIZERs, groups, lists, rates and durations.
#include "optim/optimizer.h"

#include <string>

#include "cli/options/repeat_command.h"
#include "optim/parameter_group.h"
#include "search/search_space.h"
#include "settings/parse_value.h"
#include "tests/fuzz/fuzz.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

bool same(const OptimizerSpec& a, const OptimizerSpec& b) {
  return a.entry == b.entry && a.values == b.values && a.schedule == b.schedule && a.rate_changes == b.rate_changes;
}

void check_optimizer(std::string_view text, Convention convention) {
  const auto parse = [&](std::string_view t) { return parse_optimizer(t, convention, "--lower"); };
  const auto spec = answer({ErrorKind::usage}, [&] { return parse(text); });
  if (!spec) {
    return;
  }
  require(same(parse(to_string(*spec)), *spec), "an OPTIMIZER, written with all keys, reads equal");
  require(same(parse(brief_text(*spec, convention)), *spec), "an OPTIMIZER, written with changed keys, reads equal");
  for (const std::uint64_t step : {std::uint64_t{1}, std::uint64_t{1000}}) {
    const double rate = LearningRate(*spec, 500).at(step);
    require(rate >= 0, "a rate is no less than 0");
    if (!is_frozen(*spec)) {
      spec->updates(convention)(step, rate);
    }
  }
}

void check_groups(std::string_view text, Convention convention) {
  std::vector<std::string> texts;
  for (std::size_t end = text.find(';'); end != std::string_view::npos; end = text.find(';')) {
    texts.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  texts.emplace_back(text);
  constexpr std::size_t kLayers = 4;
  const auto groups = answer({ErrorKind::usage}, [&] { return parse_groups(texts, kLayers, convention); });
  if (groups) {
    std::size_t next = 0;
    for (const ParameterGroup& group : *groups) {
      require(group.first == next && group.last >= group.first, "groups stand in order, without gap or overlap");
      next = group.last + 1;
    }
    require(next == kLayers, "groups cover all layers");
  }
}

void check_lists(std::string_view text) {
  const auto sizes = answer({ErrorKind::usage}, [&] { return parse_layer_sizes("hidden", text); });
  require(!sizes || std::ranges::all_of(*sizes, [](std::size_t size) { return size > 0; }), "layers have outputs");
  const auto shares = answer({ErrorKind::usage}, [&] { return parse_list("dropout", text, parse_share); });
  require(!shares || std::ranges::all_of(*shares, [](double x) { return x >= 0 && x < 1; }), "shares are below 1");
  answer({ErrorKind::usage}, [&] { return parse_list("class-weights", text, parse_positive); });
  const auto seconds = answer({ErrorKind::usage}, [&] { return parse_duration("max-time", text); });
  require(!seconds || *seconds > 0, "durations are above 0");
  answer({ErrorKind::usage}, [&] { return parse_whole("epochs", text, 1, 1000); });
}

void check_rates(std::string_view text) {
  auto axis = answer({ErrorKind::usage}, [&] { return parse_rates("lower-lr", text); });
  if (axis) {
    axis.value->name = "lower.lr";
    constexpr std::string_view kOption = "--lower-lr ";
    const std::string option = cli::axis_option(*axis);
    require(option.starts_with(kOption), "rates are written as their option");
    const Axis again = parse_rates("lower-lr", std::string_view(option).substr(kOption.size()));
    require(again.values == axis->values && again.range.has_value() == axis->range.has_value(),
            "rates, written again, read equal");
  }
}

}  // namespace

/// The first byte says which grammar the rest is of.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const std::size_t choice = Choices(input).below(8);
  const std::string_view text = text_of(input);
  const Convention convention = choice % 2 == 0 ? Convention::keras : Convention::torch;
  if (choice < 4) {
    check_optimizer(text, convention);
  } else if (choice < 6) {
    check_groups(text, convention);
  } else if (choice < 7) {
    check_lists(text);
  } else {
    check_rates(text);
  }
  return 0;
}
