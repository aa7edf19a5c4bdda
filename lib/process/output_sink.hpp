#pragma once

#include "process/log_file.hpp"
#include "process/tail.hpp"

#include <kahn/base/masker.hpp>
#include <kahn/model/attempt.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace kahn::process {

/// Where goes what an attempt prints, whoever prints it, without its secrets: its log, the tail of each stream, its listener.
/// Offsets and counts are of what goes there.
///
/// Lives on the attempt's executor.
class OutputSink {
public:
    OutputSink(const std::shared_ptr<TailBudget>& budget, std::size_t kept_bytes, LogFile log,
               std::shared_ptr<AttemptListener> listener, const std::shared_ptr<const Masker>& masker);

    void take(OutputStream stream, std::string_view bytes);
    /// Nothing more comes of this stream: what might have become a secret is none.
    void end(OutputStream stream);
    /// Ends the log and reports in `outcome`. Nothing may follow.
    void finish(AttemptOutcome& outcome);

private:
    void tell(OutputStream stream, std::string_view bytes);
    MaskingStream* masking(OutputStream stream) noexcept;

    LogFile log_;
    Tail output_;
    Tail error_;
    const std::shared_ptr<AttemptListener> listener_;
    std::vector<MaskingStream> masking_;  // one a stream; empty: there is nothing to hide
    std::uint64_t bytes_ = 0;
};

}  // namespace kahn::process
