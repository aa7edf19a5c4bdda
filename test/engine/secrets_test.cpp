// What a run knows as secret is in nothing that leaves it: events, results, logs.
#include "engine/secrets.hpp"

#include "engine/preview.hpp"
#include "engine/run_fixture.hpp"

#include <kahn/model/diagnostic.hpp>

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>

using namespace kahn;
using namespace kahn::test;

namespace {

constexpr const char* secret = "hunter2266";

/// Everything that an event shows, as one text, and each output where it says that it stands.
class Witness final : public Observer {
public:
    std::string seen;
    std::string output;
    bool are_offsets_right = true;

    void on_event(const Event& event) override {
        for (const auto& [name, value] : event.run.variables) note(name + "=" + value);
        note(event.run.reason.text());
        for (const PipelineStage& stage : event.run.stages) {
            for (const auto& [name, value] : stage.environment) note(name + "=" + value);
            note(stage.conditions.custom + stage.reason.text());
            for (const PipelineJob& job : stage.jobs) note_job(job);
        }
        if (const auto* const printed = std::get_if<event::JobOutput>(&event.what)) {
            are_offsets_right = are_offsets_right && printed->offset == output.size();
            output += printed->text;
        }
        if (const auto* const retried = std::get_if<event::JobRetried>(&event.what)) note(retried->attempt.reason.text());
    }

private:
    void note(const std::string& text) { seen += text + '\n'; }
    void note_job(const PipelineJob& job) {
        for (const auto& [name, value] : job.environment) note(name + "=" + value);
        for (const std::string& text : job.commands) note(text);
        for (const std::string& text : job.warnings) note(text);
        for (const auto& [name, value] : job.outputs) note(name + "=" + value);
        for (const Artifact& artifact : job.collected_artifacts) note(artifact.path.string());
        note(job.working_directory + job.reason.text() + job.output + job.error);
        for (const JobAttempt& attempt : job.attempts) {
            note(attempt.reason.text() + attempt.outcome.message + attempt.outcome.output + attempt.outcome.error);
            for (const std::string& text : attempt.outcome.warnings) note(text);
        }
    }
};

struct World {
    TemporaryDirectory workspace;
    std::shared_ptr<Witness> witness = std::make_shared<Witness>();
    std::string said;  ///< warnings of the library
    Pipeline result;

