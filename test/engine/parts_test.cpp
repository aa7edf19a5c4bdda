#include "engine/conditions.hpp"
#include "engine/git_branch.hpp"
#include "engine/job_setup.hpp"
#include "engine/retry_policy.hpp"
#include "engine/run_control.hpp"
#include "engine/verdict.hpp"
#include "support/pipelines.hpp"
#include "support/temporary_directory.hpp"

#include <kahn/base/error.hpp>
#include <kahn/model/diagnostic.hpp>

#include <boost/test/unit_test.hpp>

using namespace kahn;
using namespace kahn::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(parts_of_a_run)

BOOST_AUTO_TEST_CASE(the_retry_delay_doubles_up_to_five_minutes_with_jitter) {
    PipelineJob job;
    job.retry_delay = 10s;
    BOOST_TEST((retry_delay(job, 1, 1.0) == 10s));
    BOOST_TEST((retry_delay(job, 2, 1.0) == 20s));
    BOOST_TEST((retry_delay(job, 3, 0.0) == 20s));  // half of 40 s
    BOOST_TEST((retry_delay(job, 1'000'000, 1.0) == 5min));
    job.retry_delay = 0s;
    BOOST_TEST((retry_delay(job, 30, 0.7) == 0s));
}

BOOST_AUTO_TEST_CASE(an_attempt_told_to_end_is_what_it_was_told_for) {
    AttemptOutcome stopped;
    stopped.end = AttemptEnd::stopped;
    BOOST_TEST((judge(stopped, Reason(Reason::Code::timeout)).status == PipelineStatus::failure));
    BOOST_TEST((judge(stopped, Reason(Reason::Code::cancelled)).status == PipelineStatus::cancelled));
    BOOST_TEST((judge(stopped, std::nullopt).status == PipelineStatus::cancelled));
    AttemptOutcome untidy;
    untidy.exit_code = 0;
    untidy.leftovers = {Leftover(42, "daemon")};
    BOOST_TEST((judge(untidy, std::nullopt).status == PipelineStatus::success));
    BOOST_TEST((judge(untidy, std::nullopt, LeftoverPolicy::keep).status == PipelineStatus::success));
    BOOST_TEST((judge(untidy, std::nullopt, LeftoverPolicy::fail).status == PipelineStatus::failure));
    BOOST_TEST(judge(untidy, std::nullopt, LeftoverPolicy::fail).reason.text() == "leftovers: 42 (daemon)");
}

BOOST_AUTO_TEST_CASE(an_attempt_that_ended_before_it_heard_keeps_its_result) {
    AttemptOutcome exited;
    exited.exit_code = 0;
    BOOST_TEST((judge(exited, Reason(Reason::Code::cancelled)).status == PipelineStatus::success));
    exited.exit_code = 2;
    BOOST_TEST(judge(exited, Reason(Reason::Code::timeout)).reason.text() == "exit_code: exit 2");
}

BOOST_AUTO_TEST_CASE(H03_a_lost_exit_status_is_a_failure) {
    AttemptOutcome lost;
    lost.end = AttemptEnd::status_lost;
    lost.message = "exit status lost";
    PipelineJob local("j", {"x"});
    PipelineJob remote("j", {});
    remote.github.emplace();
    BOOST_TEST(may_be_repeated(local, lost));
    BOOST_TEST(!may_be_repeated(remote, lost));  // a workflow that may have been started is not started again
    lost.end = AttemptEnd::not_started;
    BOOST_TEST(may_be_repeated(remote, lost));
    lost.end = AttemptEnd::unkillable;
    BOOST_TEST(!may_be_repeated(local, lost));
    lost.end = AttemptEnd::status_lost;
    const auto verdict = judge(lost, std::nullopt);
    BOOST_TEST((verdict.status == PipelineStatus::failure));
    BOOST_TEST(verdict.reason.text() == "status_lost: exit status lost");
}

