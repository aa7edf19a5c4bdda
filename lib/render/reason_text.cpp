#include "render/reason_text.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace kahn::render {

std::string reason_text(const Reason& reason) {
    const std::string detail = printable(reason.detail());
    switch (reason.code()) {
        case Reason::Code::none: return {};
        case Reason::Code::exit_code:
        case Reason::Code::signal:
        case Reason::Code::not_started:
            if (!detail.empty()) return detail;  // it says all: `exit 1`, `signal 11 (SIGSEGV)`
            break;
        case Reason::Code::timeout: return detail.empty() ? "timed out" : "timed out: " + detail;
        case Reason::Code::cancelled: return detail.empty() ? "cancelled" : "cancelled: " + detail;
        case Reason::Code::fail_fast: return "something else failed (fail-fast)";
        default: break;
    }
    std::string words(to_string(reason.code()));
    std::replace(words.begin(), words.end(), '_', ' ');
    return detail.empty() ? words : words + ": " + detail;
}

}  // namespace kahn::render
