#include <kahn/manager/pipeline_manager.hpp>

#include "support/event_recorder.hpp"
#include "support/pipelines.hpp"
#include "support/temporary_directory.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::test;

namespace {

/// A manager with a workspace of its own that keeps what it logs.
struct Managed {
    TemporaryDirectory workspace;
    std::vector<std::string> log;
    PipelineManager manager{options()};

    Options options() {
        Options options;
        options.workspace_dir = workspace.path();
        options.log_sink = [this](LogLevel level, std::string_view line) {
            log.push_back(std::string(to_string(level)) + ": " + std::string(line));
        };
        return options;
    }
    bool logged(const std::string& part) const {
        return std::any_of(log.begin(), log.end(), [&](const auto& line) { return line.find(part) != std::string::npos; });
    }
};

Pipeline named(std::string name, std::vector<PipelineStage> stages) {
    Pipeline definition = pipeline(std::move(stages));
    definition.name = std::move(name);
    return definition;
}

constexpr const char* sample_yaml = R"(name: sample
variables: {WHO: world}
stages:
  - name: greet
    jobs:
      - name: hello
        commands: ["echo hello $WHO", "echo oops >&2"]
        artifacts: ["made.txt"]
      - name: make
        commands: ["echo made > made.txt"]
  - name: check
    dependencies: [greet]
    jobs:
      - name: read
        commands: ["grep made made.txt"]
)";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(managing_pipelines, Managed)

