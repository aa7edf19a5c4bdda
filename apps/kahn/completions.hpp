#pragma once

#include "command_tree.hpp"

#include <string>

namespace kahn::app {

// A script each that a shell loads to complete commands, their options, and files.

std::string bash_completions(const CommandTree& tree);
std::string zsh_completions(const CommandTree& tree);
std::string fish_completions(const CommandTree& tree);

/// The manual, for man(1): groff's man macros (groff_man(7)).
std::string man_page(const CommandTree& tree, const std::string& version);

}  // namespace kahn::app
