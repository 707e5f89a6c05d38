#include "run/sweep_settings.h"

#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/options/repeat_command.h"
#include "cli/shell/shell_face.h"
#include "search/search_space.h"
#include "settings/settings_json.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace cli_sweep_settings_test {

using namespace strata;
using namespace strata::cli;

namespace {

SweepSettings settings(const std::vector<std::string>& words) {
  const Command command = sweep_command();
  return sweep_settings(command.options, parse_arguments(command, words));
}

RunSettings trial(const SweepSettings& sweep, const Point& point, std::uint64_t seed, std::uint32_t epochs) {
  return trial_settings(sweep, point, seed, epochs, ShellFace(true));
}

std::string refusal(const std::vector<std::string>& words) {
  return test::thrown([&] {
    const SweepSettings sweep = settings(words);
    for (const Point& point : candidate_points(sweep)) {
      trial(sweep, point, sweep.seed, sweep.epochs);
    }
  });
}

}  // namespace

TEST_CASE("lists of rates", "[cli]") {
  CHECK(parse_rates("lower-lr", "0.1,3e-4").values == std::vector<std::string>{"0.1", "3e-4"});
  CHECK(parse_rates("lower-lr", "1e-4..1e-1:4").values == std::vector<std::string>{"0.0001", "0.001", "0.01", "0.1"});
  const Axis range = parse_rates("lower-lr", "1e-4..1e-1");
  CHECK(range.values.empty());
  CHECK(range.range->last == 0.1);
  for (const char* wrong : {"", "a", "0.1,", "0", "-1", "1..0.1:3", "0.1..1:1", "0.1..1:x", "0.1..", "..1", "inf",
                            "nan", "1e-320", "0.1...1:3", "1:2"}) {
    INFO(wrong);
    CHECK(
        test::missing(test::thrown([&] { parse_rates("lower-lr", wrong); }), {"usage: --lower-lr: expected"}).empty());
  }
}

TEST_CASE("optimizers, rates and options are crossed", "[cli]") {
  const SweepSettings sweep = settings({"--lower", "sgd,momentum=0.9", "--lower", "freeze", "--lower-lr", "0.1,0.2",
                                        "--vary", "batch-size=16|32", "--upper-lr", "0.01", "--hidden", "8,4"});
  const auto points = candidate_points(sweep);
  CHECK(points.size() == 2 * 2 + 2);
  const RunSettings first = trial(sweep, points.front(), 7, 3);
  CHECK(first.config.batch_size == 16);
  CHECK(first.config.seed == 7);
  CHECK(first.config.epochs == 3);
  CHECK(first.config.threads == 1);
  CHECK(first.config.hidden == std::vector<std::size_t>{8, 4});
  CHECK(to_string(first.config.groups[0].optimizer) == "sgd,lr=0.1,momentum=0.9,nesterov=false,weight_decay=0");
  CHECK(first.config.groups[1].optimizer.value("lr") == 0.01);
}

TEST_CASE("a trial's command gives the trial's options again", "[cli]") {
  const SweepSettings deep = settings({"--lower-lr", "1e-4..1:6", "--vary", "upper.beta1=0.8|0.9", "--vary",
                                       "restore-best=true|false", "--vary", "hidden=8,4|8,4,2"});
  CHECK(test::missing(refusal({"--vary", "hidden=none|8", "--activation", "elu"}), {"usage: ", "(in the trial: strata"})
            .empty());
  const auto points = candidate_points(deep);
  REQUIRE(points.size() == 6 * 2 * 2 * 2);
  for (const Point& point : points) {
    const RunSettings one = trial(deep, point, 42, 10);
    const TrainSettings again = train_settings(parse_arguments(train_command(), train_words(one.asked)));
    CHECK(config_json(again) == config_json(one));
  }
}

