#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kahn {

inline const std::string traceparent_name = "TRACEPARENT";

/// The trace that a run belongs to (https://www.w3.org/TR/trace-context/#traceparent-header).
class TraceContext {
public:
    /// Nothing for a text that is no `traceparent`. Versions after 00 are read as the standard wants it: by their first four fields.
    static std::optional<TraceContext> parse(std::string_view traceparent);
    /// A trace of its own, sampled: whoever is below may record it.
    static TraceContext make();

    const std::string& trace_id() const noexcept { return trace_id_; }
    /// For somebody below: the same trace, a span id of its own.
    std::string new_child();

private:
    TraceContext(std::string trace_id, std::string flags);

    std::string trace_id_;
    std::string flags_;
    std::uint64_t last_span_;  // one look at the machine's randomness a run, instead of one an attempt
};

}  // namespace kahn
