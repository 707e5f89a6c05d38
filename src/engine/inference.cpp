#include "engine/inference.h"

namespace strata {

std::unique_ptr<Engine> make_inference_engine(const ModelSpec& model, const Task& task, const Parameters& parameters,
                                              const Scaler& scaler, const ComputeChoice& choice) {
  const ParameterGroup frozen{.name = "all",
                              .first = 0,
                              .last = model.layer_count() - 1,
                              .optimizer = parse_optimizer("freeze", Convention::keras, "")};
  std::unique_ptr<Engine> engine = make_engine(choice.engine, {.model = model,
                                                               .groups = {frozen},
                                                               .scaler = scaler,
                                                               .train_batch_sizes = {1},
                                                               .threads = choice.threads,
                                                               .precision = choice.precision,
                                                               .instruction_set = choice.instruction_set,
                                                               .task = task});
  engine->import_parameters(parameters);
  return engine;
}

}  // namespace strata
