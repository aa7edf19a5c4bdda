#include "config/checks.hpp"

#include "config/cycles.hpp"
#include "config/reachability.hpp"

#include "base/text.hpp"
#include "graph/cycle_text.hpp"
#include "graph/stage_graph.hpp"
#include "model/name_index.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

namespace kahn::config {
namespace {

using graph::Edge;
using graph::Graph;
using graph::NodeIndex;

constexpr std::size_t most_cycles = 10;
constexpr std::size_t most_related = 12;

std::string in_quotes(std::string_view name) { return '\'' + printable(name.substr(0, 200)) + '\''; }

/// Suggests a name as long as that stays cheap: each suggestion looks at every candidate.
class Suggestions {
public:
    std::string label(const std::string& wrong, const std::vector<PipelineJob>& jobs) {
        if (jobs.size() > budget_) return {};
        budget_ -= jobs.size();
        std::vector<std::string> names;
        names.reserve(jobs.size());
        for (const PipelineJob& job : jobs) names.push_back(job.name);
        const std::optional<std::string> near = did_you_mean(wrong, names);
        return near ? "did you mean " + in_quotes(*near) + "?" : "";
    }

private:
    std::size_t budget_ = 1'000'000;
};

class Checker {
public:
    Checker(const Pipeline& pipeline, const Places& places, Report& report)
        : stages_(pipeline.stages),
          places_(places),
          report_(report),
          names_(pipeline.stages),
          stage_graph_(pipeline.stages) {}

    void run() {
        for (const graph::StageFinding& finding : stage_graph_.findings()) report_finding(finding);
        for (std::size_t s = 0; s < stages_.size(); ++s) {
            check_duplicates(places_.stage(s), "stage", stages_[s].name, stages_[s].dependencies);
            check_jobs(s);
        }
        const auto cycles = find_cycles(*stage_graph_.graph(), most_cycles);
        for (const auto& cycle : cycles) report_stage_cycle(cycle);
        // In a cycle no stage is before another.
        if (cycles.empty()) check_order();
    }

private:
    /// The entry `dependency` of a job.
    struct JobEntry {
        std::size_t stage;
        std::size_t job;
        std::size_t dependency;
    };

    Span stage_entry(std::size_t stage, std::size_t index) const {
        return places_.entry(places_.stage(stage), "dependencies", index);
    }
    Span job_entry(const JobEntry& entry) const {
        return places_.entry(places_.job(entry.stage, entry.job), "dependencies", entry.dependency);
    }
    const PipelineJob& job(const JobEntry& entry) const { return stages_[entry.stage].jobs[entry.job]; }
    const std::string& text(const JobEntry& entry) const { return job(entry).dependencies[entry.dependency]; }

    void report_finding(const graph::StageFinding& finding) {
        using Kind = graph::StageFinding::Kind;
        const PipelineStage& stage = stages_[finding.stage];
        switch (finding.kind) {
            case Kind::duplicate_name:
                report_duplicate_name("stage", stage.name, places_.stage(finding.stage), places_.stage(finding.first));
                break;
            case Kind::missing_stage:
                if (!places_.are_stages_complete() || stage.dependencies[finding.dependency].empty()) break;
                report_.add(
                    Problem(Code::missing_stage, stage_entry(finding.stage, finding.dependency), finding.message)
                        .with_label(
                            finding.suggestion.empty() ? "" : "did you mean " + in_quotes(finding.suggestion) + "?"));
                break;
            case Kind::self_dependency:
                if (stage.name.empty()) break;
                report_.add(
                    Problem(Code::self_dependency, stage_entry(finding.stage, finding.dependency), finding.message));
                break;
            case Kind::cycle: break;  // all of them together, see report_stage_cycle()
        }
    }

    void report_duplicate_name(std::string_view noun, std::string_view name, NodeId node, NodeId first) {
        if (name.empty()) return;
        Span span = places_.value(node, "name");
        Span first_span = places_.value(first, "name");
        if (span == first_span) {  // both by one anchor: show the aliases
            span = places_.span(node);
            first_span = places_.span(first);
        }
        report_.add(
            Problem(Code::duplicate_name, span, "two " + std::string(noun) + "s have the name " + in_quotes(name))
                .with_label("given again here")
                .with_related(first_span, "first given here"));
    }

    static std::string subject(std::string_view noun, std::string_view name) { return std::string(noun) + ' ' + in_quotes(name); }
    std::string depends_on(const JobEntry& entry) const { return subject("job", job(entry).name) + " depends on "; }