    const Pipeline& run(Pipeline definition, RunOptions options = RunOptions()) {
        boost::asio::io_context context(1);
        EngineOptions engine_options;
        engine_options.observers = {witness};
        Engine engine(std::move(engine_options), workspace.path(), Logger([this](LogLevel, std::string_view line) { said.append(line).append("\n"); }));
        options.branch = "main";
        options.working_directory = workspace.path();
        auto prepared = engine.prepare(std::move(definition), options);
        auto work = engine.run(context.get_executor(), std::move(prepared), std::move(options), std::make_shared<RunControl>());
        boost::asio::co_spawn(context, std::move(work), [this](const std::exception_ptr& failure, Pipeline finished) {
            if (failure) std::rethrow_exception(failure);
            result = std::move(finished);
        });
        context.run();
        return result;
    }
    std::string log_of(const PipelineJob& job) const {
        std::ifstream file(job.attempts.back().log, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

Pipeline with_secret(Pipeline pipeline) {
    pipeline.secrets = {"TOKEN"};
    pipeline.variables["TOKEN"] = secret;
    return pipeline;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

auto says(std::string part) {
    return [part = std::move(part)](const ConfigError& error) {
        BOOST_TEST_MESSAGE("it said: " << error.what());
        return has(error.diagnostics().at(0).message, part);
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(L06_a_job_has_the_secret_and_nothing_else_shows_it) {
    World world;
    auto talks = shell_job("talks", "test \"$TOKEN\" = 'hunter2266' || exit 9; printf 'a hunt'; sleep 0; printf \"er2266 %s b\\n\" \"$TOKEN\"; "
                                    "printf 'err %s.\\nhunter2' \"$TOKEN\" >&2");
    talks.environment["URL"] = "https://${TOKEN}@host";
    talks.retry_count = 1;
    const Pipeline& result = world.run(with_secret(pipeline({stage("s", {talks, shell_job("fails", "echo hunter2266 >&2; exit 1")})})));
    const PipelineJob& job = job_of(result, "s");
    BOOST_TEST(job.status == PipelineStatus::success);
    BOOST_TEST(job.output == "a *** *** b\n");
    BOOST_TEST(job.error == "err ***.\nhunter2");
    BOOST_TEST(world.log_of(job).size() == job.output.size() + job.error.size());
    BOOST_TEST(job.attempts.back().outcome.output_bytes == job.output.size() + job.error.size());
    BOOST_TEST(job_of(result, "s", 1).error == "***\n");
    BOOST_TEST(result.variables.at("TOKEN") == "***");
    for (const std::string& text : {world.witness->seen, world.witness->output, world.log_of(job), world.said}) BOOST_TEST(!has(text, secret));
    BOOST_TEST(has(world.witness->seen, "test \"$TOKEN\" = '***' || exit 9"));
}

BOOST_AUTO_TEST_CASE(offsets_of_events_are_places_in_the_log) {
    World world;
    auto prints = shell_job("prints", "for i in 1 2 3; do echo \"$i $TOKEN\"; done; printf 'hunter2'");
    const Pipeline& result = world.run(with_secret(pipeline({stage("s", {prints})})));
    BOOST_TEST(world.witness->are_offsets_right);
    BOOST_TEST(world.witness->output == "1 ***\n2 ***\n3 ***\nhunter2");
    BOOST_TEST(world.log_of(job_of(result, "s")) == world.witness->output);
}

BOOST_AUTO_TEST_CASE(L12_what_steers_terminals_is_raw_in_the_log_beside_secrets) {
    World world;
    const std::string raw = "\x1b]52;c;aGk=\x07 \x1b]0;title\x1b\\ \x1bP1$r\x1b\\ \xc2\x9b" "31m \x9b" "2J";
    auto prints = shell_job("prints", "printf '\\033]52;c;aGk=\\007 \\033]0;title\\033\\\\ \\033P1$r\\033\\\\ \\302\\23331m \\2332J'; echo \" $TOKEN\"");
    const Pipeline& result = world.run(with_secret(pipeline({stage("s", {prints})})));
    BOOST_TEST(world.log_of(job_of(result, "s")) == raw + " ***\n");
    BOOST_TEST(world.witness->output == raw + " ***\n");
}

BOOST_AUTO_TEST_CASE(error_texts_show_no_secret) {
    World world;
    auto missing = shell_job("missing", "/nowhere/hunter2266");
    auto wrong_directory = shell_job("directory", "true");
    wrong_directory.working_directory = "nowhere-${TOKEN}";
    auto no_match = shell_job("artifacts", "true");
    no_match.artifacts = {"out-${TOKEN}-*"};
    const Pipeline& result = world.run(with_secret(pipeline({stage("s", {missing, wrong_directory, no_match})})));
    BOOST_TEST(has(job_of(result, "s", 0).attempts[0].outcome.message, "/nowhere/***"));
    BOOST_TEST(has(job_of(result, "s", 1).reason.detail(), "nowhere-***"));
    BOOST_TEST(has(job_of(result, "s", 2).warnings.at(0), "out-***-*"));
    for (const std::string& text : {world.witness->seen, world.said}) BOOST_TEST(!has(text, secret));
}

BOOST_AUTO_TEST_CASE(a_condition_sees_the_secret_and_does_not_show_it) {
    World world;
    auto runs = single("runs");
    runs.conditions.custom = "variables.TOKEN == 'hunter2266'";
    auto skipped = single("skipped");
    skipped.conditions.environment = {{"TOKEN", "another one"}};
    runs.jobs[0].commands = {"true"};
    const Pipeline& result = world.run(with_secret(pipeline({runs, skipped})));
    BOOST_TEST(stage_of(result, "runs").status == PipelineStatus::success);
    BOOST_TEST(stage_of(result, "runs").conditions.custom == "variables.TOKEN == '***'");
    BOOST_TEST(stage_of(result, "skipped").reason.detail() == "TOKEN is '***', needs 'another one'");

    const RunPreview preview = preview_run(with_secret(pipeline({skipped})), RunOptions());
    BOOST_TEST(preview.skips.at("skipped") == "TOKEN is '***', needs 'another one'");
    BOOST_TEST(preview.pipeline.variables.at("TOKEN") == "***");
}

BOOST_AUTO_TEST_CASE(what_would_be_written_down_is_refused) {
    World world;
    auto hands_on = shell_job("hands_on", "echo \"URL=https://$TOKEN@host\" >> $KAHN_OUTPUT");
    auto names_file = shell_job("names_file", "touch \"out-$TOKEN\"");
    names_file.artifacts = {"out-*"};
    const Pipeline& result = world.run(with_secret(pipeline({stage("s", {hands_on, names_file})})));
    BOOST_TEST(has(job_of(result, "s", 0).reason.detail(), "'URL' has a secret"));
    BOOST_TEST(job_of(result, "s", 0).outputs.empty());
    BOOST_TEST(has(job_of(result, "s", 1).reason.detail(), "the name of an artifact has a secret in it: out-***"));
    BOOST_TEST(!has(world.witness->seen, secret));
    BOOST_CHECK_EXCEPTION(world.run(with_secret(pipeline({stage("to hunter2266 or not", {job("j")})}))), ConfigError,
                          says("the name of a stage, 'to *** or not', has a secret in it"));
}

BOOST_AUTO_TEST_CASE(every_value_that_jobs_find_is_hidden_whatever_sets_it) {
    World world;
    auto of_stage = stage("s", {shell_job("a", "echo $TOKEN"), shell_job("b", "echo $TOKEN")});
    of_stage.environment["TOKEN"] = "stage-value";
    of_stage.jobs[1].environment["TOKEN"] = "job-${OTHER}";
    auto definition = with_secret(pipeline({of_stage, stage("t", {shell_job("c", "echo $TOKEN $FROM_LINE")})}));
    definition.variables["OTHER"] = "other";
    RunOptions options;
    options.variables["TOKEN"] = "run-value";
    options.variables["FROM_LINE"] = "another secret";
    options.secrets = {"FROM_LINE", "TOKEN"};
    const Pipeline& result = world.run(definition, options);
    BOOST_TEST(job_of(result, "s", 0).output == "***\n");
    BOOST_TEST(job_of(result, "s", 1).output == "***\n");
    BOOST_TEST(job_of(result, "t").output == "*** ***\n");
    BOOST_TEST((result.secrets == std::vector<std::string>{"TOKEN", "FROM_LINE"}));
}

BOOST_AUTO_TEST_CASE(a_secret_without_a_value_ends_it_before_anything_runs) {
    World world;
    auto definition = pipeline({stage("s", {shell_job("j", "touch was-here")})});
    definition.secrets = {"KAHN_TEST_NO_SUCH_VARIABLE"};
    BOOST_CHECK_EXCEPTION(world.run(definition), ConfigError, says("the secret 'KAHN_TEST_NO_SUCH_VARIABLE' has no value"));
    definition.variables["KAHN_TEST_NO_SUCH_VARIABLE"] = "";
    BOOST_CHECK_THROW(world.run(definition), ConfigError);
    BOOST_TEST(world.witness->seen == "");
    BOOST_TEST(!std::filesystem::exists(world.workspace / "was-here"));
    BOOST_TEST(preview_run(definition, RunOptions()).pipeline.job_count() == 1u);  // a plan needs no secrets
}

BOOST_AUTO_TEST_CASE(L10_a_secret_that_is_too_short_is_refused_with_a_warning) {
    World world;
    auto definition = pipeline({stage("s", {shell_job("j", "echo $PIN")})});
    definition.secrets = {"PIN"};
    definition.variables["PIN"] = "12345";
    const Pipeline& result = world.run(definition);
    BOOST_TEST(result.status == PipelineStatus::success);
    BOOST_TEST(job_of(result, "s").output == "12345\n");
    BOOST_TEST(has(world.said, "the secret 'PIN' is shorter than 6 bytes"));
    BOOST_TEST(!has(world.said, "12345"));
    BOOST_TEST(result.variables.at("PIN") == "***");  // what is known by name is hidden by name
}

BOOST_AUTO_TEST_CASE(more_than_can_be_searched_for_is_refused) {
    World world;
    auto definition = with_secret(pipeline({stage("s", {shell_job("j", "true")})}));
    definition.variables["TOKEN"] = std::string(Masker::most_bytes + 1, 'x');
    BOOST_CHECK_EXCEPTION(world.run(definition), ConfigError, says("the secrets have 24577 bytes together, more than 24576"));
}

BOOST_AUTO_TEST_CASE(a_digest_depends_on_the_secret_and_does_not_show_it) {
    World world;
    const auto digest = [&world](const std::string& value) {
        auto definition = with_secret(pipeline({stage("s", {shell_job("j", "true")})}));
        definition.variables["TOKEN"] = value;
        return job_of(world.run(definition), "s").digest;
    };
    const std::string first = digest("hunter2266");
    BOOST_TEST(first == digest("hunter2266"));
    BOOST_TEST(first != digest("hunter2366"));
}

BOOST_AUTO_TEST_SUITE_END()
