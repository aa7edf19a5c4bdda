#include "past_runs.hpp"

#include <kahn/base/error.hpp>
#include <kahn/store/store.hpp>

#include "monitor/streaks.hpp"

#include <utility>
#include <vector>

namespace kahn::app {
namespace {

render::PastRuns read(const store::Store& store, std::string_view pipeline, std::string_view run_id) {
    constexpr std::size_t looked_at = 100;
    constexpr std::size_t most_successes = 20;
    render::PastRuns past;
    past.usual = store.usual_durations(pipeline);
    store::RunQuery query;
    query.pipeline = pipeline;
    query.limit = looked_at;
    std::vector<RunOutcome> outcomes;
    for (const store::RunSummary& run : store.runs(query)) {
        if (run.id == run_id || !monitor::is_verdict(run.status)) continue;
        RunOutcome outcome;
        outcome.id = run.id;
        outcome.status = run.status;
        outcome.start_time = run.start_time;
        outcomes.push_back(std::move(outcome));
        if (run.status == PipelineStatus::success && past.successes.size() < most_successes) past.successes.push_back({run.duration, run.jobs_executed});
    }
    past.failing_since = monitor::failing_since(outcomes);
    if (!outcomes.empty() && outcomes.front().status == PipelineStatus::success) {
        past.last_success = outcomes.front().id;
        past.last_success_time = outcomes.front().start_time;
    }
    return past;
}

}  // namespace

render::FindPastRuns past_runs_in(std::function<std::shared_ptr<store::Store>()> store) {
    return [store = std::move(store)](std::string_view pipeline, std::string_view run_id) {
        try {
            return read(*store(), pipeline, run_id);
        } catch (const Error&) {
            return render::PastRuns();  // who records the run says so
        }
    };
}

}  // namespace kahn::app
