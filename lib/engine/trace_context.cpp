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

std::uint64_t random_number() {
    std::random_device random;
    return std::uint64_t{random()} << 32U | random();
}

std::string digits_of(std::uint64_t number) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out(span_digits, '0');
    for (char& digit : out) {
        digit = digits[number >> 60U];
        number <<= 4U;
    }
    return out;
}

/// A permutation of all numbers that leaves no likeness between neighbours (SplitMix64, Steele et al., 2014).
std::uint64_t mixed(std::uint64_t number) {
    number = (number ^ number >> 30U) * 0xBF58476D1CE4E5B9U;
    number = (number ^ number >> 27U) * 0x94D049BB133111EBU;
    return number ^ number >> 31U;
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

TraceContext TraceContext::make() {
    std::string id = digits_of(random_number()) + digits_of(random_number());
    if (is_zero(id)) id.back() = '1';
    return {std::move(id), "01"};
}

TraceContext::TraceContext(std::string trace_id, std::string flags)
    : trace_id_(std::move(trace_id)), flags_(std::move(flags)), last_span_(random_number()) {}

std::string TraceContext::new_child() {
    if (++last_span_ == 0) ++last_span_;  // the only number that is mixed to 0, which is no span
    return "00-" + trace_id_ + "-" + digits_of(mixed(last_span_)) + "-" + flags_;
}

}  // namespace kahn
