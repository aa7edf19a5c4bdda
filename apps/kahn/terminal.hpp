#pragma once

#include <kahn/render/colour_choice.hpp>
#include <kahn/render/view.hpp>

#include <initializer_list>
#include <map>
#include <optional>
#include <string>

namespace kahn::app {

/// The variables of this program's environment that are set, of those named.
std::map<std::string, std::string, std::less<>> environment(std::initializer_list<const char*> names);

/// Whether the descriptor is a terminal that understands more than text.
bool is_capable_terminal(int fd);

std::optional<render::WindowSize> window_size(int fd);

/// By the rules of render::is_coloured(), from this program's environment.
bool wants_colour(render::ColourMode option, int fd);

/// Programs that kahn starts find out that colours are shown, unless something is said about it already.
void tell_children_of_colour();

}  // namespace kahn::app
