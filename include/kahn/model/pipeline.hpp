#pragma once

#include <kahn/base/time.hpp>
#include <kahn/model/attempt.hpp>
#include <kahn/model/status.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn {

/// Names and values that reach the commands through their environment.
using Variables = std::map<std::string, std::string, std::less<>>;

/// Where something stands in a pipeline file. Lines and columns count from 1; columns count bytes.
struct SourceLocation {
    SourceLocation() = default;
    SourceLocation(int line_, int column_) : line(line_), column(column_) {}

    int line = 0;  ///< 0: it comes from no file
    int column = 0;

    friend auto operator<=>(const SourceLocation&, const SourceLocation&) = default;
};

/// What may start a pipeline.
enum class Trigger { push, pull_request, manual, schedule };

std::string_view to_string(Trigger trigger) noexcept;
std::optional<Trigger> parse_trigger(std::string_view word) noexcept;

/// A file that a job made and the run keeps.
struct Artifact {
    Artifact() = default;
    explicit Artifact(std::filesystem::path path_, std::uint64_t bytes_ = 0, std::string sha256_ = {})
        : path(std::move(path_)), bytes(bytes_), sha256(std::move(sha256_)) {}

    std::filesystem::path path;  ///< relative to the run's `artifacts/`
    std::uint64_t bytes = 0;
    std::string sha256;  ///< of its content, in lower-case hexadecimal

    friend bool operator==(const Artifact&, const Artifact&) = default;
};
static_assert(!std::is_aggregate_v<Artifact>);

/// What a job's JUnit files say, added up.
struct TestCounts {
    TestCounts() = default;

    std::size_t total = 0;
    std::size_t failed = 0;   ///< failures and errors
    std::size_t skipped = 0;
    std::vector<std::string> failed_names;  ///< `class.name`, sorted, each once
    std::vector<std::string> flaky_names;   ///< failed and passed within the same file

    friend bool operator==(const TestCounts&, const TestCounts&) = default;
};
static_assert(!std::is_aggregate_v<TestCounts>);

/// A workflow on GitHub Actions that runs in place of a job's commands.
struct GithubWorkflow {
    GithubWorkflow() = default;

    std::string repo;      ///< `owner/name`
    std::string workflow;  ///< a file's name or a number
    std::string ref;       ///< a branch or a tag; empty: the repository's default branch
    Variables inputs;
    bool wait = true;      ///< false: the job has succeeded once the workflow has been started

    friend bool operator==(const GithubWorkflow&, const GithubWorkflow&) = default;
};
static_assert(!std::is_aggregate_v<GithubWorkflow>);

/// What becomes of processes that are still there when an attempt's commands have ended.
enum class LeftoverPolicy {
    kill,  ///< ended, with a warning
    keep,  ///< left alone, with a warning
    fail,  ///< ended, and the attempt has failed
};

std::string_view to_string(LeftoverPolicy policy) noexcept;
std::optional<LeftoverPolicy> parse_leftover_policy(std::string_view word) noexcept;

/// A coroutine that runs in place of a job's commands.
class NativeWork;

/// The smallest unit that is scheduled: commands that run one after another in the same place.
///
/// The upper part is what the pipeline file says, the lower part is filled by a run.
struct PipelineJob {
    PipelineJob() = default;
    PipelineJob(std::string name_, std::vector<std::string> commands_)
        : name(std::move(name_)), commands(std::move(commands_)) {}

    std::string name;
    std::vector<std::string> commands;      ///< empty only where `github` or `native` stands in their place
    std::optional<GithubWorkflow> github;
    std::shared_ptr<const NativeWork> native;  ///< no file can say it
    std::vector<std::string> wrap;          ///< words before each command's own: `executor: {wrap: [...]}`
    LeftoverPolicy leftovers = LeftoverPolicy::kill;
    Variables environment;
    std::vector<std::string> artifacts;     ///< globs, relative to the working directory
    std::vector<std::string> junit_reports;  ///< globs, relative to the working directory: `reports: {junit: ...}`
    std::vector<std::string> dependencies;  ///< `job` of the same stage, or `stage.job`
    std::chrono::milliseconds timeout{std::chrono::hours{1}};  ///< of one attempt
    int retry_count = 0;                                       ///< attempts beyond the first
    std::chrono::milliseconds retry_delay{0};
    bool allow_failure = false;
    std::string working_directory;  ///< empty: the directory the run was started in
    SourceLocation location;

