#include <kahn/manager/rerun.hpp>

#include <kahn/base/error.hpp>
#include <kahn/base/masker.hpp>
#include <kahn/config/load.hpp>

#include "base/text.hpp"
#include "engine/selection.hpp"
#include "manager/definition_changes.hpp"
#include "model/name_index.hpp"
#include "store/artifact_copy.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <set>
#include <unordered_map>
#include <utility>

namespace kahn {

namespace asio = boost::asio;

namespace {

namespace fs = std::filesystem;

std::string key(std::string_view stage, std::string_view job) {
    std::string both(stage);
    both += '\0';
    both += job;
    return both;
}

/// The definition alone, as it was before anything ran.
Pipeline without_results(const Pipeline& run) {
    Pipeline pipeline;
    pipeline.name = run.name;
    pipeline.description = run.description;
    pipeline.variables = run.variables;
    for (const std::string& secret : run.secrets) pipeline.variables.erase(secret);  // its value was not recorded
    pipeline.secrets = run.secrets;
    pipeline.triggers = run.triggers;
    pipeline.timeout = run.timeout;
    pipeline.source = run.source;
    for (const PipelineStage& recorded : run.stages) {
        PipelineStage stage(recorded.name);
        stage.dependencies = recorded.dependencies;
        stage.environment = recorded.environment;
        stage.allow_failure = recorded.allow_failure;
        stage.parallel = recorded.parallel;
        stage.conditions = recorded.conditions;
        stage.location = recorded.location;
        for (const PipelineJob& its : recorded.jobs) {
            PipelineJob job(its.name, its.commands);
            job.github = its.github;
            job.wrap = its.wrap;
            job.leftovers = its.leftovers;
            job.environment = its.environment;
            job.artifacts = its.artifacts;
            job.junit_reports = its.junit_reports;
            job.dependencies = its.dependencies;
            job.timeout = its.timeout;
            job.retry_count = its.retry_count;
            job.retry_delay = its.retry_delay;
            job.allow_failure = its.allow_failure;
            job.working_directory = its.working_directory;
            job.location = its.location;
            stage.jobs.push_back(std::move(job));
        }
        pipeline.stages.push_back(std::move(stage));
    }
    return pipeline;
}

/// The stages that depend on `stage`, however far, and itself.
std::set<std::string, std::less<>> stage_and_below(const Pipeline& pipeline, const std::string& stage) {
    std::unordered_map<std::string, std::vector<std::string>> dependents;
    for (const PipelineStage& each : pipeline.stages) {
        for (const std::string& dependency : each.dependencies) dependents[dependency].push_back(each.name);
    }
    std::set<std::string, std::less<>> found{stage};
    std::vector<std::string> work{stage};
    while (!work.empty()) {
        const std::string at = std::move(work.back());
        work.pop_back();
        for (const std::string& dependent : dependents[at]) {
            if (found.insert(dependent).second) work.push_back(dependent);
        }
    }
    return found;
}

std::string how_it_ended(const PipelineJob& job) {
    if (job.status == PipelineStatus::running) return "it had not ended";
    if (job.status == PipelineStatus::pending) return "it had not begun";
    return std::string(to_string(job.status)) + (job.reason ? ": " + job.reason.text() : std::string());
}

/// Answers for a run's jobs from what is recorded of another one.
class Reuse {
public:
    Reuse(std::shared_ptr<const RunRecord> parent, fs::path directory, RerunOptions options, Pipeline old_definition)
        : parent_(std::move(parent)),
          directory_(std::move(directory)),
          options_(std::move(options)),
          old_definition_(std::move(old_definition)) {
        for (const PipelineStage& stage : parent_->pipeline.stages) {
            for (const PipelineJob& job : stage.jobs) recorded_.emplace(key(stage.name, job.name), &job);
        }
    }

    void force_stages(std::set<std::string, std::less<>> stages) { forced_stages_ = std::move(stages); }
    void force_job(std::string stage, std::string job) { forced_jobs_.insert(key(stage, job)); }

