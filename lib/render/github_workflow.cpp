#include <kahn/render/export.hpp>

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

/// A text in which GitHub finds no expression to put a value in for.
std::string inert(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool opens = text.substr(i).starts_with("${{");
        if (opens) i += 2;
        out += opens ? std::string("${{ '${{' }}") : std::string(1, text[i]);
    }
    return out;
}

std::string needs_of(const std::string& id) { return "needs." + id; }

class Workflow {
public:
    explicit Workflow(const Pipeline& pipeline) : pipeline_(pipeline), plan_(pipeline), oks_(pipeline.stages.size()) {}

    ExportedPipeline make() {
        notes_ = common_notes(plan_);
        const std::string triggers = on();
        note_text_comparison();
        const std::string variables = environment();
        std::string jobs;
        for (const std::size_t s : plan_.order()) settle_ok(s);
        for (std::size_t s = 0; s < pipeline_.stages.size(); ++s) {
            for (std::size_t j = 0; j < pipeline_.stages[s].jobs.size(); ++j) append_job(jobs, {s, j});
        }
        ExportedPipeline out;
        out.text = yaml_comment("Made by: kahn export --to github", 0);
        for (const std::string& note : notes_) out.text += yaml_comment("note: " + note, 0);
        out.text += "name: " + yaml_text(pipeline_.name) + "\n" + triggers + variables + "jobs:\n" + jobs;
        out.notes = std::move(notes_);
        return out;
    }

private:
    std::string on() {
        std::string out = "on:\n";
        bool any = false;
        for (const auto& [trigger, word] : {std::pair{Trigger::push, "push"}, {Trigger::pull_request, "pull_request"}, {Trigger::manual, "workflow_dispatch"}}) {
            if (std::find(pipeline_.triggers.begin(), pipeline_.triggers.end(), trigger) == pipeline_.triggers.end()) continue;
            out += std::string("  ") + word + ":\n";
            any = true;
        }
        if (std::find(pipeline_.triggers.begin(), pipeline_.triggers.end(), Trigger::schedule) != pipeline_.triggers.end()) {
            notes_.emplace_back("triggers: schedule: the file does not say when; add `schedule: [{cron: ...}]` below `on`");
        }
        return any ? out : out + "  workflow_dispatch:\n";
    }

    std::string environment() {
        std::string out = "env:\n";
        out += "  KAHN_PIPELINE: " + yaml_text(inert(pipeline_.name)) + "\n  KAHN_RUN_ID: ${{ github.run_id }}\n";
        for (const auto& [name, value] : pipeline_.variables) {
            if (!is_secret(name)) out += variable(name, value, 2);
        }
        for (const std::string& name : pipeline_.secrets) {
            out += "  " + yaml_text(name) + ": ${{ secrets." + name + " }}\n";
            notes_.push_back("secret " + printable(name) + ": to be set among the secrets of the repository");
        }
        return out;
    }

    bool is_secret(const std::string& name) const {
        return std::find(pipeline_.secrets.begin(), pipeline_.secrets.end(), name) != pipeline_.secrets.end();
    }

    std::string variable(const std::string& name, const std::string& value, std::size_t indent) {
        if (name.starts_with("GITHUB_") || name.starts_with("RUNNER_")) notes_.push_back("variable " + name + ": GitHub keeps names of that kind for itself");
        return std::string(indent, ' ') + yaml_text(name) + ": " + yaml_block(inert(value), indent + 2) + '\n';
    }

    /// GitHub takes no notice of case where texts are compared.
    void note_text_comparison() {
        for (std::size_t s = 0; s < pipeline_.stages.size(); ++s) {
            const auto& condition = plan_.condition(s);
            if (!condition) continue;
            if (asks_for(*condition, Kind::equals) || asks_for(*condition, Kind::matches) || asks_for(*condition, Kind::same)) {
                notes_.emplace_back("conditions: GitHub compares texts without regard to upper and lower case");
                return;
            }
        }
    }

    // Status -----------------------------------------------------------------------------------------------------------