BOOST_AUTO_TEST_CASE(all_conditions_must_hold_and_the_first_that_does_not_is_named) {
    const auto always = std::get<Expression>(Expression::parse("always()"));
    StageConditions conditions;
    conditions.branch = {"main", "release/*"};
    conditions.environment = {{"REGION", "eu"}};
    Variables environment{{"REGION", "eu"}};
    ExpressionScope scope;
    scope.branch = "release/2";
    scope.environment = &environment;
    BOOST_TEST(check_conditions(conditions, always, scope).holds);
    environment["REGION"] = "us";
    BOOST_TEST(check_conditions(conditions, always, scope).why == "REGION is 'us', needs 'eu'");
    environment.clear();
    BOOST_TEST(check_conditions(conditions, always, scope).why == "REGION is not set, needs 'eu'");
    scope.branch = "feature/x";
    BOOST_TEST(check_conditions(conditions, always, scope).why == "branch is 'feature/x', needs 'main' or 'release/*'");
}

BOOST_AUTO_TEST_CASE(the_branch_is_read_from_above_the_directory_and_from_a_linked_work_tree) {
    const TemporaryDirectory root;
    root.write("repo/.git/HEAD", "ref: refs/heads/feature/x\n");
    root.write("repo/a/b/file", "");
    BOOST_TEST(git_branch(root / "repo/a/b") == "feature/x");
    root.write("main/.git/worktrees/w/HEAD", "ref: refs/heads/side\n");
    root.write("linked/.git", "gitdir: " + (root / "main/.git/worktrees/w").string() + "\n");
    BOOST_TEST(git_branch(root / "linked") == "side");
    root.write("detached/.git/HEAD", "0123456789abcdef0123456789abcdef01234567\n");
    BOOST_TEST(git_branch(root / "detached") == "");
    BOOST_TEST(git_branch("/proc") == "");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

RunContext context_with(Variables host, Variables variables) {
    RunContext context;
    context.host = std::make_shared<const Variables>(std::move(host));
    context.variables = std::move(variables);
    context.run_id = "01J";
    context.pipeline = "p";
    context.working_directory = "/place";
    context.workspace = "/space";
    return context;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(setting_up_a_job)

BOOST_AUTO_TEST_CASE(later_layers_win_and_expand_the_ones_before) {
    const auto context = context_with({{"PATH", "/bin"}, {"A", "host"}}, {{"A", "variable"}, {"LITERAL", "${A} $x"}});
    auto of_stage = stage("s", {});
    of_stage.environment = {{"B", "${A}-stage"}, {"PATH", "/opt:${PATH}"}};
    auto of_job = shell_job("j", "true");
    of_job.environment = {{"B", "${B}-job"}, {"COST", "5$$"}};
    of_job.working_directory = "sub/${A}";
    of_job.artifacts = {"${A}/*.o"};
    const auto request = make_request(context, of_stage, of_job, 2);
    BOOST_TEST(request.environment.at("A") == "variable");
    BOOST_TEST(request.environment.at("B") == "variable-stage-job");
    BOOST_TEST(request.environment.at("PATH") == "/opt:/bin");
    BOOST_TEST(request.environment.at("LITERAL") == "${A} $x");  // a variable's value is never expanded
    BOOST_TEST(request.environment.at("COST") == "5$");
    BOOST_TEST(request.working_directory == "/place/sub/variable");
    BOOST_TEST(request.job.artifacts.at(0) == "variable/*.o");
    BOOST_TEST(request.environment.at("CI") == "true");
    BOOST_TEST(request.environment.at("KAHN_RUN_ID") == "01J");
    BOOST_TEST(request.environment.at("KAHN_PIPELINE") == "p");
    BOOST_TEST(request.environment.at("KAHN_STAGE") == "s");
    BOOST_TEST(request.environment.at("KAHN_JOB") == "j");
    BOOST_TEST(request.environment.at("KAHN_ATTEMPT") == "2");
    BOOST_TEST(request.environment.at("KAHN_WORKSPACE") == "/space");
}

BOOST_AUTO_TEST_CASE(V03_a_value_that_names_itself_or_another_is_expanded_once) {
    const auto context = context_with({{"A", "${B}"}, {"B", "${A}"}}, {});
    auto of_job = shell_job("j", "true");
    of_job.environment = {{"A", "x${A}"}};
    BOOST_TEST(make_request(context, stage("s", {}), of_job, 1).environment.at("A") == "x${B}");
}

BOOST_AUTO_TEST_CASE(an_undefined_name_is_an_error_that_says_where) {
    auto of_job = shell_job("j", "true");
    of_job.environment = {{"X", "${NOPE}"}};
    try {
        make_request(context_with({}, {}), stage("s", {}), of_job, 1);
        BOOST_FAIL("no exception");
    } catch (const Error& error) {
        const std::string text = error.what();
        BOOST_TEST(text.find("s.j") != std::string::npos);
        BOOST_TEST(text.find("NOPE") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_workflow_is_expanded_by_the_jobs_environment_and_what_it_depends_on) {
    PipelineJob remote("remote", {});
    remote.environment = {{"LEVEL", "${BASE}-2"}};
    GithubWorkflow& workflow = remote.github.emplace();
    workflow.repo = "${OWNER}/rocket";
    workflow.workflow = "${NAME}.yml";
    workflow.ref = "v${VERSION}";
    workflow.inputs = {{"level", "${LEVEL}"}, {"price", "$$5"}};
    const auto context = context_with({{"OWNER", "acme"}, {"NAME", "ci"}, {"BASE", "1"}}, {});
    const auto request = make_request(context, stage("s", {remote}), remote, 1, {{"VERSION", "7"}});
    BOOST_TEST(request.job.github->repo == "acme/rocket");
    BOOST_TEST(request.job.github->workflow == "ci.yml");
    BOOST_TEST(request.job.github->ref == "v7");
    BOOST_TEST(request.job.github->inputs.at("level") == "1-2");
    BOOST_TEST(request.job.github->inputs.at("price") == "$5");
    BOOST_CHECK_THROW(require_defined_names(context, pipeline({stage("s", {remote})})), ConfigError);
}

BOOST_AUTO_TEST_CASE(all_undefined_names_are_told_at_once_with_their_places) {
    auto bad = shell_job("bad", "true");
    bad.working_directory = "${NOPE}";
    bad.location = SourceLocation(5, 9);
    auto bad_stage = stage("t", {shell_job("fine", "true")});
    bad_stage.environment = {{"X", "${GONE}"}};
    bad_stage.location = SourceLocation(7, 5);
    try {
        require_defined_names(context_with({}, {}), pipeline({stage("s", {bad}), bad_stage}));
        BOOST_FAIL("no exception");
    } catch (const ConfigError& error) {
        BOOST_TEST_REQUIRE(error.diagnostics().size() == 2U);
        BOOST_TEST(error.diagnostics()[0].location.line == 5);
        BOOST_TEST(error.diagnostics()[1].message.find("GONE") != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(asking_a_run_to_end)

BOOST_AUTO_TEST_CASE(the_first_cancellation_is_graceful_and_true_the_next_is_at_once_and_false) {
    RunControl control;
    std::vector<StopRequest> heard;
    control.attach([&](StopRequest request) { heard.push_back(request); });
    BOOST_TEST(control.cancel("SIGTERM"));
    BOOST_TEST(!control.cancel("SIGTERM"));
    BOOST_TEST_REQUIRE(heard.size() == 2U);
    BOOST_TEST(!heard[0].at_once);
    BOOST_TEST(heard[1].at_once);
    BOOST_TEST(heard[0].reason.text() == "cancelled: SIGTERM");
    control.detach();
    BOOST_TEST(!control.cancel(""));
    BOOST_TEST(heard.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_second_request_may_be_one_that_changes_nothing) {
    RunControl control;
    std::size_t heard = 0;
    control.attach([&](const StopRequest&) { ++heard; });
    BOOST_TEST(control.cancel("shutdown", RunControl::Again::changes_nothing));
    BOOST_TEST(!control.cancel("shutdown", RunControl::Again::changes_nothing));
    BOOST_TEST(heard == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_before_there_is_a_run_waits_for_it) {
    RunControl control;
    control.cancel("first");
    control.cancel("second");
    std::optional<StopRequest> heard;
    control.attach([&](StopRequest request) { heard = request; });
    BOOST_TEST(heard.value().reason.detail() == "first");
    BOOST_TEST(heard->at_once);
}

BOOST_AUTO_TEST_SUITE_END()
