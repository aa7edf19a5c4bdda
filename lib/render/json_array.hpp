#pragma once

#include <string>

namespace kahn::render {

/// Appends a JSON array; `each` appends one element.
template <class Range, class Each>
void append_json_array(std::string& out, const Range& range, Each each) {
    out += '[';
    bool is_first = true;
    for (const auto& element : range) {
        if (!is_first) out += ',';
        is_first = false;
        each(element);
    }
    out += ']';
}

}  // namespace kahn::render
