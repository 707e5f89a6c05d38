// Fuzz target: the library's settings, JSON from anybody: those of a run, of a search for rates or of a sweep. The
// rows have nothing to learn, so that nothing is trained.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/field.h"
#include "library/arguments.h"
#include "run/search_options.h"
#include "run/sweep_settings.h"
#include "settings/given.h"
#include "settings/option.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/library_calls.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

/// What is asked for, and by which settings.
struct Use {
  std::vector<Option> options;
  int (*call)(const strata_data* data, const char* settings);
};

int train(const strata_data* data, const char* settings) {
  strata_trainer* trainer = nullptr;
  const int code = strata_trainer_new(data, nullptr, settings, nullptr, &trainer);
  require(trainer == nullptr, "a call that fails gives nothing back");
  return code;
}

int find_rates(const strata_data* data, const char* settings) {
  char* json = nullptr;
  const int code = strata_find_lr(data, nullptr, settings, nullptr, nullptr, &json);
  require(json == nullptr, "a call that fails gives nothing back");
  return code;
}

int search(const strata_data* data, const char* settings) {
  char* json = nullptr;
  const int code = strata_sweep(data, nullptr, settings, nullptr, nullptr, &json, nullptr);
  require(json == nullptr, "a call that fails gives nothing back");
  return code;
}

/// A sweep of many trials is no more wrong than one of few, and all of them are checked.
bool has_many_trials(const GivenTexts& texts) {
  try {
    return candidate_points(sweep_settings(sweep_options(), checked(sweep_options(), texts))).size() > 100;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

/// Which of the uses: by the number of spaces that the input begins with, which mean nothing to JSON.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array kUses{Use{run_options(), train}, Use{range_options(), find_rates},
                                Use{sweep_options(), search}};
  static const Rows kRows(Learning::nothing, false);
  const std::string settings(text_of({data, size}));
  const std::size_t spaces = std::min(settings.find_first_not_of(' '), settings.size());
  const Use& use = kUses[spaces % kUses.size()];
  const auto texts = answer({ErrorKind::usage}, [&] { return library::texts_of_json(use.options, settings.c_str()); });
  if (texts && (reads_files(*texts) || (use.call == search && has_many_trials(*texts)))) {
    return 0;
  }
  const int code = use.call(kRows.get(), settings.c_str());
  check_message(code);
  require(code == STRATA_WRONG_SETTINGS, "settings are wrong, or there is nothing to learn");
  require(texts || strata_message() == plain(utf8_text(texts.message)), "what cannot be read is told");
  return 0;
}
