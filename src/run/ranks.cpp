#include "run/ranks.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/hash.h"
#include "core/threads.h"
#include "data/data_source.h"
#include "dist/node.h"
#include "dist/together.h"
#include "io/schema_json.h"
#include "run/start.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

/// Calls use(part) for each part of a DataSource, const or not.
template <class Source, class Use>
void for_parts(Source& source, Use&& use) {
  use(source.train);
  use(source.validation);
  use(source.test);
}

/// Calls use(array) for each array of all parts.
template <class Source, class Use>
void for_arrays(Source& source, Use&& use) {
  for_parts(source, [&](auto& part) {
    use(part.pixels);
    use(part.values);
    use(part.labels);
    use(part.row_weights);
    use(part.target_values);
  });
}

std::size_t in_lines(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

template <class Array>
std::size_t bytes_of(const Array& array) {
  return in_lines(array.size() * sizeof(typename Array::value_type));
}

/// Hands out shared memory from its first byte on, a cache line's boundary for each array.
class Lender {
 public:
  explicit Lender(std::shared_ptr<std::byte> memory) : memory_(std::move(memory)) {}

  /// The next elements: `array` is those from now on.
  template <class Vector>
  std::span<typename Vector::value_type> lend(Elements<Vector>& array, std::size_t size) {
    using T = typename Vector::value_type;
    if (size == 0) {
      return {};
    }
    const std::span<T> lent(reinterpret_cast<T*>(memory_.get() + used_), size);
    array = Elements<Vector>(lent, memory_);
    used_ += in_lines(lent.size_bytes());
    return lent;
  }

 private:
  std::shared_ptr<std::byte> memory_;
  std::size_t used_ = 0;
};

/// Moves all arrays to memory that others can map; until it is done there is room for both.
NodeMemory move_to_node_memory(DataSource& source) {
  std::size_t bytes = 0;
  for_arrays(source, [&](const auto& array) { bytes += bytes_of(array); });
  NodeMemory memory(bytes);
  Lender lender(memory.mapping());
  for_arrays(source, [&](auto& array) {
    const auto own = std::exchange(array, {});
    std::ranges::copy(own, lender.lend(array, own.size()).begin());
  });
  return memory;
}

/// What is asked for, wherever the process stands.
Json request_of(const RunSettings& settings) {
  DataRequest request = settings.request;
  const auto absolute = [](auto& path) { path = std::filesystem::absolute(path); };
  absolute(request.data);
  for (auto* path : {&request.labels, &request.validation_data, &request.validation_labels, &request.test_data,
                     &request.test_labels}) {
    if (*path) {
      absolute(**path);
    }
  }
  Json json = data_json(request);
  json["from"] = settings.from ? std::filesystem::absolute(settings.from_path.value()).string() : "";
  json["new_output"] = settings.new_output;
  return json;
}

/// All of the source but the elements of its arrays, and ids.
Json description_of(const DataSource& source) {
  Json json{{"classes", source.classes},
            {"class_names", source.class_names},
            {"class_labels", source.class_labels},
            {"targets", static_cast<int>(source.targets)}};
  if (source.table) {
    json["table"] = schema_json(*source.table);
  }
  for_parts(source, [&](const Dataset& part) {
    json["parts"].push_back({{"source", part.source},
                             {"sample_shape", part.sample_shape},
                             {"features", part.features},
                             {"offsets", part.offsets},
                             {"target_columns", part.target_columns},
                             {"target_names", part.target_names}});
  });
  for_arrays(source, [&](const auto& array) { json["sizes"].push_back(array.size()); });
  return json;
}

DataSource source_in(const Json& description, std::shared_ptr<std::byte> memory) {
  DataSource source;
  source.classes = description.at("classes");
  description.at("class_names").get_to(source.class_names);
  source.targets = static_cast<TargetKind>(description.at("targets").get<int>());
  description.at("class_labels").get_to(source.class_labels);
  if (description.contains("table")) {
    source.table = parse_schema(description.at("table").get<std::string>()).value();
  }
  auto described = description.at("parts").begin();
  for_parts(source, [&](Dataset& part) {
    described->at("source").get_to(part.source);
    described->at("sample_shape").get_to(part.sample_shape);
    described->at("features").get_to(part.features);
    described->at("offsets").get_to(part.offsets);
    described->at("target_columns").get_to(part.target_columns);
    described->at("target_names").get_to(part.target_names);
    ++described;
  });
  Lender lender(std::move(memory));
  auto size = description.at("sizes").begin();
  for_arrays(source, [&](auto& array) { lender.lend(array, (size++)->template get<std::size_t>()); });
  return source;
}

/// The machine's first rank tells the others. As CBOR, since paths may hold any bytes.
Json told_by_first(Communicator& ranks, const Json& json) {
  std::vector<std::uint8_t> text = ranks.node_rank() == 0 ? Json::to_cbor(json) : std::vector<std::uint8_t>();
  std::size_t size = text.size();
  ranks.node_broadcast(std::as_writable_bytes(std::span(&size, 1)));
  text.resize(size);
  ranks.node_broadcast(std::as_writable_bytes(std::span(text)));
  return Json::from_cbor(text);
}

/// Alone, the rank uses its own threads; else all that it may, as the machine's others wait.
DataSource load_alone(const RunSettings& settings, int ranks_that_wait) {
  RunSettings loading = settings;
  loading.config.threads =
      std::max(settings.config.threads, std::min(available_threads(), settings.config.threads * ranks_that_wait));
  return run_data(loading);
}

}  // namespace

