#include "engine/job_files.hpp"

#include "engine/artifacts.hpp"
#include "engine/test_reports.hpp"
#include "engine/verdict.hpp"

#include <kahn/base/error.hpp>
#include <kahn/base/masker.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace kahn {

namespace asio = boost::asio;
using graph::NodeIndex;

namespace {

/// \return false: told to end before all was done
template <class Work>
asio::awaitable<bool> in_slices(asio::any_io_executor strand, Work& work, const std::optional<Reason>& told_to_end) {
    constexpr int steps_a_slice = 4;
    int steps = 0;
    while (work.step()) {
        if (++steps % steps_a_slice != 0) continue;
        co_await asio::post(strand, asio::use_awaitable);
        if (told_to_end) co_return false;
    }
    co_return true;
}

/// The names of artifacts are shown and are paths: one with a secret in it can be neither shown nor hidden.
void require_plain_names(const Masker& masker, const std::vector<Artifact>& files) {
    for (const Artifact& file : files) {
        if (!masker.finds_in(file.path.native())) continue;
        throw Error(Errc::invalid_argument, "the name of an artifact has a secret in it: " + file.path.string());
    }
}

}  // namespace

asio::awaitable<void> keep_artifacts(std::shared_ptr<Run> run, NodeIndex node, const AttemptRequest& request, JobAttempt& attempt,
                                     const Run::RunningJob& running) {
    if (request.job.artifacts.empty()) co_return;
    PipelineJob& job = run->job_of(node);
    const auto place = run->node(node);
    const auto strand = run->strand();
    const auto target = run->files().artifacts(place.stage, place.job);
    try {
        ArtifactCollection collection(request.working_directory, request.job.artifacts, target);
        const bool is_whole = co_await in_slices(strand, collection, running.told_to_end);
        if (!is_whole) {
            AttemptVerdict verdict = judge_ended(*running.told_to_end);
            attempt.status = verdict.status;
            attempt.reason = std::move(verdict.reason);
            job.warnings.emplace_back("its commands had succeeded; it was ended while its artifacts were collected: none is kept");
        } else {
            auto collected = collection.take();
            if (run->masker()) require_plain_names(*run->masker(), collected.files);
            job.warnings.insert(job.warnings.end(), collected.warnings.begin(), collected.warnings.end());
            for (Artifact& file : collected.files) {
                file.path = std::filesystem::relative(target / file.path, run->files().all_artifacts());
                job.collected_artifacts.push_back(std::move(file));
            }
        }
    } catch (const std::exception& failure) {
        attempt.status = PipelineStatus::failure;
        attempt.reason = Reason(Reason::Code::artifacts, failure.what());
    }
    if (attempt.status == PipelineStatus::success) co_return;
    job.outputs.clear();  // they are of a success
    std::error_code ignored;
    std::filesystem::remove_all(target, ignored);
}

asio::awaitable<void> keep_tests(std::shared_ptr<Run> run, NodeIndex node, const AttemptRequest& request, const Run::RunningJob& running) {
    if (request.job.junit_reports.empty()) co_return;
    PipelineJob& job = run->job_of(node);
    const auto strand = run->strand();
    const bool was_told_before = running.told_to_end.has_value();
    const std::optional<Reason> never;
    TestReportReading reading(request.working_directory, request.job.junit_reports, job.start_time);
    // What a cancelled job has left is read all the same; it is small as a rule, and tells how far the tests came.
    const auto& told_to_end = was_told_before ? never : running.told_to_end;
    const bool is_whole = co_await in_slices(strand, reading, told_to_end);
    auto read = reading.take();
    job.tests = std::move(read.counts);
    job.warnings.insert(job.warnings.end(), read.warnings.begin(), read.warnings.end());
    if (!is_whole) job.warnings.emplace_back("it was ended while its test reports were read: the counts are not complete");
}

}  // namespace kahn