    PipelineStatus status = PipelineStatus::pending;
    Reason reason;
    std::optional<SystemTime> start_time;
    std::optional<SystemTime> end_time;
    std::chrono::nanoseconds duration{0};  ///< start to end, retries and their delays included
    std::optional<int> exit_code;          ///< of the last attempt
    std::string output;                    ///< tail of the last attempt's standard output
    std::string error;                     ///< tail of the last attempt's standard error
    std::vector<JobAttempt> attempts;
    std::vector<Artifact> collected_artifacts;
    Variables outputs;            ///< what it wrote to `$KAHN_OUTPUT`; what depends on it sees them as variables
    std::optional<TestCounts> tests;  ///< from the JUnit files it wrote, if it says that it writes any
    std::string digest;           ///< SHA-256 of all that decides its result: see job_digest(); empty if it was never to start
    std::string reused_from;      ///< the run whose recorded success stands for this job; empty: it ran, or did not get to
    std::vector<std::string> warnings;
};
static_assert(!std::is_aggregate_v<PipelineJob>);

/// When a stage runs at all: everything that is given must hold.
struct StageConditions {
    StageConditions() = default;

    std::vector<std::string> branch;  ///< globs, one of which must match; empty: any branch
    Variables environment;            ///< each must have just this value
    std::string custom;               ///< an expression; empty: `success()`

    bool empty() const noexcept { return branch.empty() && environment.empty() && custom.empty(); }
    friend bool operator==(const StageConditions&, const StageConditions&) = default;
};
static_assert(!std::is_aggregate_v<StageConditions>);

/// Jobs that start together once the stages they depend on have ended.
struct PipelineStage {
    PipelineStage() = default;
    explicit PipelineStage(std::string name_, std::vector<PipelineJob> jobs_ = {})
        : name(std::move(name_)), jobs(std::move(jobs_)) {}

    std::string name;
    std::vector<PipelineJob> jobs;
    std::vector<std::string> dependencies;  ///< stage names
    Variables environment;
    bool allow_failure = false;
    bool parallel = true;  ///< false: one after another, the first failure skips the rest
    StageConditions conditions;
    SourceLocation location;

    PipelineStatus status = PipelineStatus::pending;
    Reason reason;
    std::optional<SystemTime> start_time;
    std::optional<SystemTime> end_time;
    std::chrono::nanoseconds duration{0};
};
static_assert(!std::is_aggregate_v<PipelineStage>);

/// A definition, and after a run the result of that run.
struct Pipeline {
    Pipeline() = default;

    std::string name;
    std::string description;
    Variables variables;
    std::vector<std::string> secrets;  ///< names of variables whose values are never shown or written
    std::vector<Trigger> triggers;
    std::chrono::milliseconds timeout{std::chrono::hours{2}};  ///< of a whole run
    std::vector<PipelineStage> stages;
    std::filesystem::path source;  ///< the file it was read from; empty if there was none

    std::string run_id;  ///< a ULID; empty if it has not run
    PipelineStatus status = PipelineStatus::pending;
    Reason reason;
    std::optional<SystemTime> start_time;
    std::optional<SystemTime> end_time;
    std::chrono::nanoseconds duration{0};

    PipelineStage* find_stage(std::string_view stage_name) noexcept;
    const PipelineStage* find_stage(std::string_view stage_name) const noexcept;
    std::size_t job_count() const noexcept;
};
static_assert(!std::is_aggregate_v<Pipeline>);

/// Equality is of definitions: results, locations and the file do not count.
bool operator==(const PipelineJob& a, const PipelineJob& b);
bool operator==(const PipelineStage& a, const PipelineStage& b);
bool operator==(const Pipeline& a, const Pipeline& b);

}  // namespace kahn
