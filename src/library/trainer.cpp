// strata_trainer: a run, step by step.
#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "io/json_text.h"
#include "library/call.h"
#include "library/handles.h"
#include "library/training.h"

using namespace strata;

namespace {

const library::TrainingRun& run_of(const strata_trainer* trainer) { return library::required(trainer, "trainer").run; }
library::TrainingRun& run_of(strata_trainer* trainer) { return library::required(trainer, "trainer").run; }

std::string_view bytes_of(const void* bytes, std::size_t size) {
  return {&library::required(static_cast<const char*>(bytes), "bytes"), size};
}

}  // namespace

int strata_trainer_new(const strata_data* data, const strata_data* validation, const char* settings,
                       const strata_model* from, strata_trainer** trainer) {
  return library::done([&] {
    strata_trainer*& place = library::required(trainer, "trainer");
    place = new strata_trainer{
        library::TrainingRun(library::training_plan(library::required(data, "data"), validation, settings, from))};
  });
}

void strata_trainer_free(strata_trainer* trainer) { delete trainer; }

int strata_trainer_run(strata_trainer* trainer, uint64_t steps, strata_progress* progress) {
  return library::call([&] {
    library::TrainingRun& run = run_of(trainer);
    const int code = run.run(steps);
    if (progress != nullptr) {
      *progress = run.progress();
    }
    return library::told(code);
  });
}

void strata_trainer_stop(strata_trainer* trainer) {
  if (trainer != nullptr) {
    trainer->run.stop();
  }
}

int strata_trainer_position(const strata_trainer* trainer, strata_progress* progress) {
  return library::done([&] { library::required(progress, "progress") = run_of(trainer).progress(); });
}

int strata_trainer_info(const strata_trainer* trainer, char** json) {
  return library::done([&] {
    char*& place = library::required(json, "json");
    place = library::given_text(json_text(run_of(trainer).info()));
  });
}

int strata_trainer_history(const strata_trainer* trainer, char** json) {
  return library::done([&] {
    char*& place = library::required(json, "json");
    place = library::given_text(run_of(trainer).history());
  });
}

int strata_trainer_result(const strata_trainer* trainer, char** json) {
  return library::done([&] {
    char*& place = library::required(json, "json");
    place = library::given_text(run_of(trainer).result());
  });
}

size_t strata_trainer_group_count(const strata_trainer* trainer) {
  return trainer != nullptr ? trainer->run.groups().size() : 0;
}

const char* strata_trainer_group_name(const strata_trainer* trainer, size_t group) {
  return group < strata_trainer_group_count(trainer) ? trainer->run.groups()[group].name.c_str() : nullptr;
}

int strata_trainer_rate(const strata_trainer* trainer, const char* group, double* rate) {
  return library::done([&] {
    const library::TrainingRun& run = run_of(trainer);
    double& place = library::required(rate, "rate");
    place = run.rate(&library::required(group, "group"));
  });
}

int strata_trainer_set_rate(strata_trainer* trainer, const char* group, double rate) {
  return library::done([&] {
    library::TrainingRun& run = run_of(trainer);
    run.set_rate(&library::required(group, "group"), rate);
  });
}

int strata_trainer_weights_hash(const strata_trainer* trainer, char hash[17]) {
  return library::done([&] { library::copy_hash(run_of(trainer).parameters(), hash); });
}

int strata_trainer_tensors(const strata_trainer* trainer, char** json) {
  return library::done([&] {
    char*& place = library::required(json, "json");
    place = library::given_text(library::tensors_json(run_of(trainer).parameters()));
  });
}

int strata_trainer_tensor(const strata_trainer* trainer, const char* name, float* values, size_t count) {
  return library::done([&] {
    const library::TrainingRun& run = run_of(trainer);
    library::copy_tensor(run.parameters(), &library::required(name, "name"), values, count);
  });
}

int strata_trainer_measure_gradients(strata_trainer* trainer, int on) {
  return library::done([&] { run_of(trainer).measure_gradients(on != 0); });
}

int strata_trainer_gradient_norms(const strata_trainer* trainer, double* norms, size_t count) {
  return library::done([&] {
    const std::vector<double> all = run_of(trainer).gradient_norms();
    if (count != all.size()) {
      throw usage_error("there are {} layers; found room for {}", all.size(), count);
    }
    std::ranges::copy(all, &library::required(norms, "norms"));
  });
}

int strata_trainer_snapshot(const strata_trainer* trainer, unsigned char** bytes, size_t* size) {
  return library::done([&] {
    unsigned char*& place = library::required(bytes, "bytes");
    size_t& length = library::required(size, "size");
    const std::string content = run_of(trainer).snapshot();
    place = library::given_bytes(content);
    length = content.size();
  });
}

int strata_trainer_restore(strata_trainer* trainer, const void* bytes, size_t size) {
  return library::done([&] {
    library::TrainingRun& run = run_of(trainer);
    run.restore(bytes_of(bytes, size));
  });
}

int strata_trainer_inherit(strata_trainer* trainer, const void* bytes, size_t size) {
  return library::done([&] {
    library::TrainingRun& run = run_of(trainer);
    run.inherit(bytes_of(bytes, size));
  });
}

int strata_trainer_model(const strata_trainer* trainer, int best, strata_model** model) {
  return library::done([&] {
    strata_model*& place = library::required(model, "model");
    place = library::model_of(run_of(trainer).model(best != 0)).release();
  });
}
