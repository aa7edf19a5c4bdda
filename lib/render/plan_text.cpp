#include <kahn/render/plan_text.hpp>

#include <kahn/base/time.hpp>

#include "base/text.hpp"
#include "model/name_index.hpp"
#include "render/workflow_text.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace kahn::render {
namespace {

constexpr std::size_t line_width = 110;

/// A stage as a plan shows it: `lint`, or `build (gcc, clang)` where the stage's name does not say it all.
std::string entry(const PipelineStage& stage) {
    constexpr std::size_t most_named = 8;
    if (stage.jobs.empty()) return printable(stage.name);
    if (stage.jobs.size() == 1 && stage.jobs[0].name == stage.name) return printable(stage.name);
    std::vector<std::string> names;
    for (std::size_t j = 0; j < std::min(most_named, stage.jobs.size()); ++j) names.push_back(printable(stage.jobs[j].name));
    if (stage.jobs.size() > most_named) names.push_back("… " + std::to_string(stage.jobs.size() - most_named) + " more");
    return printable(stage.name) + " (" + join(names, stage.parallel ? ", " : ", then ") + ')';
}

/// One level: its entries side by side, on as many lines as they need.
class Row {
public:
    explicit Row(std::string head) : line_(std::move(head)) { line_.resize(std::max(indent, line_.size() + 1), ' '); }

    void add(const std::string& what) {
        if (!is_empty_ && line_.size() + gap.size() + what.size() > line_width) {
            out_ += line_ + '\n';
            line_.assign(indent, ' ');
            is_empty_ = true;
        }
        if (!is_empty_) line_ += gap;
        line_ += what;
        is_empty_ = false;
    }
    std::string finish() { return is_empty_ ? out_ : out_ + line_ + '\n'; }

private:
    static constexpr std::size_t indent = 10;
    static constexpr std::string_view gap = "   ";

    std::string out_;
    std::string line_;
    bool is_empty_ = true;
};

std::string count(std::size_t n, const std::string& word) { return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s"); }

/// How many jobs of the same length fit one after another into `time`, when every job counts as one second.
std::size_t in_jobs(std::chrono::nanoseconds time) {
    return static_cast<std::size_t>(std::llround(std::chrono::duration<double>(time).count()));
}

std::size_t jobs_to_run(const Pipeline& pipeline, const Skips& skips) {
    std::size_t jobs = 0;
    for (const PipelineStage& stage : pipeline.stages) jobs += skips.contains(stage.name) ? 0 : stage.jobs.size();
    return jobs;
}

std::size_t levels_to_run(const ScheduleAnalysis& analysis, const Skips& skips) {
    const auto has_work = [&skips](const std::vector<std::string>& level) {
        return std::any_of(level.begin(), level.end(), [&skips](const std::string& stage) { return !skips.contains(stage); });
    };
    return static_cast<std::size_t>(std::count_if(analysis.execution_levels.begin(), analysis.execution_levels.end(), has_work));
}

std::string expectation(std::size_t jobs, std::size_t levels, const ScheduleAnalysis& analysis, Durations durations) {
    const std::string workers = analysis.workers == 0 ? "no limit on workers" : count(analysis.workers, "worker");
    const std::string best = " · best worker count " + std::to_string(analysis.best_workers) + '\n';
    if (durations == Durations::known) {
        return "expected  " + format_duration(analysis.makespan) + " with " + workers + " (lower bound " +
               format_duration(analysis.critical_path_duration) + " = critical path; 1 worker " +
               format_duration(analysis.total_work) + ')' + best;
    }
    return "total     " + count(jobs, "job") + " in " + count(levels, "level") +
           "; were all jobs equally long: " + std::to_string(in_jobs(analysis.makespan)) + " in a row with " + workers +
           " (lower bound " + std::to_string(in_jobs(analysis.critical_path_duration)) + " = longest chain; 1 worker " +
           std::to_string(in_jobs(analysis.total_work)) + ')' + best;
}

}  // namespace

std::string plan_text(const Pipeline& pipeline, const ScheduleAnalysis& analysis, const Skips& skips, Durations durations) {
    const NameIndex names(pipeline.stages);
    std::string out;
    for (std::size_t level = 0; level < analysis.execution_levels.size(); ++level) {
        Row row("level " + std::to_string(level));
        for (const std::string& name : analysis.execution_levels[level]) {
            const auto stage = names.stage(name);
            if (stage && !skips.contains(name)) row.add(entry(pipeline.stages[*stage]));
        }
        out += row.finish();
    }
    for (const PipelineStage& stage : pipeline.stages) {
        const auto skip = skips.find(stage.name);
        if (skip == skips.end()) continue;
        std::string line = "skip      " + printable(stage.name);
        line.resize(std::max<std::size_t>(26, line.size() + 3), ' ');
        out += line + "conditions: " + printable(skip->second) + '\n';
    }
    return out + expectation(jobs_to_run(pipeline, skips), levels_to_run(analysis, skips), analysis, durations);
}

std::string commands_text(const Pipeline& pipeline, const ScheduleAnalysis& analysis, const Skips& skips) {
    const NameIndex names(pipeline.stages);
    std::string out;
    for (const auto& level : analysis.execution_levels) {
        for (const std::string& name : level) {
            const auto index = names.stage(name);
            if (!index || skips.contains(name)) continue;
            const PipelineStage& stage = pipeline.stages[*index];
            for (const PipelineJob& job : stage.jobs) {
                out += printable(stage.name) + " › " + printable(job.name) + '\n';
                if (job.github) out += "    " + printable(workflow_text(*job.github)) + '\n';
                if (job.native) out += "    a coroutine of the program\n";
                if (!job.wrap.empty()) out += "    by " + printable(join(job.wrap, " ")) + '\n';
                for (const std::string& command : job.commands) {
                    std::string_view rest = command;
                    for (const char* mark = "    $ "; !rest.empty(); mark = "      ") {
                        const auto end = std::min(rest.find('\n'), rest.size());
                        out += mark + printable(rest.substr(0, end)) + '\n';
                        rest.remove_prefix(std::min(end + 1, rest.size()));
                    }
                }
            }
        }
    }
    return out;
}

}  // namespace kahn::render
