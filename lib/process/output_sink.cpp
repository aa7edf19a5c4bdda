#include "process/output_sink.hpp"

#include <utility>

namespace kahn::process {

OutputSink::OutputSink(const std::shared_ptr<TailBudget>& budget, std::size_t kept_bytes, LogFile log,
                       std::shared_ptr<AttemptListener> listener)
    : log_(std::move(log)), output_(budget, kept_bytes), error_(budget, kept_bytes), listener_(std::move(listener)) {}

void OutputSink::take(OutputStream stream, std::string_view bytes) {
    log_.append(bytes);
    (stream == OutputStream::stdout_stream ? output_ : error_).append(bytes);
    if (listener_) listener_->on_output(stream, bytes_, bytes);
    bytes_ += bytes.size();
}

void OutputSink::finish(AttemptOutcome& outcome) {
    log_.finish();
    outcome.output = output_.text();
    outcome.error = error_.text();
    outcome.output_bytes = bytes_;
    outcome.log_truncated = log_.is_truncated();
    if (!log_.error().empty()) outcome.warnings.push_back(log_.error());
}

}  // namespace kahn::process
