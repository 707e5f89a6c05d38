#include "run/rank_identity.h"

#include <fmt/format.h>

#include <span>
#include <string_view>
#include <vector>

#include "core/hash.h"
#include "data/data_source.h"
#include "dist/together.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

std::uint64_t hash_of(const std::string& text) {
  Hash64 hash;
  hash.update(std::as_bytes(std::span(text)));
  return hash.digest();
}

}  // namespace

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
