// Completion of strata's command lines: shells ask `strata complete`, which asks the declarations of commands and
// options.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata::cli {

/// What a shell reads to complete by.
struct CompletionScript {
  std::string_view
      name;  ///< of the shell: bash (4 and later), zsh (to lie on its fpath as _strata), fish (3 and later)
  std::string_view script;
};

std::span<const CompletionScript> completion_scripts();

/// What may stand for the last of `words`, the command line after `strata` as far as it is typed: first a line that
/// says what that is, `words`, `parts` (of a word, which goes on), `files` or `folders`; then each word that begins
/// like it, with a tab and what it means if that is known. Files and folders are left to the shell; where they come
/// after
/// `--name=`, so do they.
std::string completions(const std::vector<std::string>& words);

}  // namespace strata::cli
