#pragma once

#include <kahn/model/status.hpp>

#include <string>

namespace kahn::render {

/// A reason in a person's words, on one line: `exit 1`, `upstream failed: unit (gcc)`, `timed out`. Empty for none.
std::string reason_text(const Reason& reason);

}  // namespace kahn::render
