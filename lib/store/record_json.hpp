#pragma once

#include <kahn/model/run_record.hpp>

#include <boost/json/object.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace kahn::store {

// The public form of a remembered run, version 1. What is empty, zero or not known is left out; text that is not UTF-8 stands as
// `{"b64": ...}`; times are UTC with nanoseconds; paths below the run's directory are relative to it, so that a workspace may be
// moved. Readers ignore keys that they do not know.

constexpr int record_version = 1;

/// \param directory of the run
std::string to_json(const RunRecord& record, const std::filesystem::path& directory);
/// The record of a run that is not in it: a large pipeline is not copied only to be written.
std::string to_json(const RunRecord& about, const Pipeline& run, const std::filesystem::path& directory);

/// Reads what to_json() wrote into an equal record.
/// \throws Error (workspace_unusable) that says what is wrong with the text
RunRecord record_from_json(std::string_view text, const std::filesystem::path& directory);

/// Whether what a job printed is part of its result: `events.ndjson` holds no output.
enum class Tails { with, without };

/// Appends what a run found out about a job, as one JSON object.
void append_result(std::string& out, const PipelineJob& job, Tails tails, const std::filesystem::path& directory);
void append_result(std::string& out, const PipelineStage& stage);
void append_result(std::string& out, const Pipeline& run);
void append_attempt(std::string& out, const JobAttempt& attempt, Tails tails, const std::filesystem::path& directory);

// The other way. \throws Error (workspace_unusable)
void read_result(const boost::json::object& from, PipelineJob& job, const std::filesystem::path& directory);
void read_result(const boost::json::object& from, PipelineStage& stage);
void read_result(const boost::json::object& from, Pipeline& run);
JobAttempt read_attempt(const boost::json::object& from, const std::filesystem::path& directory);

}  // namespace kahn::store