    /// Which entries of a list of dependencies are there already.
    std::vector<bool> check_duplicates(NodeId owner, std::string_view noun, std::string_view name, const std::vector<std::string>& list) {
        std::vector<bool> is_repeated(list.size());
        if (list.size() < 2) return is_repeated;
        std::vector<std::size_t> order(list.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return std::tie(list[a], a) < std::tie(list[b], b); });
        std::vector<std::pair<std::size_t, std::size_t>> repeated;  // the entry, and where it was first
        for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
            if (list[order[i]] != list[order[first]]) first = i;
            else if (!list[order[i]].empty()) repeated.emplace_back(order[i], order[first]);
        }
        for (const auto& [again, first] : repeated) {
            is_repeated[again] = true;
            const Span first_span = places_.entry(owner, "dependencies", first);
            report_.add(Problem(Code::duplicate_dependency, places_.entry(owner, "dependencies", again),
                                subject(noun, name) + " depends on " + in_quotes(list[again]) + " twice")
                            .with_related(first_span, "first given here"));
        }
        return is_repeated;
    }

    void report_stage_cycle(const std::vector<NodeIndex>& cycle) {
        std::vector<std::string> names;
        std::vector<std::pair<Span, std::string>> edges;
        for (std::size_t i = 0; i < cycle.size(); ++i) {
            const NodeIndex on = cycle[(i + cycle.size() - 1) % cycle.size()];
            const std::vector<std::string>& dependencies = stages_[cycle[i]].dependencies;
            const auto entry = std::find(dependencies.begin(), dependencies.end(), stages_[on].name);
            names.push_back(stages_[cycle[i]].name);
            if (i < most_related) {
                edges.emplace_back(
                    stage_entry(cycle[i], static_cast<std::size_t>(entry - dependencies.begin())),
                    in_quotes(stages_[cycle[i]].name) + " depends on " + in_quotes(stages_[on].name) + " here");
            }
        }
        report_cycle(names, edges);
    }

    void report_cycle(const std::vector<std::string>& names, const std::vector<std::pair<Span, std::string>>& edges) {
        Problem problem(Code::dependency_cycle, edges.front().first, "dependency cycle: " + graph::cycle_text(names));
        problem.label = edges.front().second;
        for (std::size_t i = 1; i < edges.size(); ++i) problem.related.push_back({edges[i].first, edges[i].second});
        report_.add(std::move(problem));
    }

    void check_jobs(std::size_t s) {
        const std::vector<PipelineJob>& jobs = stages_[s].jobs;
        std::vector<Edge> edges;
        for (std::size_t j = 0; j < jobs.size(); ++j) {
            const std::size_t first = names_.job(s, jobs[j].name).value_or(j);
            if (first != j) report_duplicate_name("job", jobs[j].name, places_.job(s, j), places_.job(s, first));
            if (jobs[j].dependencies.empty()) continue;
            const auto is_repeated = check_duplicates(places_.job(s, j), "job", jobs[j].name, jobs[j].dependencies);
            for (std::size_t d = 0; d < is_repeated.size(); ++d) {
                if (!is_repeated[d]) check_entry({s, j, d}, edges);
            }
        }
        // Where jobs run in order, each cycle has an edge to a later job, which is reported as that.
        if (edges.empty() || !stages_[s].parallel) return;
        for (const auto& cycle : find_cycles(Graph(jobs.size(), edges), most_cycles)) report_job_cycle(s, cycle);
    }

    void check_entry(const JobEntry& entry, std::vector<Edge>& edges) {
        constexpr std::size_t longest = 2 * 128 + 1;
        const std::string& reference = text(entry);
        if (reference.empty()) return;
        const auto found = reference.size() > longest ? std::vector<JobReference>()
                                                      : names_.dependency(entry.stage, reference);
        if (found.empty()) return report_missing(entry);
        if (found.size() > 1) return report_ambiguous(entry, found);
        const JobReference target = found.front();
        if (target.stage != entry.stage) {
            if (!stages_[entry.stage].name.empty()) foreign_.emplace_back(entry, target.stage);
            return;
        }
        if (target.job == entry.job || stages_[entry.stage].jobs[target.job].name == job(entry).name) {
            report_.add(Problem(Code::self_dependency, job_entry(entry), depends_on(entry) + "itself"));
            return;
        }
        edges.push_back({static_cast<NodeIndex>(target.job), static_cast<NodeIndex>(entry.job)});
        if (!stages_[entry.stage].parallel && target.job > entry.job) {
            report_.add(
                Problem(Code::later_job, job_entry(entry),
                        depends_on(entry) + in_quotes(reference) + ", which comes after it in a stage with 'parallel: false'")
                    .with_related(places_.value(places_.job(entry.stage, target.job), "name"), "the later job"));
        }
    }

