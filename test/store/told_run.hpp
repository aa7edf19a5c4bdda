#pragma once

#include "store/store_fixture.hpp"

#include <kahn/model/event.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace kahn::test {

/// A run of two jobs that is told to a recorder event by event.
struct Told : StoreFixture {
    Pipeline run;
    std::uint64_t sequence = 0;
    const std::string trace_of_tests = "4bf92f3577b34da6a3ce929d0e0e4736";
    JobAttempt attempt;

    Told() {
        run = pipeline({stage("s", {job("a"), job("b")})});
        run.run_id = numbered(1);
        run.status = PipelineStatus::running;
        run.start_time = epoch_of_tests;
    }
    void tell(Observer& observer, event::Payload what) { observer.on_event(Event{sequence++, epoch_of_tests, run, std::move(what)}); }
    void begin(Observer& observer) {
        event::RunStarted started;
        started.jobs = 2;
        started.levels = 1;
        started.max_workers = 4;
        started.trace_id = trace_of_tests;
        tell(observer, started);
        run.stages[0].status = PipelineStatus::running;
        tell(observer, event::StageStarted{run.stages[0]});
    }
    PipelineJob& its(std::size_t index) { return run.stages[0].jobs[index]; }
    void start(Observer& observer, std::size_t index) {
        its(index).status = PipelineStatus::running;
        its(index).attempts.emplace_back();
        its(index).attempts[0].status = PipelineStatus::running;
        its(index).attempts[0].start_time = epoch_of_tests;
        tell(observer, event::JobStarted{run.stages[0], its(index), its(index).attempts[0]});
    }
    void finish(Observer& observer, std::size_t index, PipelineStatus status = PipelineStatus::success) {
        its(index).status = its(index).attempts[0].status = status;
        its(index).outputs = {{"X", "line\nline"}};
        its(index).digest = "abc";
        tell(observer, event::JobFinished{run.stages[0], its(index), false});
    }
    void end(Observer& observer) {
        run.stages[0].status = run.status = PipelineStatus::success;
        run.end_time = epoch_of_tests;
        tell(observer, event::StageFinished{run.stages[0]});
        event::RunFinished finished;
        finished.critical_path = {"a"};
        tell(observer, std::move(finished));
    }
    std::string events_text() const { return workspace.read(".kahn/runs/" + numbered(1) + "/events.ndjson"); }
};

}  // namespace kahn::test
