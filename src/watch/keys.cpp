#include "watch/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/figure.h"
#include "core/number.h"
#include "watch/words.h"

namespace strata::watch {

namespace {

using Json = nlohmann::ordered_json;

constexpr char kEscape = '\x1b';

bool is_backspace(char key) { return key == '\x7f' || key == '\b'; }
bool is_enter(char key) { return key == '\n' || key == '\r'; }

/// The groups that have a rate: not those that are frozen.
std::vector<std::string> groups_with_rates(const FollowedRun& run) {
  std::vector<std::string> names;
  for (const GroupFacts& group : run.groups) {
    if (!group.frozen()) {
      names.push_back(group.name);
    }
  }
  return names;
}

/// `lower lr 0.003 from step 1,201 on`
std::string change_text(const Json& change) {
  const std::string did = text_in(change, "did");
  const auto rate = change.find("lr");
  std::string what = did == "pause"   ? "paused"
                     : did == "go_on" ? "went on"
                     : did == "save"  ? "saved"
                     : did == "stop"  ? "stopped"
                     : did == "lr" && rate != change.end() && rate->is_number()
                         ? fmt::format("{} lr {}", text_in(change, "group"), rate_text(rate->get<double>()))
                         : did;
  const auto step = change.find("global_step");
  if (step == change.end() || !step->is_number_unsigned()) {
    return what;
  }
  const std::string next = grouped_digits(step->get<std::uint64_t>());
  return did == "lr" ? fmt::format("{} from step {} on", what, next) : fmt::format("{} before step {}", what, next);
}

}  // namespace

Keys::Effect Keys::press(char key, const FollowedRun* run) {
  if (run == nullptr) {
    asks_ = Asks::nothing;
    said_.clear();
  }
  if (asks_ == Asks::rate && key != 0) {
    return type(key, *run);
  }
  if (asks_ != Asks::nothing && key != 0) {
    return answer(key, *run);
  }
  if (key == 'q' || key == 'Q') {
    return {.quits = true};
  }
  if (run == nullptr) {
    return {};
  }
  switch (key) {
    case 'p':
      return run->is_paused() ? ask({{"do", "go_on"}}, "asked to go on", *run)
                              : ask({{"do", "pause"}}, "asked to pause", *run);
    case 's':
      return ask({{"do", "save"}}, "asked to save", *run);
    case 'x':
      asks_ = Asks::stop;
      return {};
    case 'l': {
      const std::size_t groups = groups_with_rates(*run).size();
      group_ = 0;
      typed_.clear();
      asks_ = groups == 0 ? Asks::nothing : groups == 1 ? Asks::rate : Asks::group;
      return {};
    }
    default:
      return {};
  }
}

Keys::Effect Keys::answer(char key, const FollowedRun& run) {
  const Asks asked = std::exchange(asks_, Asks::nothing);
  if (asked == Asks::stop) {
    return key == 'y' || key == 'Y' ? ask({{"do", "stop"}}, "asked to stop", run) : Effect{};
  }
  const auto group = static_cast<std::size_t>(static_cast<unsigned char>(key)) - '1';
  if (group < groups_with_rates(run).size()) {
    group_ = group;
    asks_ = Asks::rate;
  }
  return {};
}

Keys::Effect Keys::type(char key, const FollowedRun& run) {
  constexpr std::size_t kLongest = 24;
  if (key == kEscape) {
    asks_ = Asks::nothing;
  } else if (is_backspace(key)) {
    typed_.resize(typed_.size() - std::min<std::size_t>(typed_.size(), 1));
  } else if (!is_enter(key)) {
    const bool is_of_number = std::string_view("0123456789.eE+-").find(key) != std::string_view::npos;
    typed_ += is_of_number && typed_.size() < kLongest ? std::string(1, key) : "";
  } else {
    const auto rate = parse_number<double>(typed_);
    const std::vector<std::string> groups = groups_with_rates(run);
    if (rate && *rate >= 0 && group_ < groups.size()) {
      asks_ = Asks::nothing;
      return ask({{"do", "lr"}, {"group", groups[group_]}, {"lr", *rate}},
                 fmt::format("asked for {} lr {}", groups[group_], rate_text(*rate)), run);
    }
    asks_ = typed_.empty() ? Asks::nothing : Asks::rate;
  }
  return {};
}

Keys::Effect Keys::ask(Json what, std::string said, const FollowedRun& run) {
  said_ = std::move(said);
  change_before_ = run.change;
  return {.request = std::move(what)};
}

std::string Keys::bottom(const FollowedRun* run) const {
  if (!has_keys_) {
    return "ctrl-C quit";
  }
  if (run == nullptr) {
    return "q quit";
  }
  const std::vector<std::string> groups = groups_with_rates(*run);
  switch (asks_) {
    case Asks::stop:
      return "stop the run, and keep what it has? y/n";
    case Asks::group: {
      std::string text = "whose rate?";
      for (std::size_t i = 0; i < groups.size(); ++i) {
        text += fmt::format("  {} {}", i + 1, groups[i]);
      }
      return text;
    }
    case Asks::rate:
      return fmt::format("{} lr: {}_", group_ < groups.size() ? groups[group_] : "", typed_);
    case Asks::nothing:
      break;
  }
  const std::string keys =
      fmt::format("p {}  s save now  x stop  l set a rate  q quit", run->is_paused() ? "go on" : "pause");
  const bool waits = !said_.empty() && run->change == change_before_;
  const std::string news = waits ? said_ : run->change.is_object() ? change_text(run->change) : "";
  return news.empty() ? keys : fmt::format("{}   {}", keys, news);
}

}  // namespace strata::watch
