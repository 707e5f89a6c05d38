// Completion of strata's command lines: shells ask `strata complete`, which asks the declarations of commands and
// options.
#pragma once

#include <string>
#include <vector>

namespace strata::cli {

/// What may stand for the last of `words`, the command line after `strata` as far as it is typed: first a line that
/// says what that is, `words`, `parts` (of a word, which goes on), `files` or `folders`; then each word that begins
/// like it, with a tab and what it means if that is known. Files and folders are left to the shell; where they come
/// after `--name=`, so do they.
std::string completions(const std::vector<std::string>& words);

}  // namespace strata::cli