    /// What success() means for a stage, where GitHub's own function means something else: it takes a stage that was skipped by
    /// its own condition for one that did not succeed.
    struct Ok {
        bool is_plain = true;
        std::string text = "success()";
        std::set<std::string> needs;  // ids that the text looks at
    };

    bool is_irregular(std::size_t s) const { return plan_.is_conditional(s) || (plan_.stage(s).allow_failure && plan_.has_inner_order(s)); }

    std::string any_ran(std::size_t s) const {
        std::vector<std::string> terms;
        std::vector<std::string> all;
        for (std::size_t j = 0; j < plan_.stage(s).jobs.size(); ++j) {
            const std::string term = needs_of(plan_.id({s, j})) + ".result != 'skipped'";
            all.push_back(term);
            if (plan_.required({s, j}).empty()) terms.push_back(term);
        }
        return join(terms.empty() ? all : terms, " || ");
    }

    /// Whether a stage, having ended, lets those go on that depend on it.
    std::vector<std::string> lets_go_on(std::size_t s) const {
        const PipelineStage& stage = plan_.stage(s);
        std::vector<std::string> terms;
        for (std::size_t j = 0; j < stage.jobs.size(); ++j) {
            if (stage.allow_failure || stage.jobs[j].allow_failure) continue;
            const std::string result = needs_of(plan_.id({s, j})) + ".result";
            terms.push_back(plan_.is_conditional(s) ? '(' + result + " == 'success' || " + result + " == 'skipped')" : result + " == 'success'");
        }
        if (!plan_.is_conditional(s)) {
            if (terms.empty()) terms.push_back('(' + any_ran(s) + ')');
        } else if (explicit_ok(s) != "true" && !plan_.dependencies(s).empty()) {
            terms.push_back('(' + any_ran(s) + " || (" + explicit_ok(s) + "))");
        }
        return terms;
    }

    const std::string& explicit_ok(std::size_t s) const { return oks_[s].text; }

    void settle_ok(std::size_t s) {
        Ok& ok = oks_[s];
        for (const std::size_t on : plan_.dependencies(s)) ok.is_plain = ok.is_plain && oks_[on].is_plain && !is_irregular(on);
        // One that others will have to ask about is put in full.
        if (ok.is_plain && !(plan_.is_conditional(s) && plan_.has_dependents(s))) return;
        std::vector<std::string> terms;
        for (const std::size_t on : plan_.dependencies(s)) {
            for (std::string& term : lets_go_on(on)) terms.push_back(std::move(term));
            for (std::size_t j = 0; j < plan_.stage(on).jobs.size(); ++j) ok.needs.insert(plan_.id({on, j}));
            if (plan_.is_conditional(on)) ok.needs.insert(oks_[on].needs.begin(), oks_[on].needs.end());
        }
        ok.text = terms.empty() ? "true" : join(terms, " && ");
        constexpr std::size_t longest = 16'000;  // of the 21,000 characters that GitHub lets an expression have
        if (ok.text.size() <= longest) return;
        ok = Ok();
        say_once("stage '" + printable(plan_.stage(s).name) + "': too many conditions before it; a stage that is skipped by its own keeps it from running there");
    }

    /// That a job which this one requires ended well.
    std::string requirement(JobReference place, JobReference on, std::set<std::string>& needs) {
        const PipelineStage& stage = plan_.stage(on.stage);
        const std::string job = needs_of(plan_.id(on));
        needs.insert(plan_.id(on));
        std::string term = plan_.job(on).allow_failure ? job + ".result != 'skipped'"
                           : stage.allow_failure       ? job + ".outputs.outcome == 'success'"
                                                       : job + ".result == 'success'";
        if (on.stage == place.stage || !plan_.is_conditional(on.stage)) return term;
        const std::string blocked = plan_.dependencies(on.stage).empty() ? "" : " && " + explicit_ok(on.stage);
        for (std::size_t j = 0; j < stage.jobs.size(); ++j) needs.insert(plan_.id({on.stage, j}));
        needs.insert(oks_[on.stage].needs.begin(), oks_[on.stage].needs.end());
        return '(' + term + " || (!(" + any_ran(on.stage) + ')' + blocked + "))";
    }