TEST_CASE("options of a sweep that contradict each other, or do nothing, are refused", "[cli]") {
  const auto refused = [](const std::vector<std::string>& words, std::initializer_list<std::string_view> parts) {
    return test::missing(refusal(words), parts);
  };
  CHECK(refused({"--lower", "sgd,lr=0.1", "--lower-lr", "0.1"}, {"usage: ", "contradicts --lower-lr"}).empty());
  CHECK(refused({"--vary", "batch-size=1|2", "--batch-size", "3"}, {"contradicts --batch-size"}).empty());
  CHECK(refused({"--vary", "batch-size=1|2", "--vary", "batch-size=3"}, {"varied twice"}).empty());
  CHECK(refused({"--vary", "batch-sizes=1"}, {"the nearest is batch-size"}).empty());
  CHECK(refused({"--vary", "batch-size"}, {"expected NAME=V|V|…"}).empty());
  CHECK(refused({"--vary", "batch-size=1||2"}, {"is empty"}).empty());
  CHECK(refused({"--vary", "threads=1|2"}, {"cannot be varied"}).empty());
  CHECK(refused({"--vary", "data=a|b"}, {"cannot be varied"}).empty());
  CHECK(refused({"--vary", "max-time=1s|2s"}, {"cannot be varied"}).empty());
  CHECK(refused({"--vary", "middle.lr=1"}, {"only lower.KEY, upper.KEY"}).empty());
  CHECK(refused({"--vary", "lower.momentm=1"}, {"did you mean momentum"}).empty());
  CHECK(refused({"--vary", "lower.momentum=2"}, {"momentum=2"}).empty());
  CHECK(refused({"--vary", "restore-best=maybe"}, {"expected true or false"}).empty());
  CHECK(refused({"--lower", "sdg"}, {"--lower: ", "did you mean sgd"}).empty());
  CHECK(refused({"--group", "0-3:sgd", "--lower-lr", "0.1"}, {"contradicts --group"}).empty());
  CHECK(refused({"--group", "0-3:sgd", "--vary", "lower.lr=0.1"}, {"contradicts --group"}).empty());
  CHECK(refused({"--strategy", "random"}, {"needs --trials"}).empty());
  CHECK(refused({"--trials", "3"}, {"does not apply"}).empty());
  CHECK(refused({"--strategy", "random", "--trials", "100001"}, {"from 1 to 100000"}).empty());
  CHECK(refused({"--lower-lr", "0.1..1:400", "--upper-lr", "0.1..1:251"},
                {"more than 100000 trials", "--strategy random"})
            .empty());
  CHECK(refused({"--eta", "4"}, {"does not apply"}).empty());
  CHECK(refused({"--lower-lr", "0.1..1"}, {"needs the number of its values"}).empty());
  CHECK(refused({"--seeds", "2", "--vary", "seed=1|2"}, {"contradicts --seeds"}).empty());
  CHECK(refused({"--strategy", "halving", "--vary", "epochs=1|2"}, {"contradicts --strategy halving"}).empty());
  CHECK(refused({"--strategy", "random", "--trials", "5", "--lower-lr", "0.1..1"}, {"nothing thrown"}).empty());
}

TEST_CASE("none is a trial without an option that is off by default", "[cli]") {
  const SweepSettings sweep = settings({"--vary", "clip-norm=none|1", "--hidden", "8,4"});
  const auto points = candidate_points(sweep);
  REQUIRE(points.size() == 2);
  CHECK(value_at(points[0], "clip-norm") == "none");
  CHECK_FALSE(trial(sweep, points[0], 42, 10).config.clip_norm);
  CHECK_FALSE(config_json(trial(sweep, points[0], 42, 10)).contains("clip_norm"));
  CHECK(trial(sweep, points[1], 42, 10).config.clip_norm == 1);
  CHECK(test::missing(refusal({"--vary", "batch-size=none|8"}), {"--batch-size", "'none'"}).empty());
  CHECK(test::missing(refusal({"--vary", "loss=none|mse"}), {"unknown loss 'none'"}).empty());
  CHECK(candidate_points(settings({"--vary", "hidden=none|8"})).size() == 2);
}

TEST_CASE("what trials have in common leaves out what differs", "[cli]") {
  const SweepSettings sweep = settings({"--vary", "hidden=8,4|8,4,2", "--lower-lr", "0.1,0.2"});
  std::vector<nlohmann::ordered_json> trials;
  for (const Point& point : candidate_points(sweep)) {
    trials.push_back(config_json(trial(sweep, point, 42, 10)));
  }
  const SweptOptions options = swept_options(sweep, trials);
  CHECK(options.common.contains("batch_size"));
  CHECK(options.common.contains("epochs"));
  for (const char* varied : {"hidden", "lower", "upper", "seed"}) {
    CHECK_FALSE(options.common.contains(varied));
    CHECK(options.varied.contains(varied));
  }
}

TEST_CASE("a command line is quoted for the shell", "[cli]") {
  CHECK(command_line("train", {"--lower", "sgd,lr=0.1", "--data", "it's here"}) ==
        "strata train --lower sgd,lr=0.1 --data 'it'\\''s here'");
  CHECK(command_line("sweep", {"--vary", "a=1|2", ""}) == "strata sweep --vary 'a=1|2' ''");
}

}  // namespace cli_sweep_settings_test
