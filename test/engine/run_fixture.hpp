#pragma once

#include "engine/engine.hpp"
#include "support/event_recorder.hpp"
#include "support/manual_clock.hpp"
#include "support/pipelines.hpp"
#include "support/scripted_executor.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace kahn::test {

/// An engine without processes and without time, driven step by step.
class RunFixture {
public:
    TemporaryDirectory workspace;
    boost::asio::io_context context{1};
    std::shared_ptr<ScriptedExecutor> executor = std::make_shared<ScriptedExecutor>();
    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    std::shared_ptr<EventRecorder> events = std::make_shared<EventRecorder>();
    std::shared_ptr<RunControl> control = std::make_shared<RunControl>();
    boost::asio::cancellation_signal cancellation;
    std::optional<Pipeline> result;
    unsigned max_workers = 10;
    PastDurations past;

    /// Runs until nothing can go on by itself.
    void settle() {
        context.restart();
        context.poll();
    }

    void start(Pipeline definition, RunOptions options = RunOptions()) {
        EngineOptions engine_options;
        engine_options.max_workers = max_workers;
        engine_options.executor = executor;
        engine_options.clock = clock;
        engine_options.past_durations = past;
        engine_options.observers = {events};
        engine_ = std::make_unique<Engine>(std::move(engine_options), workspace.path(), Logger());
        if (!options.branch) options.branch = "main";
        auto prepared = engine_->prepare(std::move(definition), options);
        auto run = engine_->run(context.get_executor(), std::move(prepared), std::move(options), control);
        auto keep = [this](const std::exception_ptr& failure, Pipeline finished) {
            if (failure) std::rethrow_exception(failure);
            result = std::move(finished);
        };
        boost::asio::co_spawn(context, std::move(run), boost::asio::bind_cancellation_slot(cancellation.slot(), std::move(keep)));
        settle();
    }

    /// Starts a run that needs no help to end.
    const Pipeline& run(Pipeline definition, RunOptions options = RunOptions()) {
        start(std::move(definition), std::move(options));
        return result.value();
    }

    void advance(std::chrono::nanoseconds duration) {
        clock->advance(duration);
        settle();
    }

private:
    std::unique_ptr<Engine> engine_;
};

inline const PipelineStage& stage_of(const Pipeline& run, std::string_view name) { return *run.find_stage(name); }
inline const PipelineJob& job_of(const Pipeline& run, std::string_view stage, std::size_t job = 0) {
    return run.find_stage(stage)->jobs.at(job);
}

}  // namespace kahn::test

// Boost.Test prints them when a check fails.
namespace kahn {
inline std::ostream& operator<<(std::ostream& out, PipelineStatus status) { return out << to_string(status); }
}  // namespace kahn
