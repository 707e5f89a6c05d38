#include "diagnose/diagnose.h"

#include <algorithm>
#include <array>

#include "diagnose/rules.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kDiagnoses{
    DiagnosisEntry{
        "S101", "learning rate too high",
        "Each update throws the weights of these layers so far that the loss cannot settle, or grows without "
        "end. A smaller rate gets lower."},
    DiagnosisEntry{"S102", "learning rate too low",
                   "All updates of the run together move the weights of these layers by a few per cent at most. They "
                   "stay close to the random weights that they began with."},
    DiagnosisEntry{"S103", "a group that does not learn",
                   "The weights of these layers are the ones that they began with, to about four digits. Whatever the "
                   "network has learnt, these layers had no part in it."},
    DiagnosisEntry{"S104", "clipping in nearly every step",
                   "The gradients are almost always longer than the limit, so that every step has the length that the "
                   "limit allows. The limit then sets the pace of the group, in place of its rate."},
    DiagnosisEntry{"S105", "a schedule that ended early",
                   "The rate was next to nothing for the last part of the run. Those steps took their time and changed "
                   "nothing."},
    DiagnosisEntry{"S106", "too few steps an epoch",
                   "A batch is so large beside the training rows that an epoch has only a handful of updates, and the "
                   "loss still falls at the end. The run had too few steps to learn what it could."},
    DiagnosisEntry{"S201", "overfitting",
                   "Since its best epoch the network gets better on the rows that it trains on and worse on those that "
                   "it does not see. What it learns now does not carry over to other data."},
    DiagnosisEntry{"S202", "underfitting",
                   "The network explains little even of the rows that it trains on, and does as badly on others. It is "
                   "too small, too much held back, or was stopped too early."},
    DiagnosisEntry{"S301", "features that are not standardised",
                   "Some features enter the network with values that are far from the size of 1. Large features drown "
                   "the others, and no rate suits both."},
    DiagnosisEntry{"S302", "rows shared by training and validation",
                   "Validation rows that are also training rows measure memory, not skill. The figures of the "
                   "validation part look better than those of new data will be."},
    DiagnosisEntry{"S303", "a class without training rows",
                   "The network has an output for this class and no row to learn it from. Rows of the class will be "
                   "taken for others."},
    DiagnosisEntry{"S304", "a rare class that is not recognised",
                   "The class has so few training rows beside the others that mistaking it hardly costs anything. The "
                   "network finds less than half of its rows."},
    DiagnosisEntry{
        "S305", "two classes taken for each other",
        "A large part of the rows of these two classes is taken for the other one, far more than between any "
        "other two. Either their labels are mixed up, or the features do not tell them apart."},
    DiagnosisEntry{"S306", "labels that look shuffled",
                   "The network learns, yet on rows that it has not seen it is no better than guessing by how frequent "
                   "each class is. Labels may not belong to their rows, or the features say nothing of them."},
    DiagnosisEntry{"S307", "features that have lost digits",
                   "The numbers of these features lie so far from 0, beside how much they vary, that fp32 holds only a "
                   "few different values of them. What told rows apart was rounded away before it was read."},
    DiagnosisEntry{"S401", "dead units",
                   "Many units of this layer give out the same for every row, so that no gradient passes through them. "
                   "They take time and cannot learn any more."},
    DiagnosisEntry{"S402", "saturated units",
                   "Most outputs of this layer are at the flat ends of the activation, where a change of the input "
                   "changes nothing. Gradients hardly reach the layers below."},
    DiagnosisEntry{"S901", "constant features",
                   "Some features have the same value in all training rows. They tell nothing, and their weights stay "
                   "as they were drawn.",
                   true},
    DiagnosisEntry{
        "S902", "a small validation part",
        "With so few validation rows chance alone moves the figure by as much as the interval says. Two runs "
        "that differ by less cannot be told apart.",
        true},
    DiagnosisEntry{
        "S903", "a frozen group of random weights",
        "These layers were drawn at random and are kept so. They only mix the features for the layers above.", true},
    DiagnosisEntry{"S904", "little explained",
                   "The network explains little of what it is to learn, neither in training nor in validation, without "
                   "a sign that it was too small or too short. The features may hold no more.",
                   true},
    DiagnosisEntry{"S905", "data that were not looked at",
                   "The run's data or its model could not be read, so that only its metrics were looked at. Whatever "
                   "needs features or labels is not told.",
                   true},
};

Json json_of(const Finding& finding) {
  const DiagnosisEntry& entry = diagnosis_entry(finding.code);
  return {{"code", entry.code},
          {"title", entry.title},
          {"meaning", entry.meaning},
          {"group", finding.group.empty() ? Json() : Json(finding.group)},
          {"layer", finding.layer ? Json(*finding.layer) : Json()},
          {"evidence", finding.evidence},
          {"advice", finding.advice}};
}

Json json_of(const std::vector<Finding>& findings) {
  Json json = Json::array();
  for (const Finding& finding : findings) {
    json.push_back(json_of(finding));
  }
  return json;
}

}  // namespace

std::span<const DiagnosisEntry> diagnosis_registry() { return kDiagnoses; }

const DiagnosisEntry& diagnosis_entry(std::string_view code) {
  return *std::ranges::find(kDiagnoses, code, &DiagnosisEntry::code);
}

void Diagnosis::add(Finding finding) {
  (diagnosis_entry(finding.code).note ? notes : findings).push_back(std::move(finding));
}

bool Diagnosis::has(std::string_view code) const {
  const auto is_it = [&](const Finding& finding) { return finding.code == code; };
  return std::ranges::any_of(findings, is_it) || std::ranges::any_of(notes, is_it);
}

Json to_json(const Diagnosis& diagnosis) {
  return {{"findings", json_of(diagnosis.findings)}, {"notes", json_of(diagnosis.notes)}};
}

Diagnosis diagnose(const RunFacts& run) {
  Diagnosis diagnosis;
  for (const auto rule :
       {find_slow_groups, find_feature_faults, find_fast_groups, find_clipping, find_ended_schedules, find_few_steps,
        find_overfitting, find_shared_rows, find_class_faults, find_idle_units, find_little_learnt, find_notes}) {
    rule(run, diagnosis);
  }
  std::ranges::stable_sort(diagnosis.findings, {}, &Finding::code);
  std::ranges::stable_sort(diagnosis.notes, {}, &Finding::code);
  return diagnosis;
}

}  // namespace strata
