// Sweeps and the search for learning rates, over data in memory or from files.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "core/threads.h"
#include "dist/world.h"
#include "io/json_text.h"
#include "library/arguments.h"
#include "library/call.h"
#include "library/training.h"
#include "run/find_lr.h"
#include "run/record.h"
#include "run/search_options.h"
#include "run/start.h"
#include "run/sweep.h"
#include "run/sweep_settings.h"
#include "settings/settings_json.h"

using namespace strata;

namespace strata::library {

namespace {

using Json = nlohmann::ordered_json;

/// What a search has to tell, from any of its threads to the one that called.
class News final : public TrialListener {
 public:
  explicit News(Monitor monitor) : monitor_(monitor) {}

  void on_end(const Trial&, const TrialRecord& record) override {
    const std::scoped_lock lock(mutex_);
    trials_.push_back(json_text(to_json(record, monitor_)));
    changed_.notify_one();
  }

  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }

  /// No news will follow.
  void end() {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    changed_.notify_one();
  }

  /// Tells the listener what there is until the end, and of nothing some twenty times a second.
  void tell(strata_listener listener, void* context) {
    constexpr std::chrono::milliseconds kPause{50};
    std::unique_lock lock(mutex_);
    while (!ended_ || !trials_.empty()) {
      changed_.wait_for(lock, kPause, [&] { return ended_ || !trials_.empty(); });
      std::string text;
      if (!trials_.empty()) {
        text = std::move(trials_.front());
        trials_.pop_front();
      }
      lock.unlock();
      if (listener(context, text.empty() ? nullptr : text.c_str()) != 0) {
        stop();
      }
      lock.lock();
    }
  }

