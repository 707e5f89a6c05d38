#include "search/rate_effect.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <deque>
#include <limits>

#include "tests/catch.h"

namespace search_rate_effect_test {

using namespace strata;

namespace {

/// A sweep's candidates with the records that they point to.
class Sweep {
 public:
  explicit Sweep(Monitor monitor = {}) : monitor_(monitor) {}

  /// One candidate; of each value a run, of the seeds 42 and on; NaN: it diverged.
  void add(Point point, const std::vector<double>& values, std::uint32_t epochs = 1) {
    std::vector<const TrialRecord*> runs;
    for (std::size_t i = 0; i < values.size(); ++i) {
      TrialRecord record;
      record.options = options_;
      record.options["seed"] = 42 + i;
      record.point = point;
      if (std::isfinite(values[i])) {
        record.curve = {{std::string(monitor_name(monitor_)), {values[i]}}};
      } else {
        record.status = std::isnan(values[i]) ? TrialStatus::diverged : TrialStatus::failed;
      }
      runs.push_back(&records_.emplace_back(std::move(record)));
    }
    candidates_.push_back(make_candidate(std::move(point), std::move(runs), epochs, monitor_));
  }

  void set_option(const char* name, const nlohmann::ordered_json& value) { options_[name] = value; }
  std::vector<RateEffect> effects() const { return rate_effects(candidates_, monitor_); }
  std::vector<std::string> sentences() const { return rate_sentences(effects(), monitor_); }

