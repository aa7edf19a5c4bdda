#pragma once

#include "process/log_file.hpp"
#include "process/tail.hpp"

#include <kahn/model/attempt.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace kahn::process {

/// Where goes what an attempt prints, whoever prints it: its log, the tail of each stream, its listener.
///
/// Lives on the attempt's executor.
class OutputSink {
public:
    OutputSink(const std::shared_ptr<TailBudget>& budget, std::size_t kept_bytes, LogFile log,
               std::shared_ptr<AttemptListener> listener);

    void take(OutputStream stream, std::string_view bytes);
    /// Ends the log and reports in `outcome`. Nothing may follow.
    void finish(AttemptOutcome& outcome);

private:
    LogFile log_;
    Tail output_;
    Tail error_;
    const std::shared_ptr<AttemptListener> listener_;
    std::uint64_t bytes_ = 0;
};

}  // namespace kahn::process
