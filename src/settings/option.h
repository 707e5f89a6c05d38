// One option of a run, declared once, the table of all, and what leads to one from another name. Parser, help and
// documents, records, keys, comparisons and the bindings of other languages all come from that declaration.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

class Given;
struct RunSettings;

/// An option that may not be given together with the one that holds this.
struct Contradiction {
  std::string_view option;
  std::vector<std::string_view> values{};  ///< the values of `option` that contradict, as text or number; empty: any
  std::string_view reason{};
};

/// The member of the settings that holds an option's value.
struct Member {
  using Read = std::function<void(RunSettings&, const Given&, std::string_view name)>;
  using Write = std::function<nlohmann::ordered_json(const RunSettings&)>;

  Read read{};    ///< fills it with what was given or holds by default; none: what is read depends on other options
  Write write{};  ///< its value, as records have it; null: it has none, or does not apply
  nlohmann::ordered_json schema{};  ///< what JSON Schema says of a value
};

/// What a run that is resumed may change of an option that shapes it.
enum class WhenResumed {
  kept,      ///< nothing
  moved,     ///< where the data lie, or the model that the run goes on from: they are known by their hashes
  length,    ///< when the run ends, unless a schedule follows that
  patience,  ///< when it ends, and no schedule follows that
  machine,   ///< what only an engine whose bits depend on the machine depends on
};

struct Option {
  std::string_view name;             ///< as it is typed, with dashes
  std::string value{};               ///< placeholder of the value; empty: a flag, which takes none
  std::string fallback{};            ///< the value that holds if none is given, read as if it had been; empty: none
  std::string_view fallback_note{};  ///< shown as the default instead of `fallback`
  std::string_view heading{};        ///< the section that lists it
  std::string_view help{};
  std::vector<std::string_view> choices{};  ///< every value that is allowed; empty: reading it checks it
  std::vector<Contradiction> contradicts{};
  std::string_view needs{};  ///< an option without which this one means nothing; empty: none
  bool repeatable = false;
  bool value_optional = false;  ///< it may stand alone, then its text is empty; a value follows `=`
  bool shapes_run = false;      ///< it decides what a run computes, not what is said or kept of it
  bool may_vary = false;        ///< the trials of a sweep may differ in it
  bool lasts = false;           ///< a run that is resumed goes on with it
  bool of_new_output = false;   ///< a model that training goes on from brings it along, but for a new output layer
  WhenResumed when_resumed = WhenResumed::kept;
  Member member{};  ///< without functions: an option of a command, which is no setting of a run
};

/// The name as files and other languages have it: batch_size.
std::string key_of(const Option& option);

// The table of a run's options

/// In the order in which help lists them: on the data, the model, training, then on what is kept, and the threads.
const std::vector<Option>& run_options();

/// The one of that name, with dashes; null if there is none.
const Option* find_option(const std::vector<Option>& options, std::string_view name);

/// Whether the option says where data lie or how they are read, which a trained model needs to know, too.
bool describes_data(const Option& option);

/// Whether records of a run have the option.
bool is_recorded(const Option& option);

// By other names

/// What other programs call an option.
struct Synonym {
  std::string_view name;    ///< with dashes
  std::string_view option;  ///< the one that it leads to
  std::string_view here{};  ///< what to write instead, fields between ‹ and ›; empty: the option itself
};

/// A name leads to the first of its options that is known where it is given.
std::span<const Synonym> synonyms();

/// `here that is ‹batch_size›`, by the synonyms of `known` options, else `the nearest known one is ‹batch_size›`, for
/// an unknown `word` without dashes before it.
std::string name_hint(std::string_view word, std::span<const std::string_view> known);

/// `, which is a value of ‹isa›` where exactly one other option has that choice; else empty.
std::string value_hint(const Option& option, std::string_view text, const std::vector<Option>& options);

}  // namespace strata