    /// What stands behind `if:`; empty: GitHub's own rule does.
    std::string condition_of(JobReference place, std::set<std::string>& needs) {
        const std::size_t s = place.stage;
        const PipelineStage& stage = plan_.stage(s);
        if (!plan_.condition(s)) return "false";
        const ExportCondition& condition = *plan_.condition(s);
        const Ok& ok = oks_[s];
        const bool survives = asks_for(condition, Kind::always) || asks_for(condition, Kind::cancelled);
        const bool is_by_success = assuming(condition, false, true).is(false) && !survives;
        const bool is_own_rule = is_by_success && ok.is_plain && !asks_for(condition, Kind::failure);
        std::string success = "success()";
        if (!is_own_rule && !ok.text.empty() && ok.text != "success()") success = '(' + ok.text + ')';
        if (!is_own_rule && asks_for(condition, Kind::success)) needs.insert(ok.needs.begin(), ok.needs.end());
        auto said = GithubWords(is_own_rule ? "success()" : success, pipeline_).say(condition);
        if (!said) {
            say_once("stage '" + printable(stage.name) + "': its condition cannot be said in GitHub's expressions; it never runs there");
            return "false";
        }
        std::vector<std::string> terms;
        if (!is_own_rule || (stage.allow_failure && plan_.has_inner_order(s))) {
            for (const JobReference& on : plan_.required(place)) terms.push_back(requirement(place, on, needs));
        } else {
            for (const JobReference& on : plan_.required(place)) needs.insert(plan_.id(on));
        }
        if (terms.empty() && is_own_rule) return *said == "success()" ? "" : *said;
        if (terms.empty() && *said == "always()") return *said;
        terms.insert(terms.begin(), condition.kind == Kind::any ? '(' + *said + ')' : *said);
        if (!survives) {
            terms.insert(terms.begin(), "!cancelled()");
        } else if (!terms.front().starts_with("always()")) {
            terms.insert(terms.begin(), "always()");
        }
        return join(terms, " && ");
    }

    // Jobs -------------------------------------------------------------------------------------------------------------

    void append_job(std::string& out, JobReference place) {
        const PipelineStage& stage = plan_.stage(place.stage);
        const PipelineJob& job = plan_.job(place);
        std::set<std::string> needs;
        for (const std::size_t on : plan_.dependencies(place.stage)) {
            for (std::size_t j = 0; j < plan_.stage(on).jobs.size(); ++j) needs.insert(plan_.id({on, j}));
        }
        const std::string condition = condition_of(place, needs);
        const auto imports = plan_.imports(place);
        for (const JobReference& on : imports) needs.insert(plan_.id(on));
        const ExportEnvironment environment = export_environment(pipeline_, stage, job, !imports.empty());
        const bool tells_outcome = stage.allow_failure && plan_.is_required(place);
        const bool has_output_file = plan_.is_imported(place) || names_output_file(job);

        out += "  " + plan_.id(place) + ":\n    name: " + yaml_text(inert(stage.name + " / " + job.name)) + "\n    runs-on: ubuntu-latest\n";
        if (!needs.empty()) out += "    needs: [" + join(std::vector<std::string>(needs.begin(), needs.end()), ", ") + "]\n";
        if (!condition.empty()) out += "    if: " + yaml_text("${{ " + condition + " }}") + '\n';
        if (job.allow_failure || stage.allow_failure) out += "    continue-on-error: true\n";
        append_time_limit(out, place);
        out += "    env:\n      KAHN_STAGE: " + yaml_text(inert(stage.name)) + "\n      KAHN_JOB: " + yaml_text(inert(job.name)) + '\n';
        if (job.retry_count == 0) out += "      KAHN_ATTEMPT: \"1\"\n";
        for (const auto& [name, value] : environment.plain) out += variable(name, value, 6);
        for (std::size_t i = 0; i < imports.size(); ++i) {
            out += "      KAHN_FROM_" + std::to_string(i + 1) + ": ${{ needs." + plan_.id(imports[i]) + ".outputs.kahn_output }}\n";
        }
        if (tells_outcome || plan_.is_imported(place)) out += "    outputs:\n";
        if (tells_outcome) out += "      outcome: ${{ steps.run.outcome }}\n";
        if (plan_.is_imported(place)) out += "      kahn_output: ${{ steps.run.outputs.kahn_output }}\n";
        out += "    steps:\n      - uses: actions/checkout@v4\n";
        append_download(out, place);

        ScriptFrame frame;
        frame.has_output_file = has_output_file;
        for (std::size_t i = 0; i < imports.size(); ++i) {
            const std::string number = std::to_string(i + 1);
            frame.imports.push_back("<<KAHN_END\n$KAHN_FROM_" + number + "\nKAHN_END");
        }
        if (plan_.is_imported(place)) {
            frame.publish = {"kahn_end=KAHN_END_$$_$(date +%s)",
                             "{ echo \"kahn_output<<$kahn_end\"; cat -- \"$KAHN_OUTPUT\"; echo; echo \"$kahn_end\"; } >>\"$GITHUB_OUTPUT\""};
        }
        out += "      - id: run\n        shell: sh\n";
        if (has_plain_timeout(job)) out += "        timeout-minutes: " + std::to_string(job.timeout / std::chrono::minutes{1}) + '\n';
        out += "        run: " + yaml_block(inert(job_script(job, environment, frame)), 10) + '\n';
        append_upload(out, place, job.artifacts, environment, "");
        append_upload(out, place, job.junit_reports, environment, "-junit");
        if (!job.junit_reports.empty()) say_once(named(stage, job) + ": GitHub does not read test results; the files are kept as an artifact");
    }

