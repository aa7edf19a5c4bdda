#include "render/delay_text.hpp"

#include <kahn/base/time.hpp>

namespace kahn::render {

std::string delay_text(std::chrono::milliseconds delay) {
    using namespace std::chrono_literals;
    if (delay <= 0ms) return "at once";
    return "in " + (delay < 1s ? std::to_string(delay.count()) + "ms" : format_duration(delay));
}

}  // namespace kahn::render
