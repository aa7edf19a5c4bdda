#include <kahn/render/export.hpp>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "render/export_plan.hpp"
#include "render/export_script.hpp"
#include "render/export_words.hpp"
#include "render/export_yaml.hpp"

#include <algorithm>
#include <map>

namespace kahn::render {
namespace {

using Kind = ExportCondition::Kind;

constexpr std::size_t most_needs = 50;  // of a job, where nobody has changed the limit
constexpr std::string_view outputs_folder = ".kahn-outputs";

class GitlabPipeline {
public:
    explicit GitlabPipeline(const Pipeline& pipeline) : pipeline_(pipeline), plan_(pipeline) {}

    ExportedPipeline make() {
        notes_ = common_notes(plan_);
        for (const std::string& name : pipeline_.secrets) {
            notes_.push_back("secret " + printable(name) + ": to be set in the project's CI/CD settings as a masked variable");
        }
        std::string jobs;
        const std::string rules = workflow();
        for (const std::size_t s : plan_.order()) {
            note_status(s);
            for (std::size_t j = 0; j < plan_.stage(s).jobs.size(); ++j) append_job(jobs, {s, j});
        }
        ExportedPipeline out;
        out.text = yaml_comment("Made by: kahn export --to gitlab", 0);
        for (const std::string& note : notes_) out.text += yaml_comment("note: " + note, 0);
        std::vector<std::string> stages;
        for (const std::size_t s : plan_.order()) stages.push_back(plan_.names().stage(s));
        out.text += rules + variables() + "stages: [" + join(stages, ", ") + "]\n" + jobs;
        out.notes = std::move(notes_);
        return out;
    }

private:
    std::string workflow() {
        std::string out = "workflow:\n  name: " + yaml_text(without_dollars(pipeline_.name)) + "\n  rules:\n";
        bool any = false;
        for (const auto& [trigger, source] : {std::pair{Trigger::push, "push"}, {Trigger::pull_request, "merge_request_event"}, {Trigger::manual, "web"},
                                              {Trigger::schedule, "schedule"}}) {
            if (std::find(pipeline_.triggers.begin(), pipeline_.triggers.end(), trigger) == pipeline_.triggers.end()) continue;
            out += "    - if: $CI_PIPELINE_SOURCE == \"" + std::string(source) + "\"\n";
            any = true;
            if (trigger == Trigger::schedule) notes_.emplace_back("triggers: schedule: the file does not say when; add a pipeline schedule to the project");
        }
        return any ? out : out + "    - if: $CI_PIPELINE_SOURCE == \"web\"\n";
    }

    /// The name of a pipeline is put together by GitLab, which knows no way to write a dollar there.
    static std::string without_dollars(std::string text) {
        std::replace(text.begin(), text.end(), '$', '-');
        return text;
    }

    bool is_secret(const std::string& name) const {
        return std::find(pipeline_.secrets.begin(), pipeline_.secrets.end(), name) != pipeline_.secrets.end();
    }

    /// GitLab puts values in for names after a dollar; a value with one is set by the jobs' scripts.
    static bool is_inert(const std::string& value) { return value.find('$') == std::string::npos; }

    std::string variables() const {
        std::string out = "variables:\n";
        const auto add = [&out](const std::string& name, const std::string& value) {
            if (is_inert(value)) out += "  " + yaml_text(name) + ": " + yaml_block(value, 4) + '\n';
        };
        add("KAHN_PIPELINE", pipeline_.name);
        out += "  KAHN_RUN_ID: $CI_PIPELINE_ID\n";
        for (const auto& [name, value] : pipeline_.variables) {
            if (!is_secret(name)) add(name, value);
        }
        return out;
    }

