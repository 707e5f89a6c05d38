// The keys of `strata watch`, and its bottom line, which tells them and asks what they need.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "report/followed_folder.h"

namespace strata::watch {

class Keys {
 public:
  /// Without keys there is nothing to press.
  explicit Keys(bool has_keys) : has_keys_(has_keys) {}

  struct Effect {
    bool quits = false;
    nlohmann::ordered_json request{};  ///< to the run (report/followed_folder.h); null: none
  };
  /// `key` 0 is none. `run` is the one that keys control; null: none.
  Effect press(char key, const FollowedRun* run);

  std::string bottom(const FollowedRun* run) const;

 private:
  enum class Asks { nothing, stop, group, rate };

  Effect answer(char key, const FollowedRun& run);
  Effect type(char key, const FollowedRun& run);
  Effect ask(nlohmann::ordered_json what, std::string said, const FollowedRun& run);

  bool has_keys_;
  Asks asks_ = Asks::nothing;
  std::size_t group_ = 0;  ///< whose rate is asked for
  std::string typed_;
  std::string said_;  ///< of the last request, until the run has answered
  nlohmann::ordered_json change_before_;
};

}  // namespace strata::watch
