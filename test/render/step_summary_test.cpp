#include <kahn/render/step_summary.hpp>

#include "base/text.hpp"
#include "support/pipelines.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;

PipelineJob ended(PipelineJob job, PipelineStatus status, std::chrono::milliseconds took, Reason reason = {}) {
    job.status = status;
    job.reason = std::move(reason);
    job.duration = took;
    if (status != PipelineStatus::skipped) job.attempts.emplace_back();
    return job;
}

Pipeline failed_run() {
    Pipeline run = pipeline({stage("build", {ended(job("gcc"), PipelineStatus::success, 31700ms)}),
                             stage("test", {ended(job("unit | <b>"), PipelineStatus::failure, 9300ms, Reason(Reason::Code::exit_code, "exit 1"))}),
                             stage("ship", {ended(job("pack"), PipelineStatus::skipped, 0ms, Reason(Reason::Code::upstream_failed, "unit | <b>"))})});
    run.name = "build-and-test";
    run.run_id = "01J9ZK4Q";
    run.source = "/w/ci.yaml";
    run.status = PipelineStatus::failure;
    run.reason = Reason(Reason::Code::job_failed, "unit | <b>");
    run.duration = 101400ms;
    run.stages[1].jobs[0].output = "\x1B[31mboom\x1B[0m ```\n\xFF\n";
    return run;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(step_summary)

BOOST_AUTO_TEST_CASE(what_a_reader_looks_for_comes_first) {
    BOOST_TEST(render::github_summary(failed_run(), {"gcc", "unit | <b>"}, "/w", 1U << 20) ==
               "### ✗ build-and-test: failed in 1m41s\n"
               "\n"
               "3 jobs: 1 ok, 1 failed, 1 skipped · run `01J9ZK4Q` · ci.yaml\n"
               "\n"
               "Critical path: gcc → unit \\| &lt;b&gt;\n"
               "\n"
               "| Job | Result | Time | Detail |\n"
               "| --- | --- | ---: | --- |\n"
               "| unit \\| &lt;b&gt; | ✗ failed | 9.30s | exit 1 |\n"
               "| pack | ⊘ skipped |  | upstream failed: unit \\| &lt;b&gt; |\n"
               "| gcc | ✓ ok | 31.7s |  |\n"
               "\n"
               "<details><summary>unit | &lt;b&gt;: end of standard output</summary>\n"
               "\n"
               "````text\n"
               "boom ```\n"
               "\xEF\xBF\xBD\n"
               "````\n"
               "\n"
               "</details>\n"
               "\n");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_left_out_and_that_is_said) {
    Pipeline run = failed_run();
    for (int i = 0; i < 5000; ++i) {
        run.stages[0].jobs.push_back(ended(job("job " + std::to_string(i)), PipelineStatus::failure, 1s, Reason(Reason::Code::exit_code, "exit 1")));
        run.stages[0].jobs.back().error = std::string(4000, 'x');
    }
    for (const std::size_t room : {1000U, 5000U, 100'000U, 1U << 20U}) {
        const std::string text = render::github_summary(run, {}, "/w", room);
        BOOST_TEST(!text.empty());
        BOOST_TEST(text.size() <= room);
        BOOST_TEST(is_utf8(text));
        BOOST_TEST(text.find("more failed jobs.\n") != std::string::npos);
        BOOST_TEST((text.find(" more jobs: no room") != std::string::npos) == (room < 1U << 20U));
    }
    BOOST_TEST(render::github_summary(run, {}, "/w", 100) == "");
}

BOOST_AUTO_TEST_CASE(only_the_last_lines_are_shown) {
    Pipeline run = failed_run();
    std::string& output = run.stages[1].jobs[0].output;
    output.clear();
    for (int i = 0; i < 50; ++i) output += "line " + std::to_string(i) + "\n";
    const std::string text = render::github_summary(run, {}, "/w", 1U << 20);
    BOOST_TEST(text.find("```text\nline 30\nline 31\n") != std::string::npos);
    BOOST_TEST(text.find("line 49\n```\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
