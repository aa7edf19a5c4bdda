#pragma once

#include <kahn/base/error.hpp>
#include <kahn/store/store.hpp>

#include "support/pipelines.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace kahn::test {

inline const SystemTime epoch_of_tests{std::chrono::hours{24 * 20'000}};

/// A run of one stage `s` as it is after its end. Every job took ten times its place in milliseconds.
inline RunRecord ended_run(const std::string& id, const std::string& pipeline, SystemTime start, PipelineStatus status,
                           std::vector<std::pair<std::string, PipelineStatus>> jobs) {
    RunRecord record;
    Pipeline& run = record.pipeline;
    run.run_id = id;
    run.name = pipeline;
    run.status = status;
    run.start_time = start;
    run.end_time = start + std::chrono::milliseconds{100};
    run.duration = std::chrono::milliseconds{100};
    run.stages.emplace_back("s");
    run.stages[0].status = status;
    int place = 0;
    for (auto& [name, its_status] : jobs) {
        PipelineJob job(name, {"true"});
        job.status = its_status;
        ++place;
        if (its_status == PipelineStatus::success || its_status == PipelineStatus::failure) {
            job.duration = std::chrono::milliseconds{10 * place};
            job.start_time = start;
            job.attempts.emplace_back();
            job.attempts[0].status = its_status;
            job.attempts[0].duration = job.duration;
        }
        run.stages[0].jobs.push_back(std::move(job));
    }
    return record;
}

/// Ids that sort by their number.
inline std::string numbered(unsigned number) {
    char text[32];
    std::snprintf(text, sizeof text, "01TEST%08u", number);
    return text;
}

/// A store of its own, and what it warns of.
struct StoreFixture {
    TemporaryDirectory workspace;
    std::vector<std::string> log;

    store::StoreOptions options() {
        store::StoreOptions options;
        options.retention.age = std::chrono::hours{24 * 365 * 50};  // the tests' runs are of a fixed day
        options.log_sink = [this](LogLevel, std::string_view line) { log.emplace_back(line); };
        return options;
    }
    store::Store open() { return store::Store(workspace.path(), options()); }
    bool logged(const std::string& part) const {
        return std::any_of(log.begin(), log.end(), [&](const auto& line) { return line.find(part) != std::string::npos; });
    }
};

inline auto error_with(Errc code, std::string part) {
    return [code, part = std::move(part)](const Error& error) {
        const bool fits = error.code() == code && std::string(error.what()).find(part) != std::string::npos;
        if (!fits) BOOST_TEST_MESSAGE("it said: " << error.what());
        return fits;
    };
}

}  // namespace kahn::test