 private:
  Monitor monitor_;
  nlohmann::ordered_json options_ = nlohmann::ordered_json::object();
  std::deque<TrialRecord> records_;
  std::vector<Candidate> candidates_;
};

Point rates(const char* lower, const char* upper) {
  return {{"lower", "sgd"}, {"lower.lr", lower}, {"upper", "adam"}, {"upper.lr", upper}};
}

constexpr double kDiverged = std::numeric_limits<double>::quiet_NaN();
constexpr double kFailed = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("each group's rate has a sentence: what ten times it does, or that it hardly matters", "[search]") {
  Sweep sweep;
  sweep.add(rates("0.001", "0.001"), {0.405, 0.410, 0.400});
  sweep.add(rates("0.001", "0.01"), {0.407, 0.408, 0.400});
  sweep.add(rates("0.01", "0.001"), {0.366, 0.372, 0.360});
  sweep.add(rates("0.01", "0.01"), {0.366, 0.372, 0.366});
  const std::vector<RateEffect> effects = sweep.effects();
  REQUIRE(effects.size() == 2);
  const RateEffect& lower = effects.front();
  CHECK(lower.group == "lower");
  CHECK(lower.optimizer == "sgd");
  CHECK(lower.settings == 2);
  CHECK(lower.seeds == 3);
  REQUIRE(lower.steps.size() == 1);
  // the changes of the seeds' means over both upper rates
  const std::array changes{0.366 - 0.406, 0.372 - 0.409, 0.363 - 0.400};
  const double mean = (changes[0] + changes[1] + changes[2]) / 3;
  double squares = 0;
  for (const double change : changes) {
    squares += (change - mean) * (change - mean);
  }
  CHECK(lower.steps[0].change == Approx(mean));
  CHECK(lower.steps[0].interval.value_or(0) == Approx(4.303 * std::sqrt(squares / 2 / 3)));
  CHECK(lower.steps[0].verdict == RateVerdict::differs);
  CHECK(effects[1].steps[0].verdict == RateVerdict::hardly);
  CHECK(sweep.sentences() ==
        std::vector<std::string>{
            "with sgd below, 10 times the rate (0.001 to 0.01) lowers val_loss from 0.405 to 0.367, by 0.038 ± 0.0043 "
            "over 3 seeds (mean of 2 settings of all else)",
            "with adam above, the rate hardly matters from 0.001 to 0.01: val_loss 0.3855 to 0.3865, by 0.001 ± 0.005 "
            "over 3 seeds (mean of 2 settings of all else)"});
}

TEST_CASE("figures may be below 0", "[search]") {
  Sweep sweep(Monitor{"r2"});
  sweep.add({{"lower", "sgd"}, {"lower.lr", "0.01"}}, {-1.5, -1.25});
  sweep.add({{"lower", "sgd"}, {"lower.lr", "0.1"}}, {0.5, 0.75});
  CHECK(sweep.sentences() == std::vector<std::string>{"with sgd below, 10 times the rate (0.01 to 0.1) raises val_r2 "
                                                      "from -1.375 to 0.625, by 2 ± 0 over 2 seeds"});
}

TEST_CASE("a rate in the middle that is best is compared with the worst on either side", "[search]") {
  Sweep sweep(Monitor{"accuracy"});
  for (const auto& [rate, accuracy] : {std::pair{"1", 0.3}, {"0.001", 0.7}, {"0.1", 0.81}, {"0.01", 0.8}}) {
    sweep.add({{"lower", "sgd"}, {"lower.lr", rate}}, {accuracy, accuracy + 0.01, accuracy + 0.021});
  }
  const std::vector<RateEffect> effects = sweep.effects();
  REQUIRE(effects[0].steps.size() == 2);
  CHECK(effects[0].rates[effects[0].steps[0].from].rate == 0.001);
  CHECK(effects[0].rates[effects[0].steps[0].to].rate == 0.1);
  CHECK(effects[0].rates[effects[0].steps[1].to].rate == 1);
  CHECK(sweep.sentences().front() ==
        "with sgd below, 100 times the rate (0.001 to 0.1) raises val_accuracy from 0.7103 to 0.8203, by 0.11 ± 0 over "
        "3 seeds; 10 times the rate (0.1 to 1) lowers val_accuracy from 0.8203 to 0.3103, by 0.51 ± 0 over 3 seeds");
}

TEST_CASE("one seed cannot tell, and two may not", "[search]") {
  Sweep one;
  one.add({{"lower", "sgd"}, {"lower.lr", "0.01"}}, {0.4});
  one.add({{"lower", "sgd"}, {"lower.lr", "0.1"}}, {0.3});
  CHECK(one.effects()[0].steps[0].verdict == RateVerdict::open);
  CHECK_FALSE(one.effects()[0].steps[0].interval);
  CHECK(one.sentences() == std::vector<std::string>{"with sgd below, 10 times the rate (0.01 to 0.1) takes val_loss "
                                                    "from 0.4 to 0.3 (one seed cannot tell whether that is chance)"});
  Sweep two;
  two.add({{"lower", "sgd"}, {"lower.lr", "0.01"}}, {0.40, 0.41});
  two.add({{"lower", "sgd"}, {"lower.lr", "0.1"}}, {0.31, 0.30});
  CHECK(two.effects()[0].steps[0].verdict == RateVerdict::open);
  CHECK(two.sentences() == std::vector<std::string>{"with sgd below, 2 seeds cannot tell what 10 times the rate (0.01 "
                                                    "to 0.1) does: val_loss 0.405 to 0.305, by 0.1 ± 0.13"});
}

TEST_CASE("runs are compared with those that differ by the rate alone; others are told, not averaged in", "[search]") {
  Sweep sweep;
  sweep.add(rates("0.01", "0.001"), {0.5});
  sweep.add(rates("0.01", "0.1"), {0.9});
  sweep.add(rates("0.03", "0.001"), {0.4});
  sweep.add(rates("0.03", "0.1"), {kDiverged});
  sweep.add(rates("1", "0.001"), {kDiverged});
  sweep.add(rates("1", "0.1"), {kFailed});
  const RateEffect lower = sweep.effects()[0];
  CHECK(lower.settings == 1);
  CHECK(lower.settings_in_all == 2);
  CHECK(lower.rates[0].value == 0.5);
  CHECK(lower.rates[1].value == 0.4);
  CHECK(lower.rates[1].diverged == 1);
  CHECK_FALSE(lower.rates[2].value);
  CHECK(sweep.sentences()[0] ==
        "with sgd below, 3 times the rate (0.01 to 0.03) takes val_loss from 0.5 to 0.4 (mean of 1 of 2 settings of "
        "all else; one seed cannot tell whether that is chance); 2 of 6 runs diverged, at 0.03 to 1; 1 of 6 runs "
        "failed, at 1");
}

TEST_CASE("a rate that mostly diverges does not take the others' settings away", "[search]") {
  Sweep sweep;
  for (const auto& [upper, loss] : {std::pair{"1e-4", 0.6}, {"1e-3", 0.5}, {"1e-2", 0.7}}) {
    sweep.add(rates("0.01", upper), {loss});
    sweep.add(rates("0.1", upper), {loss - 0.1});
    sweep.add(rates("1", upper), {loss == 0.5 ? 0.8 : kDiverged});
  }
  const RateEffect lower = sweep.effects()[0];
  CHECK(lower.settings == 3);
  CHECK_FALSE(lower.rates[2].value);
  CHECK(sweep.sentences()[0] ==
        "with sgd below, 10 times the rate (0.01 to 0.1) takes val_loss from 0.6 to 0.5 (mean of 3 settings of all "
        "else; one seed cannot tell whether that is chance); 2 of 9 runs diverged, at 1; left out, for lack of runs to "
        "compare: 1");
}

TEST_CASE("an optimizer each has its own sentence; one that has no rate has none", "[search]") {
  Sweep sweep;
  for (const char* upper : {"0.001", "0.01"}) {
    for (const char* lower : {"0.01", "0.1"}) {
      for (const char* optimizer : {"sgd", "adam"}) {
        sweep.add({{"lower", optimizer}, {"lower.lr", lower}, {"upper", "adam"}, {"upper.lr", upper}}, {0.4});
      }
    }
    sweep.add({{"lower", "freeze"}, {"upper", "adam"}, {"upper.lr", upper}}, {0.5});
  }
  const std::vector<RateEffect> effects = sweep.effects();
  REQUIRE(effects.size() == 3);
  CHECK(effects[0].optimizer == "adam");
  CHECK(effects[1].optimizer == "sgd");
  CHECK(effects[2].group == "upper");
  CHECK(effects[2].settings == 5);
}

TEST_CASE("groups of layers go by their numbers, a network of one group by its optimizer alone", "[search]") {
  Sweep groups;
  for (const char* rate : {"0.01", "0.1"}) {
    groups.add({{"10", "sgd"}, {"10.lr", rate}}, {0.4});
    groups.add({{"0-9", "adam"}, {"0-9.lr", rate}}, {0.4});
  }
  const std::vector<std::string> sentences = groups.sentences();
  REQUIRE(sentences.size() == 2);
  CHECK(sentences[0].starts_with("with adam in layers 0-9, 10 times"));
  CHECK(sentences[1].starts_with("with sgd in layer 10, 10 times"));
  Sweep whole;
  whole.set_option("upper_layers", 0);
  whole.add({{"lower", "sgd"}, {"lower.lr", "0.01"}}, {0.4});
  whole.add({{"lower", "sgd"}, {"lower.lr", "0.1"}}, {kDiverged});
  CHECK(whole.sentences() ==
        std::vector<std::string>{"with sgd, 0.01 alone was completed; 1 of 2 runs diverged, at 0.1"});
}

TEST_CASE("of halving the first round is compared, which all candidates took part in", "[search]") {
  Sweep sweep;
  sweep.add({{"lower", "sgd"}, {"lower.lr", "0.01"}}, {0.5}, 1);
  sweep.add({{"lower", "sgd"}, {"lower.lr", "0.1"}}, {0.6}, 1);
  sweep.add({{"lower", "sgd"}, {"lower.lr", "0.01"}}, {0.3}, 4);
  CHECK(sweep.sentences() ==
        std::vector<std::string>{"with sgd below, 10 times the rate (0.01 to 0.1) takes val_loss from 0.5 to 0.6 "
                                 "(after 1 epoch; one seed cannot tell whether that is chance)"});
}

TEST_CASE("rates that no two trials differ by alone tell nothing, and no rates have no sentence", "[search]") {
  Sweep drawn;
  drawn.add(rates("0.01", "0.002"), {0.5});
  drawn.add(rates("0.1", "0.003"), {0.4});
  CHECK(drawn.effects()[0].steps.empty());
  CHECK(drawn.sentences() == std::vector<std::string>{"no two completed trials differ by one rate alone, so none tells "
                                                      "what a rate does; a grid can"});
  Sweep none;
  none.add({{"activation", "elu"}}, {0.5});
  none.add({{"activation", "relu"}}, {0.4});
  CHECK(none.sentences().empty());
  CHECK(rate_effects({}, Monitor{}).empty());
}

TEST_CASE("what rates do is told as JSON too", "[search]") {
  Sweep sweep;
  sweep.add({{"lower", "sgd"}, {"lower.lr", "0.01"}}, {0.5, 0.5});
  sweep.add({{"lower", "sgd"}, {"lower.lr", "0.1"}}, {0.25, 0.25});
  sweep.add({{"lower", "sgd"}, {"lower.lr", "1"}}, {kDiverged, kDiverged});
  const auto json = to_json(sweep.effects(), Monitor{})[0];
  CHECK(json["group"] == "lower");
  CHECK(json["sentence"] == sweep.sentences().front());
  CHECK(json["steps"].dump() == R"([{"from":0.01,"to":0.1,"change":-0.25,"interval":0.0,"verdict":"differs"}])");
  CHECK(json["rates"][2].dump() == R"({"rate":1.0,"runs":2,"completed":0,"diverged":2,"failed":0})");
  CHECK(json["rates"][1]["value"] == 0.25);
}

}  // namespace search_rate_effect_test
