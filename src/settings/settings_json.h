// Settings as JSON: what records and trials' keys hold, and in what two of them differ; what gives the same settings
// again, and what a caller may give.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "data/load.h"
#include "settings/given.h"
#include "settings/option.h"
#include "settings/run_settings.h"
#include "train/train_config.h"

namespace strata {

/// The run's recorded options by their keys (`batch_size`), each with the value that holds, as config.json and the
/// metrics' run line have them; and of `from` the weights' hash. An option that the first versions lacked is there only
/// if its value is not the default, so that records and keys of runs without it stay what they were.
nlohmann::ordered_json config_json(const RunSettings& settings, const std::vector<Option>& options);
nlohmann::ordered_json config_json(const RunSettings& settings);

/// Of what was given the options that last, in the order of the table, then the number of threads.
nlohmann::ordered_json asked_json(const std::vector<Option>& options, const Given& given, int threads);

/// Of asked_json what shapes the run, and the threads.
nlohmann::ordered_json shaping_json(const nlohmann::ordered_json& asked);

/// Of what was given those options that shape a run.
GivenTexts shaping_texts(const Given& given);

/// Of the options given those that shape a run, as files of options have them.
nlohmann::ordered_json given_json(const std::vector<Option>& options, const Given& given);

/// asked_json with the paths that files keep as stored_path has them. Throws as that.
nlohmann::ordered_json asked_with_stored_paths(nlohmann::ordered_json asked);

/// Whether a number must be one, and a whole number one without a point. The records that Strata writes itself hold
/// options as the command line had them.
enum class Typing { strict, as_text };

/// The texts for options that an object gives by their keys, each as texts_of(option, value, typing). Throws
/// Error(usage) for an unknown key (naming the nearest known one) or a value of a type that the option does not take.
GivenTexts texts_of(const std::vector<Option>& options, const nlohmann::ordered_json& object,
                    Typing typing = Typing::strict);

/// The texts of `option`: none for a flag that is false; one for each element of an array if the option is repeatable;
/// of an option that takes a list, the array's elements between commas (`none` if it has none); a table is an
/// OPTIMIZER, {name, key…}, and of groups also its `layers`. Throws Error(usage) for any other type.
std::vector<std::string> texts_of(const Option& option, const nlohmann::ordered_json& value, Typing typing);

/// What a checkpoint holds of the options with which its run goes on: asked_json, or of earlier versions the words of a
/// command line. Throws Error(data) for anything else.
GivenTexts texts_of_checkpoint(const nlohmann::ordered_json& options);

/// A JSON Schema of an object of the options: type, default, range and meaning of each. Help names other options as
/// core/field.h says.
nlohmann::ordered_json settings_schema(const std::vector<Option>& options);
nlohmann::ordered_json settings_schema();

/// What config_json has of the data.
nlohmann::ordered_json data_json(const DataRequest& request);

/// Reads it back; `threads` is not among it. Throws Error(data), naming the member but no file, for one of another type
/// or with an unknown name.
DataRequest data_of_config(const nlohmann::ordered_json& config);

// In what two of them differ, and what may differ between the parts of one run

/// Keys of options.
using Keys = std::set<std::string, std::less<>>;

/// The keys of what a resumed run may change in that way.
Keys keys_of(WhenResumed change);

/// An option that is not what it was.
struct Difference {
  std::string key;
  std::string text;  ///< `‹batch_size› 32 -> 64`
};

/// Of each member of two records (config_json) but those of `free`.
std::vector<Difference> differences(const nlohmann::ordered_json& before, const nlohmann::ordered_json& now,
                                    const Keys& free);

/// The first group whose schedule runs to the last step; null if there is none.
const ParameterGroup* group_that_follows_length(const TrainConfig& config);

/// What may differ between the parts of a run of that configuration; `by_machine`: its bits depend on the machine.
Keys free_when_resumed(const TrainConfig& config, bool by_machine);

/// Leaves out of a record, or of a list of them, in what machines that share a run may differ: threads, and unless
/// `places_count` where the data lie.
void leave_out_machine(nlohmann::ordered_json& config, bool places_count);

}  // namespace strata