DataSource shared_run_data(const RunSettings& settings, Communicator& ranks) {
  if (ranks.world_size() == 1) {
    return run_data(settings);
  }
  std::optional<DataSource> source;
  std::optional<NodeMemory> memory;
  Json offer;
  const auto load_first = [&] {
    source = load_alone(settings, ranks.node_size());
    if (ranks.node_size() > 1) {
      memory.emplace(move_to_node_memory(*source));
      offer = {{"request", request_of(settings)}, {"data", description_of(*source)}};
    }
  };
  together(ranks, [&] {
    if (ranks.node_rank() == 0) {
      load_first();
    }
  });
  NodeMemoryAddress address = memory ? memory->address() : NodeMemoryAddress();
  ranks.node_broadcast(std::as_writable_bytes(std::span(&address, 1)));
  offer = told_by_first(ranks, offer);
  together(ranks, [&] {
    if (source) {
      return;
    }
    const auto mapped = offer.at("request") == request_of(settings) ? map_node_memory(address) : nullptr;
    source = mapped ? source_in(offer.at("data"), mapped) : run_data(settings);
  });
  return std::move(*source);
}

RankIdentity identity_of(const Json& config, const DataSource& source, const std::string& weights_hash,
                         bool places_count) {
  Json compared = config;
  leave_out_machine(compared, places_count);
  const std::string text = compared.dump(-1, ' ', false, Json::error_handler_t::replace);
  return {hash_of(text + STRATA_VERSION), hash_of(data_hash(source)), hash_of(weights_hash)};
}

void check_alike(Communicator& ranks, const RankIdentity& mine) {
  std::vector<RankIdentity> all(static_cast<std::size_t>(ranks.world_size()));
  ranks.all_gather(std::as_bytes(std::span(&mine, 1)), std::as_writable_bytes(std::span(all)));
  for (std::size_t rank = 1; rank < all.size(); ++rank) {
    const std::string_view what = all[rank].config != all.front().config     ? "another version or other options"
                                  : all[rank].data != all.front().data       ? "other data"
                                  : all[rank].weights != all.front().weights ? "other first weights"
                                                                             : "";
    if (!what.empty()) {
      throw SharedFailure(ErrorKind::usage,
                          ranks.rank() != 0 ? ""
                                            : fmt::format("rank {} has {} than rank 0; start all ranks with the same "
                                                          "program, command line and files",
                                                          rank, what));
    }
  }
}

}  // namespace strata
