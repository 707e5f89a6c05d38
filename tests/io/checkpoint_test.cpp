#include "io/checkpoint.h"

#include <fcntl.h>

#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "core/hash.h"
#include "io/checkpoint_folder.h"
#include "tests/catch.h"
#include "tests/core/refused_calls.h"
#include "tests/core/temporary_folder.h"
#include "tests/io/expect_error.h"
#include "tests/train/small_source.h"

namespace strata::io_checkpoint_test {

using nlohmann::ordered_json;
using test::error_of;
using test::expect_error;
using test::TemporaryFolder;

namespace {

TrainConfig checkpoint_config() {
  TrainConfig config = test::small_config();
  config.hidden = {3, 2};
  config.restore_best = true;
  config.groups =
      lower_upper_groups(3, 1, parse_optimizer("sgd,lr=0.05,schedule=plateau,patience=1", Convention::keras, "--lower"),
                         parse_optimizer("adam,lr=0.01,amsgrad=true", Convention::keras, "--upper"));
  return config;
}

Checkpoint content() {
  return {{.options = {{"epochs", 3}, {"data", "a \"b\" \xc3\xa4"}},
           .config = {{"epochs", 3}, {"lower", "sgd,lr=0.05"}},
           .engine = "panels",
           .data_hash = "0123456789abcdef"},
          12'345};
}

/// The snapshot after so many steps of a small run with every kind of state.
RunSnapshot snapshot_after(std::uint64_t steps) {
  const DataSource source = test::small_source();
  Trainer trainer(checkpoint_config(), source);
  std::optional<RunSnapshot> snapshot;
  trainer.set_checkpoints([&](RunMoment) {
    if (trainer.state().global_step == steps) {
      snapshot = trainer.snapshot();
    }
  });
  trainer.run({}, test::never);
  return *snapshot;
}

ModelSpec model() { return {9, {3, 2}, 3, test::small_config().activation}; }

std::filesystem::path written(const TemporaryFolder& folder, const RunSnapshot& snapshot) {
  write_checkpoint(folder / "c.safetensors", content(), snapshot, checkpoint_config().groups);
  return folder / "c.safetensors";
}

bool same_bits(const Parameters& a, const Parameters& b) {
  return a.values().size() == b.values().size() &&
         std::memcmp(a.values().data(), b.values().data(), a.values().size_bytes()) == 0;
}

CheckpointPlan every_steps(std::uint64_t steps, std::size_t keep) {
  return {.every_steps = steps, .every_epoch = false, .keep = keep};
}

void log_epoch(RunLog& log, std::uint32_t epoch) {
  EpochInfo info;
  info.epoch = epoch;
  log.on_epoch(info);
}

void log_run(RunLog& log) {
  const TrainConfig config;
  log.on_run({config, 1, 1, 1, 1, 1, 1, 1, "panels"});
}

/// The file's text with its checksum made right again, so that what it says is looked at.
std::string with_checksum(std::string text) {
  const std::size_t at = text.find(R"("checksum":")") + 12;
  text.replace(at, 16, 16, '0');
  Hash64 hash;
  hash.update(std::as_bytes(std::span(text)));
  return text.replace(at, 16, hash.hex());
}

}  // namespace

TEST_CASE("a checkpoint reads back bit for bit", "[io]") {
  const TemporaryFolder folder;
  for (const std::uint64_t steps : {0U, 7U, 20U}) {
    CAPTURE(steps);
    RunSnapshot snapshot = snapshot_after(steps);
    snapshot.optimizers.slots[0].weight(2)(0, 0) = std::numeric_limits<float>::infinity();  // an average may overflow
    snapshot.optimizers.slots[0].weight(2)(0, 1) = -0.0F;
    const CheckpointFile file(written(folder, snapshot));
    CHECK(file.content().identity.options == content().identity.options);
    CHECK(file.content().identity.config == content().identity.config);
    CHECK(file.content().identity.engine == "panels");
    CHECK(file.content().identity.data_hash == content().identity.data_hash);
    CHECK(file.content().metrics_bytes == 12'345);
    const RunSnapshot read = file.snapshot(model(), checkpoint_config().groups);
    CHECK(to_json(read.state) == to_json(snapshot.state));
    CHECK(read.state.plateaus == snapshot.state.plateaus);
    CHECK(same_bits(read.parameters, snapshot.parameters));
    REQUIRE(read.optimizers.slots.size() == snapshot.optimizers.slots.size());
    for (std::size_t s = 0; s < read.optimizers.slots.size(); ++s) {
      CHECK(same_bits(read.optimizers.slots[s], snapshot.optimizers.slots[s]));
    }
    REQUIRE(read.state.best_parameters.has_value() == (steps == 20));
    CHECK((steps < 20 || same_bits(*read.state.best_parameters, *snapshot.state.best_parameters)));
    CHECK(read.scaler.mean == snapshot.scaler.mean);
    CHECK(read.scaler.scale == snapshot.scaler.scale);
  }
}

TEST_CASE("a checkpoint has the offsets of the data, if there are any", "[io]") {
  const TemporaryFolder folder;
  RunSnapshot snapshot = snapshot_after(7);
  const auto read = [&] {
    return CheckpointFile(written(folder, snapshot)).snapshot(model(), checkpoint_config().groups);
  };
  CHECK(read().scaler.offset.empty());
  snapshot.scaler.offset = {1.7e9 + 1, 0, 0, 0, 0, 0, 0, 0, 1e-300};
  CHECK(read().scaler.offset == snapshot.scaler.offset);
}

TEST_CASE("a checkpoint that has been cut short or changed in any byte is refused", "[io]") {
  const TemporaryFolder folder;
  const std::filesystem::path path = written(folder, snapshot_after(20));
  const std::string whole = test::read_text(path);
  std::size_t accepted = 0;
  const auto accept = [&](const std::string& text) {
    test::write_text(path, text);
    const auto error = error_of([&] { const CheckpointFile file(path); });
    CHECK((!error ||
           (error->kind() == ErrorKind::data && std::string(error->what()).find(path.string()) != std::string::npos)));
    accepted += error ? 0 : 1;
  };
  for (std::size_t size = 0; size < whole.size(); ++size) {
    accept(whole.substr(0, size));
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const unsigned flipped : {0x01U, 0x80U, 0xffU}) {
      std::string text = whole;
      text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ flipped);
      accept(text);
    }
  }
  accept(whole + '\0');
  CHECK(accepted == 0);
  accept(whole);
  CHECK(accepted == 1);
}

TEST_CASE("a checkpoint with a right checksum and wrong values is refused", "[io]") {
  const TemporaryFolder folder;
  const std::filesystem::path path = written(folder, snapshot_after(20));
  const std::string whole = test::read_text(path);
  const auto refused = [&](std::string_view from, std::string_view to, const std::string& says) {
    CAPTURE(from);
    std::string text = whole;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(from.size() == to.size());
    test::write_text(path, with_checksum(text.replace(at, from.size(), to)));
    expect_error(ErrorKind::data, path.string(), says, [&] {
      const CheckpointFile file(path);
      static_cast<void>(file.snapshot(model(), checkpoint_config().groups));
    });
  };
  refused(R"("format_version":"1")", R"("format_version":"2")", "format_version");
  refused(R"("kind":"checkpoint")", R"("kind":"checkpaint")", "checkpaint");
  refused(R"("metrics_bytes":"12345")", R"("metrics_bytes":"12x45")", "12x45");
  refused(R"(\"global_step\":20)", R"(\"global_step\":-2)", "global_step");
  refused(R"(\"epochs\":2)", R"(\"epochz\":2)", "epochs");
  refused(R"(\"plateaus\":[{)", R"(\"plateaus\":{{)", "parse error");
  refused("optimizer.mean_gradient.layers.2.bias", "optimizer.mean_gradiant.layers.2.bias",
          "optimizer.mean_gradient.layers.2.bias is missing");
  refused("best.layers.1.weight", "bezt.layers.1.weight", "best.layers.1.weight is missing");
  refused(R"("layers.0.weight":{"dtype":"F32","shape":[3,9])", R"("layers.0.weight":{"dtype":"F32","shape":[9,3])",
          "another shape");
}

TEST_CASE("a checkpoint of other groups or another network is refused", "[io]") {
  const TemporaryFolder folder;
  const CheckpointFile file(written(folder, snapshot_after(7)));
  TrainConfig config = checkpoint_config();
  config.groups = lower_upper_groups(3, 1, parse_optimizer("sgd", Convention::keras, "--lower"),
                                     parse_optimizer("sgd", Convention::keras, "--upper"));
  expect_error(ErrorKind::data, file.name(), "tensors; expected",
               [&] { static_cast<void>(file.snapshot(model(), config.groups)); });
  expect_error(ErrorKind::data, file.name(), "layers.1.weight has another shape", [&] {
    static_cast<void>(file.snapshot({9, {3, 4}, 3, model().activation}, checkpoint_config().groups));
  });
}

TEST_CASE("a file that is no checkpoint is refused", "[io]") {
  const TemporaryFolder folder;
  expect_error(ErrorKind::data, "none.safetensors", "",
               [&] { const CheckpointFile file(folder / "none.safetensors"); });
  expect_error(ErrorKind::data, folder.path().string(), "", [&] { const CheckpointFile file(folder.path()); });
  write_safetensors(folder / "model.safetensors", SafetensorsFile{{{"a", {{1}, {1}}}}, {{"kind", "model"}}});
  expect_error(ErrorKind::data, "model.safetensors", "no checkpoint",
               [&] { const CheckpointFile file(folder / "model.safetensors"); });
}

TEST_CASE("the folder knows its checkpoints by their names, and keeps the last and the best", "[io]") {
  const TemporaryFolder folder;
  const CheckpointFolder checkpoints(folder / "checkpoints");
  CHECK(checkpoints.steps().empty());
  checkpoints.create();
  checkpoints.create();
  for (const std::uint64_t step : {5U, 10U, 15U, 20U, 100'000'000U}) {
    test::write_text(checkpoints.file(step), "x");
  }
  for (const char* name : {"step-25.safetensors", "step-.safetensors", "step-00000030.tmp", ".strata-1-0.tmp", "x"}) {
    test::write_text(folder.path() / "checkpoints" / name, "x");
  }
  using Steps = std::vector<std::uint64_t>;
  CHECK(checkpoints.steps() == Steps{5, 10, 15, 20, 100'000'000});
  checkpoints.remove_others(100'000'000, 4, std::nullopt);
  CHECK(checkpoints.steps() == Steps{10, 15, 20, 100'000'000});
  checkpoints.remove_others(20, 1, 10);
  CHECK(checkpoints.steps() == Steps{10, 20});
  checkpoints.remove_others(20, std::numeric_limits<std::size_t>::max(), std::nullopt);
  CHECK(checkpoints.steps() == Steps{10, 20});
}

TEST_CASE("a folder for checkpoints that cannot be made or listed is an error that names it", "[io]") {
  const TemporaryFolder folder;
  test::write_text(folder / "file", "x");
  expect_error(ErrorKind::failed, "file/checkpoints", "Not a directory",
               [&] { CheckpointFolder(folder / "file/checkpoints").create(); });
  CHECK(test::missing_without({{SYS_openat, EACCES, 2, O_DIRECTORY}},
                              {"failed: cannot use " + folder.path().string(), "for checkpoints: Permission denied"},
                              [&] { CheckpointFolder(folder.path()).steps(); })
            .empty());
}

TEST_CASE("checkpoints are written as the plan says", "[io]") {
  const DataSource source = test::small_source();
  const auto steps_with = [&](const CheckpointPlan& plan, const TrainConfig& config) {
    const TemporaryFolder folder;
    const CheckpointFolder checkpoints(folder / "checkpoints");
    Trainer trainer(config, source);
    RunLog log((folder / "metrics.jsonl").string(), ordered_json::object());
    Checkpointer checkpointer(checkpoints, plan, content().identity, trainer, log);
    trainer.set_checkpoints([&](RunMoment moment) { checkpointer.keep(moment); });
    Observer* const observers[] = {&log};
    trainer.run(observers, test::never);
    for (const std::uint64_t step : checkpoints.steps()) {
      CHECK(CheckpointFile(checkpoints.file(step)).state().global_step == step);
    }
    return checkpoints.steps();
  };
  using Steps = std::vector<std::uint64_t>;
  TrainConfig config = test::small_config();  // 3 epochs of 10 steps
  config.validation_split = 0;                // 12 steps
  constexpr std::size_t kAll = 100;
  CHECK(steps_with({}, config) == Steps{36});
  CHECK(steps_with(every_steps(7, kAll), config) == Steps{0, 7, 14, 21, 28, 35, 36});
  CHECK(steps_with({.every_steps = {}, .every_epoch = true, .keep = kAll}, config) == Steps{0, 12, 24, 36});
  CHECK(steps_with({.every_steps = {}, .every_epoch = true, .least_seconds = 3600, .keep = kAll}, config) ==
        Steps{0, 36});
  CHECK(steps_with({.every_steps = 12, .every_epoch = true, .least_seconds = 3600, .keep = kAll}, config) ==
        Steps{0, 12, 24, 36});
  CHECK(steps_with(every_steps(12, 2), config) == Steps{24, 36});
  config.validation_split = 0.2;
  config.groups = lower_upper_groups(3, 1, parse_optimizer("sgd,lr=0.3", Convention::keras, "--lower"),
                                     parse_optimizer("sgd,lr=0.3", Convention::keras, "--upper"));
  config.epochs = 8;
  std::uint32_t best = 0;
  {
    Trainer trainer(config, source);
    best = trainer.run({}, test::never).best_epoch.value();
  }
  const Steps kept = steps_with(every_steps(4, 1), config);
  CHECK(kept == (best == 8 ? Steps{80} : Steps{10 * std::uint64_t{best}, 80}));
  config.groups[0].optimizer = parse_optimizer("sgd,lr=1e30", Convention::keras, "--lower");
  for (const std::uint64_t step : steps_with(every_steps(1, kAll), config)) {
    CHECK(step < 5);  // none that is not finite
  }
}

TEST_CASE("a log goes on after the bytes of its checkpoint", "[io]") {
  const TemporaryFolder folder;
  const std::string path = (folder / "metrics.jsonl").string();
  std::uint64_t bytes = 0;
  {
    RunLog log(path, ordered_json{{"epochs", 1}});
    log_run(log);
    log_epoch(log, 1);
    bytes = log.sync();
    CHECK(bytes == std::filesystem::file_size(path));
    log_epoch(log, 7);
  }
  const std::string kept = test::read_text(path).substr(0, bytes);
  {
    RunLog log(path, bytes);
    CHECK(test::read_text(path) == kept);
    log_run(log);
    log_epoch(log, 2);
    CHECK(log.sync() == std::filesystem::file_size(path));
  }
  const std::string all = test::read_text(path);
  CHECK(all.starts_with(kept));
  CHECK(std::ranges::count(all, '\n') == 3);
  CHECK(all.find(R"("epoch":2)") != std::string::npos);
  expect_error(ErrorKind::data, path, "restore the file", [&] { const RunLog log(path, all.size() + 1); });
  CHECK(test::read_text(path) == all);
}

}  // namespace strata::io_checkpoint_test