 private:
  Monitor monitor_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> trials_;
  bool ended_ = false;
  std::atomic<bool> stopped_{false};
};

/// work(), beside which this thread tells the news, if there is a listener.
template <class Work>
void heard(News& news, strata_listener listener, void* context, const Work& work) {
  if (listener == nullptr) {
    work();
    return;
  }
  std::exception_ptr failure;
  {
    const auto run = [&] {
      try {
        work();
      } catch (...) {
        failure = std::current_exception();
      }
      news.end();
    };
    std::jthread worker;
    {
      const SignalsBlocked blocked;
      worker = std::jthread(run);
    }
    news.tell(listener, context);
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

/// Who stands for the caller: commands are told as settings.
class LibraryFace final : public Face {
 public:
  explicit LibraryFace(const News& news) : news_(news) {}
  std::string command(const Json& options) const override { return json_text(options); }
  int stop_requested() const override { return news_.stopped() ? STRATA_STOPPED : 0; }

 private:
  const News& news_;
};

/// The options' texts that the settings give, with those by which the data were read.
GivenTexts search_texts(const std::vector<Option>& options, const strata_data& data, const char* settings) {
  GivenTexts texts = texts_of_json(options, settings);
  check_data_options(data, texts);
  texts.insert(data.texts.begin(), data.texts.end());
  return texts;
}

/// The data with the validation rows, which leave none to hold out.
DataSource search_source(const strata_data& data, const strata_data* validation, const GivenTexts& texts,
                         const RunSettings& settings) {
  if (validation != nullptr) {
    refuse_splits(texts);
  }
  return joined_source(data, validation, settings);
}

Json find_rates_json(const strata_data& data, const strata_data* validation, const char* settings,
                     strata_listener listener, void* context) {
  const std::vector<Option>& options = range_options();
  const GivenTexts texts = search_texts(options, data, settings);
  FindLrSettings asked = find_lr_settings(checked(options, texts));
  const DataSource source = search_source(data, validation, texts, asked.run);
  asked.run.own_validation = asked.run.own_validation || validation != nullptr;
  News news(asked.run.config.monitor);
  FoundRates found;
  RatesListener nobody;
  heard(news, listener, context,
        [&] { found = find_rates(asked, source, news, nobody, [&] { return news.stopped(); }); });
  return news.stopped() ? Json() : to_json(found);
}

Json candidate_json(const Candidate& candidate) {
  Json json = to_json(candidate);
  json["diverged"] = candidate.diverged;
  json["runs"] = Json::array();
  for (const TrialRecord* run : candidate.runs) {
    json["runs"].push_back(run->key);
  }
  return json;
}

/// The sweep's candidates, ranked, and the records of their trials.
Json sweep_json(const SweepResult& result) {
  Json json{{"trials", result.trials}, {"monitor", monitor_name(result.monitor)}, {"candidates", Json::array()}};
  json["records"] = Json::array();
  for (const Candidate& candidate : result.candidates) {
    json["candidates"].push_back(candidate_json(candidate));
    for (const TrialRecord* run : candidate.runs) {
      json["records"].push_back(to_json(*run, result.monitor));
    }
  }
  json["rate_effects"] = to_json(result.rate_effects, result.monitor);
  json["edges"] = Json::array();
  for (const Edge& edge : result.edges) {
    json["edges"].push_back({{"axis", edge.axis}, {"value", edge.value}, {"end", edge.largest ? "upper" : "lower"}});
  }
  if (result.candidates.front().completed > 0) {
    json["best"] = best_run(result.candidates.front(), result.monitor).key;
  }
  return json;
}

/// The settings of the best run, which ends with its best epoch.
std::optional<RunSettings> best_settings(const SweepSettings& sweep, const SweepResult& result, const Face& face) {
  const Candidate& best = result.candidates.front();
  if (best.completed == 0) {
    return std::nullopt;
  }
  const TrialRecord& run = best_run(best, result.monitor);
  return restoring_best(
      trial_settings(sweep, best.point, run.options.at("seed").get<std::uint64_t>(), best.epochs, face));
}

struct FinishedSweep {
  Json json;
  std::unique_ptr<strata_model> best;
};

/// The best trial once more, for its model.
std::unique_ptr<strata_model> trained_best(RunSettings settings, const DataSource& source, std::size_t threads,
                                           const strata_data& data, const News& news) {
  settings.config.threads = static_cast<int>(threads);
  settings.config.may_spare_threads = true;
  Trainer trainer = make_trainer(settings, source);
  static_cast<void>(trainer.run({}, [&] { return news.stopped(); }));
  ModelFile model = strata::model_of(settings, trainer, source, trainer.parameters(), trainer.steps_of_parameters());
  set_feature_names(model, data.feature_names);
  return model_of(std::move(model));
}

FinishedSweep run_sweep(const strata_data& data, const strata_data* validation, const char* settings,
                        strata_listener listener, void* context, bool wants_best) {
  const std::vector<Option>& options = sweep_options();
  const GivenTexts texts = search_texts(options, data, settings);
  News none{Monitor{}};
  SweepJob job = sweep_job(sweep_settings(options, checked(options, texts)), "", LibraryFace(none));
  job.source = search_source(data, validation, texts, job.first);
  News news(job.first.config.monitor);
  LibraryFace face(news);
  FinishedSweep finished;
  const SweepView view{.trials = news,
                       .begin = [](int, int) {},
                       .finish =
                           [&](const SweepResult& result) {
                             finished.json = sweep_json(result);
                             const auto best = best_settings(job.settings, result, face);
                             if (wants_best && best) {
                               finished.best = trained_best(*best, job.source, job.settings.jobs, data, news);
                             }
                             return 0;
                           },
                       .stopped = [](int stop) { return stop; }};
  const auto ranks = make_serial_communicator();
  heard(news, listener, context, [&] { sweep(job, *ranks, face, view); });
  return news.stopped() ? FinishedSweep() : std::move(finished);
}

/// The schema of a search's settings.
std::string schema_of(const std::vector<Option>& options) { return plain(json_text(settings_schema(options))); }

}  // namespace

}  // namespace strata::library

const char* strata_find_lr_schema(void) {
  return library::lasting_text([] { return library::schema_of(range_options()); });
}

const char* strata_sweep_schema(void) {
  return library::lasting_text([] { return library::schema_of(sweep_options()); });
}

int strata_find_lr(const strata_data* data, const strata_data* validation, const char* settings,
                   strata_listener listener, void* context, char** json) {
  return library::call([&] {
    const strata_data& known = library::required(data, "data");
    char*& place = library::required(json, "json");
    const nlohmann::ordered_json found = library::find_rates_json(known, validation, settings, listener, context);
    if (found.is_null()) {
      return library::told(STRATA_STOPPED);
    }
    place = library::given_text(json_text(found));
    return static_cast<int>(STRATA_OK);
  });
}

int strata_sweep(const strata_data* data, const strata_data* validation, const char* settings, strata_listener listener,
                 void* context, char** json, strata_model** best) {
  return library::call([&] {
    const strata_data& known = library::required(data, "data");
    char*& place = library::required(json, "json");
    library::FinishedSweep finished =
        library::run_sweep(known, validation, settings, listener, context, best != nullptr);
    if (finished.json.is_null()) {
      return library::told(STRATA_STOPPED);
    }
    place = library::given_text(json_text(finished.json));
    if (best != nullptr) {
      *best = finished.best.release();
    }
    return static_cast<int>(STRATA_OK);
  });
}