    /// A job that may take longer than GitHub lets one take that says nothing.
    void append_time_limit(std::string& out, JobReference place) {
        constexpr std::chrono::minutes usual{360};
        constexpr std::chrono::minutes longest_pause{5};
        const PipelineJob& job = plan_.job(place);
        const auto whole = (job.timeout + (job.retry_delay.count() > 0 ? longest_pause : std::chrono::minutes{0})) * (job.retry_count + 1);
        if (whole <= usual) return;
        out += "    timeout-minutes: " + std::to_string(std::chrono::ceil<std::chrono::minutes>(whole).count() + 5) + '\n';
        say_once(named(plan_.stage(place.stage), job) + ": may take longer than the 6 hours that GitHub's own machines give a job");
    }

    void append_download(std::string& out, JobReference place) const {
        std::vector<std::string> names;
        for (const JobReference& on : plan_.keepers_before(place)) names.push_back(plan_.id(on));
        if (names.empty()) return;
        const std::string pattern = names.size() == 1 ? names.front() : '{' + join(names, ",") + '}';
        out += "      - uses: actions/download-artifact@v4\n        with:\n          pattern: " + yaml_text(pattern) + "\n          merge-multiple: true\n";
    }

    void append_upload(std::string& out, JobReference place, const std::vector<std::string>& patterns, const ExportEnvironment& environment,
                       const std::string& suffix) {
        std::vector<std::string> unsayable;
        auto paths = exported_patterns(plan_.job(place), patterns, environment, unsayable);
        for (const std::string& pattern : unsayable) {
            say_once(named(plan_.stage(place.stage), plan_.job(place)) + ": '" + printable(pattern) + "' is not known before a run, or not in the run's directory; it is not kept");
        }
        if (paths.empty()) return;
        // Paths are kept from the deepest folder that all patterns share: one of the top folder keeps them whole.
        paths.emplace_back(".kahn-keeps-whole-paths");
        out += "      - uses: actions/upload-artifact@v4\n";
        if (!suffix.empty()) out += "        if: always()\n";
        out += "        with:\n          name: " + plan_.id(place) + suffix + "\n          include-hidden-files: true\n          path: " +
               yaml_block(inert(join(paths, "\n")), 12) + '\n';
    }

    void say_once(std::string note) {
        if (said_.insert(note).second) notes_.push_back(std::move(note));
    }

    const Pipeline& pipeline_;
    ExportPlan plan_;
    std::vector<Ok> oks_;
    std::vector<std::string> notes_;
    std::set<std::string> said_;  // of say_once()
};

}  // namespace

ExportedPipeline to_github_workflow(const Pipeline& pipeline) { return Workflow(pipeline).make(); }

}  // namespace kahn::render