    /// The recorded success, its artifacts still where they were recorded. \param why it is, or is not, to be used
    std::optional<PipelineJob> look_up(const ReuseQuestion& question, std::string& why) const {
        if (options_.everything) return no(why, "everything runs again");
        if (forced_stages_.contains(question.stage.name)) return no(why, "from stage " + *options_.from);
        if (forced_jobs_.contains(key(question.stage.name, question.job.name))) return no(why, "asked for");
        const auto found = recorded_.find(key(question.stage.name, question.job.name));
        if (found == recorded_.end()) return no(why, "it is new");
        const PipelineJob& recorded = *found->second;
        if (recorded.status != PipelineStatus::success) return no(why, how_it_ended(recorded));
        if (recorded.digest != question.job.digest) {
            return no(why, "digest changed: " + changed_parts(old_definition_, question.run, question.stage, question.job));
        }
        PipelineJob taken;
        taken.outputs = recorded.outputs;
        taken.tests = recorded.tests;
        taken.exit_code = recorded.exit_code;
        taken.output = recorded.output;
        taken.error = recorded.error;
        taken.reused_from = recorded.reused_from.empty() ? parent_->pipeline.run_id : recorded.reused_from;
        taken.collected_artifacts = recorded.collected_artifacts;
        why = "from run " + taken.reused_from;
        return taken;
    }
    fs::path artifacts() const { return directory_ / "artifacts"; }
    void tell(const RerunDecision& decision) const {
        if (options_.decided) options_.decided(decision);
    }

private:
    static std::nullopt_t no(std::string& why, std::string reason) {
        why = std::move(reason);
        return std::nullopt;
    }

    std::shared_ptr<const RunRecord> parent_;
    fs::path directory_;
    RerunOptions options_;
    Pipeline old_definition_;
    std::unordered_map<std::string, const PipelineJob*> recorded_;
    std::set<std::string, std::less<>> forced_stages_;
    std::set<std::string, std::less<>> forced_jobs_;
};

/// In slices, between which the run's strand has its turn. \return whether all was copied: the run may be ended meanwhile
asio::awaitable<bool> copy_in_slices(std::shared_ptr<store::ArtifactCopy> copy) {
    constexpr int steps_a_slice = 4;
    const auto strand = co_await asio::this_coro::executor;
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    int steps = 0;
    while (copy->step()) {
        if (++steps % steps_a_slice != 0) continue;
        co_await asio::post(strand, asio::use_awaitable);
        if (cancellation.cancelled() != asio::cancellation_type::none) co_return false;
    }
    co_return true;
}

asio::awaitable<std::optional<PipelineJob>> answer(std::shared_ptr<const Reuse> reuse, ReuseQuestion question) {
    co_await asio::this_coro::throw_if_cancelled(false);
    RerunDecision decision;
    decision.stage = question.stage.name;
    decision.job = question.job.name;
    std::optional<PipelineJob> found = reuse->look_up(question, decision.why);
    if (found && !found->collected_artifacts.empty()) {
        try {
            const auto copy = std::make_shared<store::ArtifactCopy>(reuse->artifacts(), found->collected_artifacts, question.artifacts, question.all_artifacts);
            const bool is_whole = co_await copy_in_slices(copy);
            if (!is_whole) co_return std::nullopt;
            found->collected_artifacts = copy->take();
        } catch (const Error& failure) {
            found.reset();
            decision.why = failure.what();
        }
    }
    decision.is_reused = found.has_value();
    reuse->tell(decision);
    co_return found;
}

bool is_hidden(std::string_view text) { return text.find(Masker::replacement) != std::string_view::npos; }

/// A variable that was given with a secret in it is recorded without: nobody can give it again.
void require_plain_variables(const RunRecord& parent) {
    if (parent.pipeline.secrets.empty()) return;
    for (const auto& [name, value] : parent.origin.variables) {
        if (!is_hidden(value)) continue;
        throw Error(Errc::invalid_argument, "the variable '" + name + "' was given with a secret in it, which was not recorded: "
                                            "start the pipeline by kahn run, with all of its variables");
    }
}

/// The same for a definition with secrets written into it.
void require_plain_definition(const Pipeline& recorded) {
    if (recorded.secrets.empty() || !is_hidden(config::to_text(recorded, config::Format::json))) return;
    throw Error(Errc::invalid_argument, "the recorded definition has *** in place of secrets: it can be run again from its file only");
}

/// The definition as its file has it now; nothing if it came from none, or that is gone.
std::optional<Pipeline> read_again(const RunRecord& parent) {
    const fs::path& source = parent.pipeline.source;
    if (source.empty() || source == "-") return std::nullopt;
    const fs::path file = fs::path(parent.origin.working_directory) / source;
    std::error_code error;
    if (!fs::exists(file, error)) return std::nullopt;
    Pipeline pipeline = config::require(config::load_file(file));
    pipeline.source = source;
    return pipeline;
}

bool has_failed_job(const Pipeline& run) {
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) {
            // What was skipped for its own condition lacks nothing; what was skipped for another job has that one beside it.
            if (job.status != PipelineStatus::success && job.status != PipelineStatus::skipped) return true;
        }
    }
    return false;
}

