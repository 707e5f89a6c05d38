// The table of a run's options.
#pragma once

#include <string_view>
#include <vector>

#include "settings/option.h"

namespace strata {

/// In the order in which help lists them: on the data, the model, training, then on what is kept, and the threads.
const std::vector<Option>& run_options();

/// The one of that name, with dashes; null if there is none.
const Option* find_option(const std::vector<Option>& options, std::string_view name);

/// Whether the option says where data lie or how they are read, which a trained model needs to know, too.
bool describes_data(const Option& option);

/// Whether records of a run have the option.
bool is_recorded(const Option& option);

}  // namespace strata