    /// What GitLab's three cases (all before succeeded, one failed, always) cannot say.
    void note_status(std::size_t s) {
        const PipelineStage& stage = plan_.stage(s);
        const std::string name = "stage '" + printable(stage.name) + "'";
        if (!plan_.condition(s)) return;
        const ExportCondition& condition = *plan_.condition(s);
        if (asks_for(condition, Kind::cancelled)) notes_.push_back(name + ": cancelled() never holds there");
        const bool looks_at_failure = !assuming(condition, false, true).is(false);
        if (plan_.has_inner_order(s) && (looks_at_failure || stage.allow_failure)) {
            notes_.push_back(name + ": a job that failed there does not keep the ones after it in the stage from running");
        }
        if (looks_at_failure && asks_for(condition, Kind::failure)) {
            const auto before = plan_.ancestors(s);
            const bool may_be_skipped = std::any_of(before.begin(), before.end(), [this](std::size_t on) { return !plan_.dependencies(on).empty(); });
            if (may_be_skipped) notes_.push_back(name + ": a failure further up is not seen there if it kept a job between from running");
        }
        for (const std::size_t on : plan_.dependencies(s)) {
            const auto& upstream = plan_.condition(on);
            if (upstream && assuming(*upstream, true, false).is(false) && !assuming(*upstream, false, true).is(false) && !looks_at_failure) {
                notes_.push_back(name + ": is skipped there when nothing has failed, since '" + printable(plan_.stage(on).name) + "' is");
            }
        }
    }

    /// `rules:` or `when:`, and nothing for what is the rule anyway.
    std::string rules_of(std::size_t s) {
        const std::string never = "  rules:\n    - when: never\n";
        if (!plan_.condition(s)) return never;
        const ExportCondition by_success = assuming(*plan_.condition(s), true, false);
        const ExportCondition by_failure = assuming(*plan_.condition(s), false, true);
        std::string out;
        bool is_over = false;
        const auto add = [&](const ExportCondition& condition, const char* when) {
            if (is_over || condition.is(false)) return true;
            is_over = condition.is(true);
            const auto said = is_over ? std::optional<std::string>("") : GitlabWords().say(condition);
            if (!said) return false;
            out += is_over ? "    - when: " + std::string(when) + '\n' : "    - if: " + yaml_text(*said) + "\n      when: " + when + '\n';
            return true;
        };
        const bool is_sayable = add(all_of({by_success, by_failure}), "always") && add(by_success, "on_success") && add(by_failure, "on_failure");
        if (!is_sayable) {
            notes_.push_back("stage '" + printable(plan_.stage(s).name) + "': its condition cannot be said in GitLab's rules; it never runs there");
            return never;
        }
        if (out == "    - when: on_success\n") return {};
        return out.empty() ? never : "  rules:\n" + out;
    }

    /// Whether a job may not be part of a pipeline at all.
    bool is_optional(std::size_t s) const {
        const auto& condition = plan_.condition(s);
        if (!condition) return true;
        for (const bool success : {true, false}) {
            if (assuming(*condition, success, !success).is(true)) return false;
        }
        return true;
    }

    std::string needs_of(JobReference place, std::size_t& count) const {
        std::vector<JobReference> on;
        const auto add_stage = [&](std::size_t s) {
            for (std::size_t j = 0; j < plan_.stage(s).jobs.size(); ++j) on.push_back({s, j});
        };
        const auto& condition = plan_.condition(place.stage);
        const bool looks_up = condition && asks_for(*condition, Kind::failure);
        // failure() looks at all that came before; files come from jobs that are needed, and only from these.
        for (const std::size_t s : looks_up ? plan_.ancestors(place.stage) : std::set<std::size_t>(plan_.dependencies(place.stage).begin(), plan_.dependencies(place.stage).end())) {
            add_stage(s);
        }
        for (const JobReference& other : plan_.required(place)) {
            if (std::find(on.begin(), on.end(), other) == on.end()) on.push_back(other);
        }
        count = on.size();
        if (on.empty()) return "  needs: []\n";
        std::string out = "  needs:\n";
        for (const JobReference& other : on) {
            out += is_optional(other.stage) ? "    - job: " + plan_.id(other) + "\n      optional: true\n" : "    - " + plan_.id(other) + '\n';
        }
        return out;
    }

