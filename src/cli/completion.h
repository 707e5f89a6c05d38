// Scripts by which shells complete strata's command lines, made from the declarations of commands and options.
#pragma once

#include <string>

namespace strata::cli {

/// For bash 4 and later; needs no bash-completion.
std::string bash_completion();
/// An autoloaded function of zsh, to lie on its fpath as _strata.
std::string zsh_completion();
/// For fish 3 and later.
std::string fish_completion();

}  // namespace strata::cli
