#include "engine/trace_context.hpp"

#include <algorithm>
#include <cstdint>
#include <random>

namespace kahn {
namespace {

constexpr std::size_t version_digits = 2;
constexpr std::size_t trace_digits = 32;
constexpr std::size_t span_digits = 16;
constexpr std::size_t flag_digits = 2;
constexpr std::size_t whole_size = version_digits + 1 + trace_digits + 1 + span_digits + 1 + flag_digits;

bool is_hexadecimal(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}
bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

/// So many digits that are not all zero. \pre a multiple of 8
std::string random_digits(std::size_t count) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::random_device random;
    std::string out;
    do {
        out.clear();
        while (out.size() < count) {
            const std::uint32_t bits = random();
            for (unsigned shift = 0; shift < 32; shift += 4) out += digits[bits >> shift & 0xFU];
        }
    } while (is_zero(out));
    return out;
}

}  // namespace

std::optional<TraceContext> TraceContext::parse(std::string_view traceparent) {
    if (traceparent.size() < whole_size) return std::nullopt;
    const std::string_view version = traceparent.substr(0, version_digits);
    const std::string_view trace = traceparent.substr(version_digits + 1, trace_digits);
    const std::string_view span = traceparent.substr(version_digits + trace_digits + 2, span_digits);
    const std::string_view flags = traceparent.substr(whole_size - flag_digits, flag_digits);
    const bool has_dashes = traceparent[version_digits] == '-' && traceparent[version_digits + 1 + trace_digits] == '-' &&
                            traceparent[whole_size - flag_digits - 1] == '-';
    const bool is_known = version == "00";
    const bool ends_well = traceparent.size() == whole_size || (!is_known && traceparent[whole_size] == '-');
    if (!has_dashes || !ends_well || version == "ff") return std::nullopt;
    for (const std::string_view part : {version, trace, span, flags}) {
        if (!is_hexadecimal(part)) return std::nullopt;
    }
    if (is_zero(trace) || is_zero(span)) return std::nullopt;
    // Of the flags of a later version only the first is known.
    const bool is_sampled = flags.back() % 2 == (flags.back() >= 'a' ? 0 : 1);
    return TraceContext(std::string(trace), is_known ? std::string(flags) : is_sampled ? "01" : "00");
}

TraceContext TraceContext::make() { return {random_digits(trace_digits), "01"}; }

std::string TraceContext::new_child() const { return "00-" + trace_id_ + "-" + random_digits(span_digits) + "-" + flags_; }

}  // namespace kahn
