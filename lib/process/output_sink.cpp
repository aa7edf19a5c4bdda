#include "process/output_sink.hpp"

#include <string>
#include <utility>

namespace kahn::process {

OutputSink::OutputSink(const std::shared_ptr<TailBudget>& budget, std::size_t kept_bytes, LogFile log,
                       std::shared_ptr<AttemptListener> listener, const std::shared_ptr<const Masker>& masker)
    : log_(std::move(log)), output_(budget, kept_bytes), error_(budget, kept_bytes), listener_(std::move(listener)) {
    if (masker) masking_.assign(2, MaskingStream(masker));
}

MaskingStream* OutputSink::masking(OutputStream stream) noexcept {
    return masking_.empty() ? nullptr : &masking_[stream == OutputStream::stdout_stream ? 0 : 1];
}

void OutputSink::take(OutputStream stream, std::string_view bytes) {
    MaskingStream* const masks = masking(stream);
    if (!masks) return tell(stream, bytes);
    std::string out;
    out.reserve(bytes.size());
    masks->feed(bytes, out);
    tell(stream, out);
}

void OutputSink::end(OutputStream stream) {
    MaskingStream* const masks = masking(stream);
    if (!masks) return;
    std::string rest;
    masks->finish(rest);
    tell(stream, rest);
}

void OutputSink::tell(OutputStream stream, std::string_view bytes) {
    if (bytes.empty()) return;
    log_.append(bytes);
    (stream == OutputStream::stdout_stream ? output_ : error_).append(bytes);
    if (listener_) listener_->on_output(stream, bytes_, bytes);
    bytes_ += bytes.size();
}

void OutputSink::finish(AttemptOutcome& outcome) {
    end(OutputStream::stdout_stream);
    end(OutputStream::stderr_stream);
    log_.finish();
    outcome.output = output_.text();
    outcome.error = error_.text();
    outcome.output_bytes = bytes_;
    outcome.log_truncated = log_.is_truncated();
    if (!log_.error().empty()) outcome.warnings.push_back(log_.error());
}

}  // namespace kahn::process
