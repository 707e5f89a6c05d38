// A search for learning rates that goes on, as its live page shows it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "live/growing_document.h"
#include "live/live_server.h"
#include "run/find_lr.h"
#include "train/metrics.h"

namespace strata {

class RatesFeed : public RatesListener {
 public:
  /// `command` repeats the search.
  RatesFeed(const FindLrSettings& settings, const std::string& command);

  void on_map(const RateMap& map) override;
  void on_cell(std::size_t place, double value) override;
  void on_test(const GroupRange& group, std::uint64_t runs) override;

  /// What is found so far as find_lr_json has it of a folder; with `progress` unless the search is `over`, and of a map
  /// with `open`, the places of the cells that are yet to come.
  nlohmann::ordered_json json(bool over) const;

  GrowingDocument& document() { return document_; }

 private:
  nlohmann::ordered_json config_;
  std::string name_;
  std::string path_;

  mutable std::mutex mutex_;  ///< of what follows
  FoundRates found_;
  std::set<std::size_t> open_;  ///< cells of the map
  std::uint64_t runs_ = 0;      ///< made
  std::uint64_t all_runs_ = 0;
  Stopwatch clock_;
  GrowingDocument document_;  ///< last: it asks for the others
};

/// The live page of a search for rates.
class LiveRates {
 public:
  /// Serves from now on. Throws as make_live_server.
  LiveRates(const FindLrSettings& settings, const std::string& command, std::uint16_t port,
            std::function<LiveAnswer(std::string_view)> control = {});
  /// Without finish() the page keeps what it was last told.
  ~LiveRates();

  std::string address() const { return server_->address(); }
  RatesListener& listener() { return feed_; }
  /// The page becomes the report of the search, and the server ends.
  void finish();

 private:
  RatesFeed feed_;
  std::unique_ptr<LiveServer> server_;
};

}  // namespace strata