    void report_missing(const JobEntry& entry) {
        const std::string& reference = text(entry);
        const bool may_be_foreign = reference.find('.') != std::string::npos;
        if (!places_.are_jobs_complete(entry.stage)) return;
        if (may_be_foreign && !is_complete()) return;
        std::string help;
        if (names_.stage(reference)) {
            help = in_quotes(reference) +
                   " is a stage: a job depends on 'job' or 'stage.job', and waits for the stages that its own "
                   "stage depends on anyway";
        }
        report_.add(Problem(Code::missing_job, job_entry(entry),
                            "job " + in_quotes(job(entry).name) + " depends on " + in_quotes(reference) +
                                ", which does not exist")
                        .with_label(suggestions_.label(reference, stages_[entry.stage].jobs))
                        .with_help(std::move(help)));
    }

    /// Whether every stage and job could be read.
    bool is_complete() {
        if (!is_complete_) {
            is_complete_ = places_.are_stages_complete();
            for (std::size_t s = 0; s < stages_.size(); ++s)
                *is_complete_ = *is_complete_ && places_.are_jobs_complete(s);
        }
        return *is_complete_;
    }

    void report_ambiguous(const JobEntry& entry, const std::vector<JobReference>& found) {
        Problem problem(Code::ambiguous_job, job_entry(entry),
                        "job " + in_quotes(job(entry).name) + " depends on " + in_quotes(text(entry)) +
                            ", which can mean " + std::to_string(found.size()) + " jobs");
        for (const JobReference& target : found) {
            const PipelineStage& stage = stages_[target.stage];
            problem.related.push_back(
                {places_.value(places_.job(target.stage, target.job), "name"),
                 "job " + in_quotes(stage.jobs[target.job].name) + " of stage " + in_quotes(stage.name)});
        }
        report_.add(std::move(problem));
    }

    void report_job_cycle(std::size_t s, const std::vector<NodeIndex>& cycle) {
        std::vector<std::string> names;
        std::vector<std::pair<Span, std::string>> edges;
        for (std::size_t i = 0; i < cycle.size(); ++i) {
            const NodeIndex on = cycle[(i + cycle.size() - 1) % cycle.size()];
            const PipelineJob& from = stages_[s].jobs[cycle[i]];
            names.push_back(from.name);
            for (std::size_t d = 0; d < from.dependencies.size() && edges.size() == i && i < most_related; ++d) {
                const auto found = names_.dependency(s, from.dependencies[d]);
                if (found.size() != 1 || found.front() != JobReference{s, on}) continue;
                edges.emplace_back(job_entry({s, cycle[i], d}), in_quotes(from.name) + " depends on " +
                                                                    in_quotes(stages_[s].jobs[on].name) + " here");
            }
        }
        report_cycle(names, edges);
    }

    /// A job may look at jobs of stages that are before its own, not at others.
    void check_order() {
        Reachability reachability(*stage_graph_.graph());
        for (const auto& [entry, target] : foreign_) {
            reachability.ask(static_cast<NodeIndex>(target), static_cast<NodeIndex>(entry.stage));
        }
        const std::vector<bool> is_before = reachability.answers();
        for (std::size_t i = 0; i < foreign_.size(); ++i) {
            if (is_before[i]) continue;
            const auto& [entry, target] = foreign_[i];
            const std::string stage = in_quotes(stages_[entry.stage].name);
            const std::string other = in_quotes(stages_[target].name);
            report_.add(Problem(Code::unordered_job, job_entry(entry),
                                "job " + in_quotes(job(entry).name) + " depends on " + in_quotes(text(entry)) +
                                    ", but stage " + stage + " does not depend on stage " + other)
                            .with_help("add " + other + " to the dependencies of stage " + stage));
        }
    }

    const std::vector<PipelineStage>& stages_;
    const Places& places_;
    Report& report_;
    NameIndex names_;
    graph::StageGraph stage_graph_;
    Suggestions suggestions_;
    std::optional<bool> is_complete_;
    std::vector<std::pair<JobEntry, std::size_t>> foreign_;  // an entry, and the other stage that it means
};

}  // namespace

void check_pipeline(const Pipeline& pipeline, const Places& places, Report& report) {
    Checker(pipeline, places, report).run();
}

}  // namespace kahn::config