/// \throws NotImplemented for work that no record can hold
void require_recorded_work(const Pipeline& recorded) {
    for (const PipelineStage& stage : recorded.stages) {
        for (const PipelineJob& job : stage.jobs) {
            if (!job.commands.empty() || job.github) continue;
            throw NotImplemented("continuing a run with the native job '" + stage.name + "." + job.name +
                                 "' from its record alone: the program that has it gives RerunOptions::definition");
        }
    }
}

/// Whether an engine works on the run. One that was killed may seem to for an instant: until the child that it was just starting
/// has begun its own program, that child holds the lock as well.
bool goes_on(store::Store& store, const std::string& id, const RunOrigin& origin) {
    for (int tries = 0; tries < 100; ++tries) {
        if (!store.is_live(id)) return false;
        if (origin.pid <= 0 || ::kill(origin.pid, 0) == 0 || errno != ESRCH) return true;
        ::poll(nullptr, 0, 5);
    }
    return true;
}

}  // namespace

Rerun prepare_rerun(const std::shared_ptr<store::Store>& store, std::string_view run, RerunOptions options) {
    const std::string id = store->resolve(run);
    const auto parent = std::make_shared<const RunRecord>(store->load(id));
    if (const RunOrigin& by = parent->origin; goes_on(*store, id, by)) {
        throw Error(Errc::invalid_argument, "run " + id + " still goes on: process " + std::to_string(by.pid) + " of " + by.user + " on " +
                                                by.host + " works on it");
    }
    if (options.failed && !has_failed_job(parent->pipeline)) {
        throw Error(Errc::invalid_argument, "run " + id + " has no job to run again: none of them failed");
    }
    Rerun rerun;
    rerun.parent = id;
    rerun.run.parent = id;
    rerun.run.variables = parent->origin.variables;
    rerun.run.branch = parent->origin.condition_branch;
    rerun.run.working_directory = parent->origin.working_directory;
    rerun.run.stages = parent->origin.stages;
    rerun.run.jobs = parent->origin.jobs;

    rerun.run.secrets = parent->pipeline.secrets;
    require_plain_variables(*parent);

    Pipeline recorded = without_results(parent->pipeline);
    std::optional<Pipeline> current = options.definition;
    if (!current && !options.as_recorded) {
        current = read_again(*parent);
        rerun.is_from_file = current.has_value();
    }
    if (!current) require_recorded_work(recorded);
    if (current) {
        const bool is_same = config::digest(*current) == parent->origin.config_digest;
        if (!is_same) rerun.changes = definition_changes(recorded, select(*current, rerun.run.stages, rerun.run.jobs));
        rerun.pipeline = std::move(*current);
    } else {
        require_plain_definition(recorded);
        rerun.pipeline = recorded;
        rerun.run.stages.clear();  // what was selected is all that is recorded
        rerun.run.jobs.clear();
    }

    const auto reuse = std::make_shared<Reuse>(parent, store->directory(id), options, std::move(recorded));
    if (options.from) {
        std::vector<std::string> names;
        for (const PipelineStage& stage : rerun.pipeline.stages) names.push_back(stage.name);
        if (std::find(names.begin(), names.end(), *options.from) == names.end()) {
            const auto guess = did_you_mean(*options.from, names);
            const std::string hint = guess ? ". Did you mean '" + *guess + "'?" : ": there are " + printable(join(names, ", "));
            throw Error(Errc::unknown_stage, "no stage '" + printable(*options.from) + "'" + hint);
        }
        reuse->force_stages(stage_and_below(rerun.pipeline, *options.from));
    }
    if (options.job) {
        rerun.run.stages.clear();
        rerun.run.jobs = {*options.job};
        (void)select(rerun.pipeline, {}, rerun.run.jobs);  // says what is wrong with the name
        const NameIndex names(rerun.pipeline.stages);
        const auto meanings = names.meanings(*options.job);  // one: what is ambiguous was refused above
        for (const JobReference& asked : meanings.front()) {
            const PipelineStage& stage = rerun.pipeline.stages[asked.stage];
            reuse->force_job(stage.name, stage.jobs[asked.job].name);
        }
    }
    rerun.run.reuse = [reuse](ReuseQuestion question) { return answer(reuse, std::move(question)); };
    return rerun;
}

}  // namespace kahn
