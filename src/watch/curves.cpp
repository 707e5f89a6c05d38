// The curves of `strata watch`.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/figure.h"
#include "watch/view.h"

namespace strata::watch {

namespace {

constexpr std::array kInks{Ink::cyan, Ink::yellow, Ink::green, Ink::magenta, Ink::blue, Ink::red};
constexpr std::string_view kMarks = "123456789abcdefghijklmnopqrstuvwxyz";
constexpr Ink kTrainInk = Ink::cyan;
constexpr Ink kValInk = Ink::yellow;

/// The curves' x in epochs if it is known how long they are, else in steps.
double steps_of_x(const FollowedRun& run) {
  return run.steps_per_epoch > 0 ? static_cast<double>(run.steps_per_epoch) : 1;
}

std::string x_name(const FollowedRun& run) { return run.steps_per_epoch > 0 ? "epoch" : "step"; }

std::vector<PlotPoint> points_of(const GrowingCurve& curve, double steps_of_x) {
  std::vector<PlotPoint> points;
  points.reserve(curve.points().size());
  for (const GrowingCurve::Point& point : curve.points()) {
    points.push_back({point.x / steps_of_x, point.value});
  }
  return points;
}

std::vector<PlotPoint> val_points(const FollowedRun& run, const std::string& figure, double steps_of_x) {
  const auto found = run.by_epoch.find("val_" + figure);
  return found == run.by_epoch.end() ? std::vector<PlotPoint>() : points_of(found->second, steps_of_x);
}

Plot run_plot(const FollowedRun& run, const std::string& name, const GrowingCurve& train) {
  Plot plot{.title = std::string(figure_name(name)),
            .x_name = x_name(run),
            .may_cut_beginning = true,
            .empty_text = "no steps yet"};
  plot.curves.push_back({.name = "train", .ink = kTrainInk, .points = points_of(train, steps_of_x(run))});
  if (std::vector<PlotPoint> val = val_points(run, name, steps_of_x(run)); !val.empty()) {
    plot.curves.push_back({.name = "val", .ink = kValInk, .points = std::move(val), .marked = true});
  }
  return plot;
}

Plot rate_plot(const FollowedRun& run) {
  Plot plot{.title = "learning rate", .x_name = x_name(run), .logarithmic = true, .empty_text = "no steps yet"};
  for (std::size_t g = 0; g < run.rates.size(); ++g) {
    const auto& [name, rate] = run.rates[g];
    plot.curves.push_back(
        {.name = name, .ink = ink_of(g), .points = points_of(rate, steps_of_x(run)), .end_mark = name.substr(0, 1)});
  }
  return plot;
}

/// Which group a layer belongs to.
std::size_t group_of_layer(const FollowedRun& run, std::size_t layer) {
  const auto holds = [&](const GroupFacts& group) { return group.first <= layer && layer <= group.last; };
  return static_cast<std::size_t>(std::ranges::find_if(run.groups, holds) - run.groups.begin());
}

Plot ratio_plot(const FollowedRun& run) {
  Plot plot{.title = "update ratio of each layer",
            .x_name = x_name(run),
            .logarithmic = true,
            .empty_text = "at the end of the first epoch"};
  for (std::size_t g = 0; g < run.groups.size(); ++g) {  // the legend
    plot.curves.push_back(
        {.name = fmt::format("{} {}", layers_of(run.groups[g]), run.groups[g].name), .ink = ink_of(g)});
  }
  for (std::size_t layer = 0; layer < run.update_ratios.size(); ++layer) {
    plot.curves.push_back({.ink = ink_of(group_of_layer(run, layer)),
                           .points = points_of(run.update_ratios[layer], steps_of_x(run)),
                           .end_mark = layer < 10 ? fmt::format("{}", layer) : "+"});
  }
  return plot;
}

/// The same curve of each run.
template <class PointsOf>
Plot common_plot(std::span<const WatchedFolder> folders, std::string title, PointsOf points_of_run) {
  Plot plot{.title = std::move(title), .may_cut_beginning = true, .empty_text = "nothing yet"};
  bool in_steps = false;
  for (const WatchedFolder& folder : folders) {
    in_steps = in_steps || (folder.run != nullptr && folder.run->step && folder.run->steps_per_epoch == 0);
  }
  plot.x_name = in_steps ? "step" : "epoch";
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (const FollowedRun* run = folders[i].run) {
      plot.curves.push_back(
          {.ink = ink_of(i), .points = points_of_run(*run, in_steps ? 1 : steps_of_x(*run)), .end_mark = mark_of(i)});
    }
  }
  return plot;
}

}  // namespace

Ink ink_of(std::size_t i) { return kInks[i % kInks.size()]; }

std::string mark_of(std::size_t i) { return i < kMarks.size() ? std::string(1, kMarks[i]) : "+"; }

std::vector<Plot> run_plots(const FollowedRun& run) {
  const std::string quick(run.quick().empty() ? "accuracy" : run.quick());
  return {run_plot(run, "loss", run.loss), run_plot(run, quick, run.figure), rate_plot(run), ratio_plot(run)};
}

std::string common_quick(std::span<const WatchedFolder> folders) {
  for (const WatchedFolder& folder : folders) {
    if (folder.run != nullptr && !folder.run->quick().empty()) {
      return std::string(folder.run->quick());
    }
  }
  return "accuracy";
}

std::vector<Plot> common_plots(std::span<const WatchedFolder> folders) {
  const std::string quick = common_quick(folders);
  const std::string name(figure_name(quick));
  std::vector<Plot> plots{common_plot(folders, "train loss",
                                      [](const FollowedRun& run, double steps) { return points_of(run.loss, steps); }),
                          common_plot(folders, "train " + name, [&](const FollowedRun& run, double steps) {
                            return run.quick() == quick ? points_of(run.figure, steps) : std::vector<PlotPoint>();
                          })};
  const bool has_val = std::ranges::any_of(folders, [](const WatchedFolder& folder) {
    return folder.run != nullptr && count_in(folder.run->info, "validation_rows") > 0;
  });
  if (has_val) {  // what generalises matters more than what was learnt
    plots.insert(plots.begin() + 1, common_plot(folders, "val " + name, [&](const FollowedRun& run, double steps) {
                   return val_points(run, quick, steps);
                 }));
    plots.insert(plots.begin() + 2, common_plot(folders, "val loss", [](const FollowedRun& run, double steps) {
                   return val_points(run, "loss", steps);
                 }));
  }
  return plots;
}

Plot trials_plot(const FollowedSweep& sweep, const std::vector<Candidate>& candidates) {
  const std::string monitor(monitor_name(sweep.monitor));
  Plot plot{.title = fmt::format("{} of the best trials", part_figure_name(monitor)),
            .x_name = "epoch",
            .may_cut_beginning = true,
            .empty_text = "nothing yet"};
  for (std::size_t i = 0; i < std::min(candidates.size(), kInks.size()); ++i) {
    if (candidates[i].completed == 0) {
      break;
    }
    PlotCurve& curve = plot.curves.emplace_back(PlotCurve{.ink = ink_of(i), .end_mark = mark_of(i)});
    const Curve& recorded = best_run(candidates[i], sweep.monitor).curve;
    if (const auto found = recorded.find(monitor); found != recorded.end()) {
      for (std::size_t epoch = 0; epoch < found->second.size(); ++epoch) {
        if (std::isfinite(found->second[epoch])) {
          curve.points.push_back({static_cast<double>(epoch + 1), found->second[epoch]});
        }
      }
    }
  }
  return plot;
}

}  // namespace strata::watch