    void append_job(std::string& out, JobReference place) {
        const PipelineStage& stage = plan_.stage(place.stage);
        const PipelineJob& job = plan_.job(place);
        const auto imports = plan_.imports(place);
        const ExportEnvironment environment = export_environment(pipeline_, stage, job, !imports.empty());

        out += plan_.id(place) + ":  # " + printable(stage.name + " / " + job.name) + "\n  stage: " + plan_.names().stage(place.stage) + '\n';
        std::size_t count = 0;
        out += needs_of(place, count);
        if (count > most_needs) notes_.push_back(named(stage, job) + ": needs " + std::to_string(count) + " jobs, more than the 50 that GitLab allows by default");
        out += rules_of_once(place.stage);
        if (job.allow_failure || stage.allow_failure) out += "  allow_failure: true\n";
        if (has_plain_timeout(job)) out += "  timeout: " + std::to_string(job.timeout / std::chrono::minutes{1}) + " minutes\n";

        ScriptFrame frame;
        append_variables(out, place, environment, frame);
        frame.has_output_file = plan_.is_imported(place) || names_output_file(job);
        for (const JobReference& on : imports) {
            const std::string file = "\"$CI_PROJECT_DIR/" + std::string(outputs_folder) + '/' + plan_.id(on) + '"';
            frame.imports.push_back("<" + file);
        }
        if (plan_.is_imported(place)) {
            const std::string folder = "\"$CI_PROJECT_DIR/" + std::string(outputs_folder);
            frame.publish = {"mkdir -p " + folder + '"', "cp -- \"$KAHN_OUTPUT\" " + folder + '/' + plan_.id(place) + '"'};
        }
        out += "  script:\n    - " + yaml_block(job_script(job, environment, frame), 6) + '\n';
        append_artifacts(out, place, environment);
    }

    void append_variables(std::string& out, JobReference place, const ExportEnvironment& environment, ScriptFrame& frame) {
        std::string lines;
        const auto add = [&](const std::string& name, const std::string& value) {
            if (is_inert(value)) {
                lines += "    " + yaml_text(name) + ": " + yaml_block(value, 6) + '\n';
            } else {
                frame.exports.push_back(name + '=' + shell_quoted(value));
            }
        };
        if (!is_inert(pipeline_.name)) add("KAHN_PIPELINE", pipeline_.name);
        add("KAHN_STAGE", plan_.stage(place.stage).name);
        add("KAHN_JOB", plan_.job(place).name);
        if (plan_.job(place).retry_count == 0) add("KAHN_ATTEMPT", "1");
        for (const auto& [name, value] : pipeline_.variables) {
            const bool is_replaced = environment.plain.contains(name);
            if (!is_inert(value) && !is_replaced && !is_secret(name)) add(name, value);
        }
        for (const auto& [name, value] : environment.plain) add(name, value);
        out += "  variables:\n" + lines;
    }

    void append_artifacts(std::string& out, JobReference place, const ExportEnvironment& environment) {
        const PipelineJob& job = plan_.job(place);
        std::vector<std::string> unsayable;
        auto paths = exported_patterns(job, job.artifacts, environment, unsayable);
        const auto reports = exported_patterns(job, job.junit_reports, environment, unsayable);
        for (const std::string& pattern : unsayable) {
            notes_.push_back(named(plan_.stage(place.stage), job) + ": '" + printable(pattern) + "' is not known before a run, or not in the run's directory; it is not kept");
        }
        if (plan_.is_imported(place)) paths.push_back(std::string(outputs_folder) + '/' + plan_.id(place));
        if (paths.empty() && reports.empty()) return;
        out += "  artifacts:\n";
        const auto add = [&out](const std::vector<std::string>& patterns, std::size_t indent) {
            for (const std::string& pattern : patterns) out += std::string(indent, ' ') + "- " + yaml_text(pattern) + '\n';
        };
        if (!paths.empty()) {
            out += "    paths:\n";
            add(paths, 6);
        }
        if (!reports.empty()) {
            out += "    when: always\n    reports:\n      junit:\n";
            add(reports, 8);
        }
    }

    std::string rules_of_once(std::size_t s) {
        const auto [known, is_new] = rules_.try_emplace(s);
        if (is_new) known->second = rules_of(s);
        return known->second;
    }

    const Pipeline& pipeline_;
    ExportPlan plan_;
    std::map<std::size_t, std::string> rules_;
    std::vector<std::string> notes_;
};

}  // namespace

ExportedPipeline to_gitlab_pipeline(const Pipeline& pipeline) { return GitlabPipeline(pipeline).make(); }

}  // namespace kahn::render
