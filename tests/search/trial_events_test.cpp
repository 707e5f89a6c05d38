#include "search/trial_events.h"

#include <limits>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/io/event_reader.h"

namespace strata::search_trial_events_test {

using test::TemporaryFolder;
namespace tb = test::tb;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const std::vector<Axis> kAxes{{"lower", {"sgd", "adam"}},
                              {"lower.lr", {"0.01", "0.1"}},
                              {"lower.momentum", {"0", "0.9"}},
                              {"upper.lr", {}, LogRange{1e-4, 1e-1}}};

TrialRecord record(const std::string& key, int seed) {
  TrialRecord record;
  record.key = key;
  record.point = {{"lower", "adam"}, {"lower.lr", "0.1"}, {"upper.lr", "0.002"}, {"seed", std::to_string(seed)}};
  record.options = {{"batch_size", 32}, {"seed", seed}};
  record.seconds = 2;
  record.figures = {{"val_loss", 0.5}, {"test_loss", 0.75}};
  record.curve = {{"val_loss", {0.25, 0.5}}, {"train_loss", {0.125, kNan}}};
  return record;
}

std::vector<tb::Event> events_of_trial(const TemporaryFolder& folder, const std::string& key) {
  return test::events_in(folder / "tensorboard" / key);
}

}  // namespace

TEST_CASE("a sweep's event file describes what it varies and compares", "[search]") {
  const TemporaryFolder folder;
  const TrialEvents events(folder / "tensorboard", kAxes, Monitor{});
  const auto experiment = test::hparams_of(test::events_in(folder / "tensorboard"), "experiment").experiment();
  REQUIRE(experiment.hparam_infos_size() == 4);
  CHECK(experiment.hparam_infos(0).name() == "lower");
  CHECK(experiment.hparam_infos(0).type() == tb::HParamInfo::STRING);
  CHECK(experiment.hparam_infos(0).domain_discrete().values(1).string_value() == "adam");
  CHECK(experiment.hparam_infos(1).type() == tb::HParamInfo::FLOAT64);
  CHECK(experiment.hparam_infos(1).domain_discrete().values(1).number_value() == 0.1);
  CHECK(experiment.hparam_infos(3).domain_interval().max_value() == 0.1);
  CHECK(experiment.metric_infos(0).name().tag() == "best/val_loss");
}

TEST_CASE("a trial's event file has its values, its curve and its end", "[search]") {
  const TemporaryFolder folder;
  const TrialEvents events(folder / "tensorboard", kAxes, Monitor{});
  events.write(record("first", 1));
  events.write(record("second", 2));

  const std::vector<tb::Event> first = events_of_trial(folder, "first");
  const auto session = test::hparams_of(first, "session_start_info").session_start_info();
  CHECK(session.hparams_size() == 3);  // no momentum of adam, no seed
  CHECK(session.hparams().at("lower").string_value() == "adam");
  CHECK(session.hparams().at("lower.lr").number_value() == 0.1);
  CHECK(session.hparams().at("upper.lr").number_value() == 0.002);
  CHECK(session.group_name() ==
        test::hparams_of(events_of_trial(folder, "second"), "session_start_info").session_start_info().group_name());
  const auto end = test::hparams_of(first, "session_end_info").session_end_info();
  CHECK(end.status() == tb::SessionEnd::SUCCESS);
  CHECK(end.end_time_secs() - session.start_time_secs() == Approx(2));

  using Points = std::vector<std::pair<std::int64_t, float>>;
  const auto scalars = test::scalars_of(first);
  CHECK(scalars.at("epoch/val_loss") == Points{{1, 0.25F}, {2, 0.5F}});
  CHECK(scalars.at("epoch/train_loss") == Points{{1, 0.125F}});
  CHECK(scalars.at("best/val_loss") == Points{{1, 0.25F}});
  CHECK(scalars.at("best/train_loss") == Points{{1, 0.125F}});
  CHECK(scalars.at("final/test_loss") == Points{{2, 0.75F}});
}

TEST_CASE("a failed trial has an event file, and one that is there stays", "[search]") {
  const TemporaryFolder folder;
  const TrialEvents events(folder / "tensorboard", kAxes, Monitor{"accuracy"});
  TrialRecord failed = record("x", 1);
  failed.status = TrialStatus::failed;
  failed.figures.clear();
  failed.curve.clear();
  events.write(failed);
  events.write(record("x", 1));
  const std::vector<tb::Event> written = events_of_trial(folder, "x");
  CHECK(test::hparams_of(written, "session_end_info").session_end_info().status() == tb::SessionEnd::FAILURE);
  CHECK(test::scalars_of(written).empty());
}

}  // namespace strata::search_trial_events_test
