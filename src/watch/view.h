// The page of `strata watch`: run folders as a terminal shows them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "watch/canvas.h"
#include "watch/words.h"

namespace strata::watch {

/// The page: of one run its curves, figures and groups; of one sweep its best trials; of several folders a table, with
/// the runs' curves over each other. `bottom` is its last line. What matters least goes first where room is short.
Canvas page(std::span<const WatchedFolder> folders, std::string_view bottom, std::size_t width, std::size_t height);

}  // namespace strata::watch
