#pragma once

#include <kahn/model/report.hpp>

#include <string>

namespace kahn::render {

/// A report as one JSON object, line end included: `v type run pipeline generated_at status reason findings metrics`, and what
/// belongs to its type. It is complete, whatever Markdown and HTML leave out for length. Durations are whole milliseconds,
/// times UTC; a value that is not known is null.
std::string to_json(const PipelineReport& report);

/// A report in GitHub's Markdown. Nothing that a name or a log says is formatting.
std::string to_markdown(const PipelineReport& report);

/// A report as one HTML file that needs nothing else: no script, no font, no picture from outside; a Content-Security-Policy
/// forbids all of it. Timeline and graph are drawn for `execution`, `performance` and `summary`; of very large runs the first
/// 400 jobs and graphs of at most 300 stages.
std::string to_html(const PipelineReport& report);

/// A run as JUnit XML (the dialect of Jenkins and GitLab): a test suite a stage, a test case a job. A failure that is allowed counts
/// as skipped, with what it came to in its message.
std::string to_junit(const RunRecord& record);

/// A run for chrome://tracing and ui.perfetto.dev: the Trace Event Format as a JSON object, complete events, a thread a worker
/// slot, and one process more for the stages. Times are microseconds since the run's start.
std::string to_trace(const RunRecord& record);

/// How a pipeline does, in a few lines for a terminal; the same as one JSON object, line end included.
std::string to_text(const PipelineHealth& health);
std::string to_json(const PipelineHealth& health);

/// A period against the one before, in a few lines for a terminal; the same as one JSON object, line end included.
std::string to_text(const MetricsSummary& summary);
std::string to_json(const MetricsSummary& summary);

}  // namespace kahn::render
