#pragma once

#include <kahn/manager/async_pipeline_manager.hpp>
#include <kahn/remote/types.hpp>

#include <string>
#include <string_view>

namespace kahn {

/// The words of one operation in its failures.
struct RemoteWords {
    std::string_view http;     ///< `Failed to trigger pipeline`: the message for an answer that is an error
    std::string_view http_error;  ///< `Failed to trigger pipeline`: the error, before `: HTTP 404`
    std::string_view timeout;  ///< `Pipeline trigger request timed out`
    std::string_view network;  ///< `Network error triggering pipeline`
    bool says_message = false;  ///< whether the server's words follow the code
};

/// What a failure is told as: a status, one line and everything else in the data.
AsyncPipelineResult failed_result(std::string pipeline_id, const RemoteWords& words, const remote::RemoteFailure& failure, SystemTime now);
boost::json::object failure_data(const remote::RemoteFailure& failure);

/// `Pipeline completed (success)` with all that is known of the run.
AsyncPipelineResult run_result(const remote::WorkflowRun& run, const std::string& reason, PipelineStatus status, SystemTime now);

}  // namespace kahn