BOOST_AUTO_TEST_CASE(a_file_is_created_run_and_remembered) {
    const auto file = workspace.write("ci.yaml", sample_yaml);
    BOOST_TEST(manager.create_pipeline(file).name == "sample");
    BOOST_TEST(manager.list_pipelines() == std::vector<std::string>{"sample"}, boost::test_tools::per_element());
    BOOST_TEST((manager.get_pipeline_status("sample") == PipelineStatus::pending));

    RunOptions options;
    options.working_directory = workspace.path();
    options.variables = {{"WHO", "you"}};
    const Pipeline run = manager.run_pipeline("sample", options);
    BOOST_TEST((run.status == PipelineStatus::success));
    BOOST_TEST(run.stages[0].jobs[0].output == "hello you\n");
    BOOST_TEST(run.stages[0].jobs[0].error == "oops\n");
    BOOST_TEST(run.stages[0].jobs[0].exit_code.value() == 0);
    BOOST_TEST(run.run_id.size() == 26U);
    BOOST_TEST((manager.get_pipeline_status("sample") == PipelineStatus::success));
    const auto kept = run.stages[0].jobs[0].attempts.at(0).log;
    BOOST_TEST(workspace.read(std::filesystem::relative(kept, workspace.path())).find("hello you\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(artifacts_are_kept_in_the_run_directory) {
    auto make = shell_job("make", "mkdir -p out && echo content > out/made.txt");
    make.artifacts = {"out/*.txt"};
    manager.create_pipeline(named("p", {stage("s", {make})}));
    RunOptions options;
    options.working_directory = workspace.path();
    const Pipeline run = manager.run_pipeline("p", options);
    const auto& collected = run.stages[0].jobs[0].collected_artifacts;
    BOOST_TEST_REQUIRE(collected.size() == 1U);
    BOOST_TEST(workspace.read(std::filesystem::path(".kahn/runs") / run.run_id / "artifacts" / collected[0].path) == "content\n");
    BOOST_TEST(collected[0].bytes == 8U);
    BOOST_TEST(collected[0].sha256 == "434728a410a78f56fc1b5899c3593436e61ab0c731e9072d95e96db290205e53");
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_said_and_logged_before_it_is_thrown) {
    const auto says_so = [](const Error& error) {
        return std::string(error.what()) == "Pipeline 'nope' not found" && error.code() == Errc::unknown_pipeline;
    };
    BOOST_CHECK_EXCEPTION(manager.run_pipeline("nope"), Error, says_so);
    BOOST_TEST(logged("error: Pipeline 'nope' not found"));
    log.clear();
    BOOST_CHECK_EXCEPTION(static_cast<void>(manager.run_pipeline_async("nope")), Error, says_so);
    BOOST_TEST(logged("error: Pipeline 'nope' not found"));
    BOOST_TEST(!manager.get_pipeline_status("nope").has_value());
    BOOST_TEST(!manager.cancel_pipeline("nope"));
}

BOOST_AUTO_TEST_CASE(a_bad_file_throws_all_its_diagnostics_and_logs_them) {
    const auto file = workspace.write("bad.yaml", "name: x\nstages:\n  - name: s\n    jobz: []\n    jobs: []\n  - name: s\n    jobs: []\n");
    try {
        manager.create_pipeline(file);
        BOOST_FAIL("no exception");
    } catch (const ConfigError& error) {
        BOOST_TEST(error.diagnostics().size() >= 2U);
        BOOST_TEST(error.diagnostics().front().location.line == 4);
    }
    BOOST_TEST(logged("jobz"));
    BOOST_TEST(manager.list_pipelines().empty());
    BOOST_CHECK_THROW(manager.create_pipeline(workspace / "missing.yaml"), ConfigError);
}

BOOST_AUTO_TEST_CASE(a_failure_is_a_result_with_its_exit_code) {
    manager.create_pipeline(named("p", {stage("s", {shell_job("bad", "exit 7")})}));
    const Pipeline run = manager.run_pipeline("p");
    BOOST_TEST((run.status == PipelineStatus::failure));
    BOOST_TEST(run.stages[0].jobs[0].exit_code.value() == 7);
    BOOST_TEST((manager.get_pipeline_status("p") == PipelineStatus::failure));
}

BOOST_AUTO_TEST_CASE(a_pipeline_that_is_handed_over_is_run_and_not_remembered) {
    const auto ends_with = [](const std::string& status) { return named("p", {stage("s", {shell_job("a", "exit " + status)})}); };
    BOOST_TEST((manager.run_pipeline(ends_with("3")).status == PipelineStatus::failure));
    BOOST_TEST(manager.list_pipelines().empty());
    BOOST_TEST(!manager.get_pipeline_status("p").has_value());

    manager.create_pipeline(ends_with("0"));
    BOOST_TEST((manager.get_pipeline_status("p") == PipelineStatus::pending));  // nothing is left of the other one
    manager.run_pipeline(ends_with("3"));
    BOOST_TEST((manager.run_pipeline("p").status == PipelineStatus::success));
    BOOST_CHECK_THROW(manager.run_pipeline(Pipeline()), ConfigError);
    BOOST_CHECK_THROW(static_cast<void>(manager.run_pipeline_async(Pipeline())), ConfigError);
}

BOOST_AUTO_TEST_CASE(a_run_may_be_started_inside_a_running_loop) {
    manager.create_pipeline(named("inner", {stage("s", {shell_job("a", "true")})}));
    manager.create_pipeline(named("outer", {stage("s", {shell_job("b", "true")})}));
    class Nested final : public Observer {
    public:
        explicit Nested(PipelineManager& manager) : manager_(manager) {}
        void on_event(const Event& event) override {
            if (std::holds_alternative<event::RunStarted>(event.what)) inner = manager_.run_pipeline("inner").status;
        }
        std::optional<PipelineStatus> inner;
    private:
        PipelineManager& manager_;
    };
    const auto nested = std::make_shared<Nested>(manager);
    RunOptions options;
    options.observers = {nested};
    BOOST_TEST((manager.run_pipeline("outer", options).status == PipelineStatus::success));
    BOOST_TEST((nested->inner == PipelineStatus::success));
}

BOOST_AUTO_TEST_CASE(stages_given_by_hand_really_run) {
    const auto result = manager.parallel_pipeline_execution(
        {stage("a", {shell_job("x", "true")}), stage("b", {shell_job("x", "exit 4")}), stage("c", {shell_job("x", "true")}, {"b"})});
    BOOST_TEST(result.total_stages == 3U);
    BOOST_TEST(result.completed_stages == 1U);
    BOOST_TEST(result.failed_stages == 1U);
    BOOST_TEST(result.stage_results.at("b").jobs[0].exit_code.value() == 4);
    BOOST_TEST((result.stage_results.at("c").status == PipelineStatus::skipped));
    BOOST_TEST(manager.parallel_pipeline_execution({}).total_stages == 0U);
}

BOOST_AUTO_TEST_CASE(a_configuration_is_validated_as_json) {
    const auto good = boost::json::parse(R"({"name":"x","stages":[{"name":"s","jobs":[{"name":"j","commands":["true"]}]}]})");
    BOOST_TEST(manager.validate_pipeline_config(good).first);
    BOOST_TEST(manager.validate_pipeline_config(good).second.empty());
    const auto [ok, messages] = manager.validate_pipeline_config(boost::json::parse(R"({"stages":[{"name":"s","jobs":[{"name":"j"}]}]})"));
    BOOST_TEST(!ok);
    BOOST_TEST(messages.size() == 2U);
    BOOST_TEST(!manager.validate_pipeline_config(nullptr).first);
}

BOOST_AUTO_TEST_CASE(C11_dependencies_are_validated_by_name) {
    const auto has = [](const std::vector<std::string>& messages, const std::string& part) {
        return std::any_of(messages.begin(), messages.end(), [&](const auto& m) { return m.find(part) != std::string::npos; });
    };
    BOOST_TEST(manager.validate_stage_dependencies({single("a"), single("b", {"a"})}).empty());
    BOOST_TEST(has(manager.validate_stage_dependencies({single("a", {"b"}), single("b", {"a"})}), "a -> b -> a"));
    BOOST_TEST(has(manager.validate_stage_dependencies({single("a", {"a"})}), "stage 'a' depends on itself"));
    BOOST_TEST(has(manager.validate_stage_dependencies({single("a", {"gone"})}), "gone"));
}

BOOST_AUTO_TEST_CASE(a_schedule_is_analysed) {
    // fetch -> build -> test -> package, lint beside
    const auto analysis = manager.optimize_pipeline_schedule(
        named("p", {single("fetch"), stage("build", {job("a"), job("b", {"a"})}, {"fetch"}), single("lint", {"fetch"}),
                    single("test", {"build"}), single("package", {"test", "lint"})}));
    using Names = std::vector<std::string>;
    BOOST_TEST(analysis.execution_levels.size() == 4U);
    BOOST_TEST(analysis.execution_levels[1] == (Names{"build", "lint"}), boost::test_tools::per_element());
    BOOST_TEST(analysis.parallel_stages.size() == 1U);
    BOOST_TEST_REQUIRE(analysis.sequential_chains.size() == 1U);
    BOOST_TEST(analysis.sequential_chains[0] == (Names{"build", "test"}), boost::test_tools::per_element());
    BOOST_TEST(analysis.critical_path == (Names{"fetch", "build", "test", "package"}), boost::test_tools::per_element());
    BOOST_TEST((analysis.critical_path_duration == std::chrono::seconds{5}));
    BOOST_TEST((analysis.total_work == std::chrono::seconds{6}));
    BOOST_TEST(analysis.estimated_parallelism == 1.2, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(analysis.best_workers == 2U);
    BOOST_TEST(manager.optimize_pipeline_schedule(Pipeline()).execution_levels.empty());
}

BOOST_AUTO_TEST_CASE(a_stage_is_judged_by_given_conditions) {
    auto deploy = single("deploy");
    deploy.conditions.branch = {"main"};
    deploy.conditions.environment = {{"REGION", "eu"}};
    BOOST_TEST(manager.conditional_stage_execution(deploy, {{"branch", "main"}, {"env_REGION", "eu"}}));
    BOOST_TEST(!manager.conditional_stage_execution(deploy, {{"branch", "dev"}, {"env_REGION", "eu"}}));
    BOOST_TEST(!manager.conditional_stage_execution(deploy, {{"branch", "main"}}));
    auto clean = single("clean");
    clean.conditions.custom = "failure()";
    BOOST_TEST(!manager.conditional_stage_execution(clean, {{"has_previous_failures", false}}));
    BOOST_TEST(manager.conditional_stage_execution(clean, {{"has_previous_failures", true}}));
    BOOST_TEST(!manager.conditional_stage_execution(single("plain"), {{"has_previous_failures", true}}));
    BOOST_CHECK_THROW(manager.conditional_stage_execution(clean, {{"brnach", "x"}}), Error);
    BOOST_TEST(logged("brnach"));
    clean.conditions.custom = "success( &&";
    BOOST_CHECK_THROW(manager.conditional_stage_execution(clean, {}), Error);
}

BOOST_AUTO_TEST_CASE(a_saved_pipeline_loads_as_an_equal_one) {
    const auto original = manager.create_pipeline(workspace.write("ci.yaml", sample_yaml));
    for (const char* name : {"saved.yaml", "saved.json"}) {
        manager.save_pipeline_config(original, workspace / name);
        BOOST_TEST((manager.create_pipeline(workspace / name) == original));
    }
    BOOST_CHECK_THROW(manager.save_pipeline_config(original, workspace / "no/such/folder/x.yaml"), Error);
    BOOST_TEST(logged("no/such/folder"));
}

BOOST_AUTO_TEST_CASE(what_is_not_possible_yet_says_so_and_is_logged_before_it_is_thrown) {
    BOOST_CHECK_EXCEPTION(manager.save_pipeline_config(named("p", {single("a")}), workspace / "p.toml"), NotImplemented,
                          [](const Error& error) { return error.code() == Errc::not_implemented; });
    BOOST_TEST(logged("error: not implemented: saving a pipeline as '.toml'"));
    BOOST_TEST(!std::filesystem::exists(workspace / "p.toml"));
}

BOOST_AUTO_TEST_CASE(a_pipeline_is_drawn) {
    const std::string drawn = manager.generate_pipeline_visualization(named("p", {single("a"), single("b", {"a"})}));
    BOOST_TEST(drawn.find("-->") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_selection_that_is_not_there_throws_at_the_call) {
    manager.create_pipeline(named("p", {single("build")}));
    RunOptions options;
    options.stages = {"biuld"};
    BOOST_CHECK_EXCEPTION(manager.run_pipeline("p", options), Error,
                          [](const Error& error) { return error.code() == Errc::unknown_stage; });
    BOOST_TEST(logged("biuld"));
}

BOOST_AUTO_TEST_CASE(V01_a_value_cannot_become_shell_code) {
    const std::string nasty = "'; touch " + (workspace / "owned").string() + " #$(id)`id`\n\"\\";
    auto print = shell_job("print", "printf %s \"$NASTY\"");
    auto definition = named("p", {stage("s", {print})});
    definition.variables = {{"NASTY", nasty}};
    manager.create_pipeline(definition);
    BOOST_TEST(manager.run_pipeline("p").stages[0].jobs[0].output == nasty);
    BOOST_TEST(!std::filesystem::exists(workspace / "owned"));
}

BOOST_AUTO_TEST_SUITE_END()
