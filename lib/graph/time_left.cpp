#include <kahn/graph/time_left.hpp>

#include <kahn/graph/algorithms.hpp>

#include "graph/job_graph.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace kahn::graph {
namespace {

std::string key(std::string_view stage, std::string_view job) {
    std::string both(stage);
    both += '\0';
    both += job;
    return both;
}

}  // namespace

struct TimeLeft::Impl {
    enum class State : std::uint8_t { waits, runs, ended };

    explicit Impl(const Pipeline& pipeline, const UsualDurations& durations, unsigned worker_count)
        : jobs(pipeline), workers(worker_count), state(jobs.size(), State::waits), usual(jobs.size()), began(jobs.size()) {
        for (NodeIndex n = 0; n < jobs.size(); ++n) {
            const JobGraph::Node& node = jobs.node(n);
            if (node.kind != JobGraph::Kind::job) {
                state[n] = State::ended;  // takes no time
                continue;
            }
            const PipelineStage& stage = pipeline.stages[node.stage];
            const PipelineJob& job = stage.jobs[node.job];
            places.emplace(key(stage.name, job.name), n);
            if (durations) usual[n] = durations(stage.name, job.name);
        }
    }

    std::optional<NodeIndex> find(std::string_view stage, std::string_view job) const {
        const auto found = places.find(key(stage, job));
        return found == places.end() ? std::nullopt : std::optional(found->second);
    }

    JobGraph jobs;
    unsigned workers;
    std::vector<State> state;                         // by node, as the next two
    std::vector<std::optional<UsualDuration>> usual;
    std::vector<SystemTime> began;                    // of what runs
    std::unordered_map<std::string, NodeIndex> places;
};

TimeLeft::TimeLeft(const Pipeline& pipeline, const UsualDurations& usual, unsigned workers)
    : impl_(std::make_unique<Impl>(pipeline, usual, workers)) {}
TimeLeft::~TimeLeft() = default;
TimeLeft::TimeLeft(TimeLeft&&) noexcept = default;
TimeLeft& TimeLeft::operator=(TimeLeft&&) noexcept = default;

void TimeLeft::add(const Event& event) {
    if (const auto* const started = std::get_if<event::JobStarted>(&event.what)) job_started(started->stage.name, started->job.name, event.time);
    if (const auto* const finished = std::get_if<event::JobFinished>(&event.what)) job_ended(finished->stage.name, finished->job.name);
}

void TimeLeft::job_started(std::string_view stage, std::string_view job, SystemTime when) {
    const auto node = impl_->find(stage, job);
    if (!node || impl_->state[*node] != Impl::State::waits) return;
    impl_->state[*node] = Impl::State::runs;
    impl_->began[*node] = when;
}

void TimeLeft::job_ended(std::string_view stage, std::string_view job) {
    if (const auto node = impl_->find(stage, job)) impl_->state[*node] = Impl::State::ended;
}

std::optional<TimeLeftEstimate> TimeLeft::at(SystemTime now) const {
    TimeLeftEstimate estimate;
    std::vector<Weight> weights(impl_->jobs.size(), Weight{0});
    std::vector<NodeIndex> running;
    bool is_known = false;
    for (NodeIndex n = 0; n < impl_->jobs.size(); ++n) {
        const Impl::State state = impl_->state[n];
        if (state == Impl::State::ended) continue;
        const auto& usual = impl_->usual[n];
        if (!usual) {
            ++estimate.unknown_jobs;
            continue;
        }
        estimate.runs = is_known ? std::min(estimate.runs, usual->runs) : usual->runs;
        is_known = true;
        weights[n] = usual->median;
        if (state != Impl::State::runs) continue;
        const Weight elapsed = std::max<Weight>(now - impl_->began[n], Weight{0});
        weights[n] = std::max(usual->median - elapsed, Weight{0});
        running.push_back(n);
    }
    if (!is_known && estimate.unknown_jobs > 0) return std::nullopt;
    estimate.left = makespan(*impl_->jobs.graph(), weights, impl_->workers, running);
    return estimate;
}

}  // namespace kahn::graph
