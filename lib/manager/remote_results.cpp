#include "manager/remote_results.hpp"

#include "remote/timestamps.hpp"

#include <boost/json/value_from.hpp>

namespace kahn {

namespace json = boost::json;
using remote::ErrorKind;

namespace {

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

}  // namespace

json::object AsyncPipelineResult::to_json() const {
    json::object out;
    out["pipeline_id"] = pipeline_id;
    out["status"] = to_string(status);
    out["message"] = message;
    out["data"] = data ? json::value(*data) : json::value(nullptr);
    out["error"] = error ? json::value(*error) : json::value(nullptr);
    out["timestamp"] = remote::to_iso8601_with_offset(timestamp);
    return out;
}

json::object failure_data(const remote::RemoteFailure& failure) {
    json::object data;
    data["error_kind"] = to_string(failure.kind);
    data["http_status"] = failure.http_status != 0 ? json::value(static_cast<std::int64_t>(failure.http_status)) : json::value(nullptr);
    data["github_message"] = text_or_null(failure.github_message);
    data["request_id"] = text_or_null(failure.request_id);
    data["hint"] = text_or_null(failure.hint);
    data["attempts"] = failure.attempts;
    data["retry_after"] = failure.retry_after ? json::value(static_cast<std::int64_t>(failure.retry_after->count())) : json::value(nullptr);
    return data;
}

AsyncPipelineResult failed_result(std::string pipeline_id, const RemoteWords& words, const remote::RemoteFailure& failure, SystemTime now) {
    AsyncPipelineResult result;
    result.pipeline_id = std::move(pipeline_id);
    result.status = PipelineStatus::failure;
    result.timestamp = now;
    result.data = failure_data(failure);
    const bool is_answer = failure.http_status >= 300 && failure.kind != ErrorKind::proxy && failure.kind != ErrorKind::outcome_unknown;
    if (is_answer) {
        result.message = words.http;
        result.error = std::string(words.http_error) + ": HTTP " + std::to_string(failure.http_status);
        if (words.says_message) {
            // The text is `HTTP 422 - words`, with the body where there are none.
            const auto dash = failure.text.find(" - ");
            *result.error += " - " + (dash == std::string::npos ? failure.text : failure.text.substr(dash + 3));
        } else if (failure.retry_after) {
            *result.error += " (" + failure.text + ")";
        }
        return result;
    }
    switch (failure.kind) {
        case ErrorKind::timeout:
            result.message = words.timeout;
            result.error = std::string(words.timeout);
            break;
        case ErrorKind::outcome_unknown:
            result.message = words.http;
            result.error = failure.text;
            break;
        case ErrorKind::cancelled:
        case ErrorKind::invalid_argument:
        case ErrorKind::bad_json:
        case ErrorKind::bad_encoding:
        case ErrorKind::too_large:
        case ErrorKind::superseded:
        case ErrorKind::conflict:
            result.message = words.http;
            result.error = std::string(words.http_error) + ": " + failure.text;
            break;
        default:
            result.message = "Network error";
            result.error = std::string(words.network) + ": " + failure.text;
            break;
    }
    return result;
}

AsyncPipelineResult run_result(const remote::WorkflowRun& run, const std::string& reason, PipelineStatus status, SystemTime now) {
    AsyncPipelineResult result;
    result.pipeline_id = std::to_string(run.id);
    result.status = status;
    result.message = "Pipeline " + (run.status.empty() ? "unknown" : run.status);
    if (!run.conclusion.empty()) result.message += " (" + run.conclusion + ")";
    result.timestamp = now;
    json::object data;
    data["run_id"] = run.id;
    data["name"] = text_or_null(run.name);
    data["head_branch"] = text_or_null(run.head_branch);
    data["head_sha"] = run.head_sha;
    data["status"] = text_or_null(run.status);
    data["conclusion"] = text_or_null(run.conclusion);
    data["html_url"] = run.html_url;
    data["created_at"] = text_or_null(run.created_at);
    data["updated_at"] = text_or_null(run.updated_at);
    data["run_started_at"] = text_or_null(run.run_started_at);
    data["run_attempt"] = run.run_attempt;
    data["run_number"] = run.run_number;
    data["event"] = run.event;
    data["display_title"] = run.display_title;
    data["reason"] = text_or_null(reason);
    data["jobs_url"] = run.jobs_url;
    data["workflow_id"] = run.workflow_id;
    data["path"] = run.path;
    data["actor"] = text_or_null(run.actor);
    result.data = std::move(data);
    return result;
}

}  // namespace kahn
