#include <kahn/config/load.hpp>
#include <kahn/manager/pipeline_builder.hpp>
#include <kahn/manager/pipeline_manager.hpp>
#include <kahn/manager/rerun.hpp>
#include <kahn/model/diagnostic.hpp>

#include "support/event_recorder.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace kahn;
using namespace kahn::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<int> nothing(JobContext) { co_return 0; }

Options options_in(const TemporaryDirectory& workspace) {
    Options options;
    options.workspace_dir = workspace.path();
    return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(builder)

BOOST_AUTO_TEST_CASE(it_says_all_that_a_file_says) {
    const Pipeline built = PipelineBuilder("ci")
                               .description("all of it")
                               .variable("OUT", "build")
                               .trigger(Trigger::push)
                               .timeout(1h)
                               .stage(StageBuilder("build")
                                          .environment("A", "b")
                                          .job(JobBuilder("library")
                                                   .command("make")
                                                   .command("make install")
                                                   .environment("CC", "gcc")
                                                   .artifact("build/*.o")
                                                   .timeout(10min)
                                                   .retry(2, 3s)
                                                   .working_directory("src"))
                                          .job(JobBuilder("docs").command("make docs").allow_failure()))
                               .stage(StageBuilder("test")
                                          .after("build")
                                          .sequential()
                                          .allow_failure()
                                          .branch("main")
                                          .when("CI", "true")
                                          .when("failure()")
                                          .job(JobBuilder("unit").command("./unit").after("build.library").junit_report("*.xml")))
                               .build();
    const auto file = config::load_text(R"(name: ci
description: all of it
variables: {OUT: build}
triggers: [push]
timeout: 1h
stages:
  - name: build
    environment: {A: b}
    jobs:
      - {name: library, commands: [make, make install], environment: {CC: gcc}, artifacts: [build/*.o], timeout: 10m, retry_count: 2, retry_delay: 3s, working_directory: src}
      - {name: docs, commands: [make docs], allow_failure: true}
  - name: test
    dependencies: [build]
    parallel: false
    allow_failure: true
    conditions: {branch: main, environment: {CI: "true"}, custom: failure()}
    jobs:
      - {name: unit, commands: [./unit], dependencies: [build.library], reports: {junit: "*.xml"}}
)",
                                        config::Format::yaml, "ci.yaml");
    BOOST_TEST(file.ok());
    BOOST_TEST((built == file.pipeline));
}

BOOST_AUTO_TEST_CASE(build_lists_every_problem) {
    PipelineBuilder bad("ci");
    bad.stage(StageBuilder("a").after("b").job(JobBuilder("x").command("true").after("y")))
        .stage(StageBuilder("b").after("a").job(JobBuilder("empty")))
        .stage(StageBuilder("c").job(JobBuilder("both").command("true").native(nothing)))
        .stage(StageBuilder("d").job(JobBuilder("wrapped").native(nothing).wrap({"nice"})));
    BOOST_CHECK_EXCEPTION((void)bad.build(), ConfigError, [](const ConfigError& error) {
        const std::string text = error.what();
        for (const auto* const part : {"a -> b -> a", "'y'", "empty", "job 'c.both' has a coroutine, and commands beside it",
                                       "job 'd.wrapped' has a coroutine, and a wrapper of commands beside it"}) {
            BOOST_TEST(text.find(part) != std::string::npos, part << " in " << text);
        }
        return error.diagnostics().size() >= 5;
    });
}

BOOST_AUTO_TEST_CASE(a_pipeline_with_a_native_job_is_checked_drawn_and_planned_but_no_file_can_say_it) {
    const TemporaryDirectory workspace;
    PipelineManager manager(options_in(workspace));
    const Pipeline pipeline = manager.create_pipeline(
        PipelineBuilder("mixed")
            .stage(StageBuilder("a").job(JobBuilder("native").native(nothing)))
            .stage(StageBuilder("b").after("a").job(JobBuilder("shell").command("true")))
            .build());
    BOOST_TEST(manager.generate_pipeline_visualization(pipeline).find(" --> ") != std::string::npos);
    BOOST_TEST(manager.optimize_pipeline_schedule(pipeline).execution_levels.size() == 2U);
    const auto file = workspace.path() / "mixed.yaml";
    BOOST_CHECK_EXCEPTION(manager.save_pipeline_config(pipeline, file), NotImplemented, [](const NotImplemented& error) {
        return std::string(error.what()).find("native job 'a.native'") != std::string::npos;
    });
    BOOST_TEST(!std::filesystem::exists(file));
}

BOOST_AUTO_TEST_CASE(native_and_shell_jobs_run_together_are_remembered_and_continued_by_their_program) {
    const TemporaryDirectory workspace;
    PipelineManager manager(options_in(workspace));
    int versioned_runs = 0;
    auto versioned = [&versioned_runs](JobContext job) -> asio::awaitable<int> {
        ++versioned_runs;
        job.set_output("FROM", "native");
        co_return 0;
    };
    NativeOptions first_version;
    first_version.version = "1";
    const Pipeline definition = PipelineBuilder("mixed")
                                    .stage(StageBuilder("a").job(JobBuilder("versioned").native(versioned, first_version)))
                                    .stage(StageBuilder("b").after("a").job(
                                        JobBuilder("shell").command("echo from $FROM").after("a.versioned")))
                                    .stage(StageBuilder("c").job(JobBuilder("unversioned").native(nothing)))
                                    .build();
    manager.create_pipeline(definition);
    const Pipeline first = manager.run_pipeline("mixed");
    BOOST_TEST((first.status == PipelineStatus::success));
    BOOST_TEST(first.stages[1].jobs[0].output == "from native\n");

    BOOST_CHECK_EXCEPTION((void)prepare_rerun(manager.store(), first.run_id), NotImplemented, [](const NotImplemented& error) {
        return std::string(error.what()).find("'a.versioned'") != std::string::npos;
    });
    RerunOptions again;
    again.definition = definition;
    Rerun rerun = prepare_rerun(manager.store(), first.run_id, again);
    BOOST_TEST(!rerun.is_from_file);
    BOOST_TEST(rerun.changes.empty());
    const Pipeline second = manager.run_pipeline("mixed", rerun.run);
    BOOST_TEST(second.stages[0].jobs[0].reused_from == first.run_id);
    BOOST_TEST(second.stages[1].jobs[0].reused_from == first.run_id);
    BOOST_TEST(second.stages[2].jobs[0].reused_from.empty());
    BOOST_TEST(versioned_runs == 1);
}

BOOST_AUTO_TEST_CASE(observers_of_a_run_see_that_run_after_those_of_the_manager) {
    const TemporaryDirectory workspace;
    std::vector<std::string> order;
    const auto of_manager = std::make_shared<EventRecorder>();
    const auto of_run = std::make_shared<EventRecorder>();
    of_manager->on_line([&](const std::string& line) { order.push_back("manager " + line); });
    of_run->on_line([&](const std::string& line) { order.push_back("run " + line); });
    Options options = options_in(workspace);
    options.engine.observers = {of_manager};
    PipelineManager manager(options);
    manager.create_pipeline(PipelineBuilder("p").stage(StageBuilder("s").job(JobBuilder("n").native(nothing))).build());
    RunOptions watched;
    watched.observers = {of_run};
    manager.run_pipeline("p", watched);
    const auto seen = of_run->lines();
    BOOST_TEST(!seen.empty());
    BOOST_TEST((of_manager->lines() == seen));
    BOOST_TEST(order.at(0) == "manager run_started");
    BOOST_TEST(order.at(1) == "run run_started");
    manager.run_pipeline("p");
    BOOST_TEST((of_run->lines() == seen));
    BOOST_TEST(of_manager->lines().size() == 2 * seen.size());
}

BOOST_AUTO_TEST_SUITE_END()
