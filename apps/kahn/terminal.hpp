#pragma once

#include <kahn/render/colour_choice.hpp>
#include <kahn/render/view.hpp>

#include <optional>

namespace kahn::app {

/// Whether the descriptor is a terminal that understands more than text.
bool is_capable_terminal(int fd);

std::optional<render::WindowSize> window_size(int fd);

/// By the rules of render::is_coloured(), from this program's environment.
bool wants_colour(render::ColourMode option, int fd);

/// Programs that kahn starts find out that colours are shown, unless something is said about it already.
void tell_children_of_colour();

}  // namespace kahn::app
