#include "engine/preview.hpp"

#include <kahn/base/error.hpp>

#include "support/pipelines.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

StageConditions on_branch(std::string glob) {
    StageConditions conditions;
    conditions.branch = {std::move(glob)};
    return conditions;
}

StageConditions when(std::string expression) {
    StageConditions conditions;
    conditions.custom = std::move(expression);
    return conditions;
}

RunOptions of_branch(std::string branch) {
    RunOptions options;
    options.branch = std::move(branch);
    return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(preview)

BOOST_AUTO_TEST_CASE(stages_whose_conditions_do_not_hold_are_named_with_the_reason) {
    Pipeline p = pipeline({single("always"), single("deploy"), single("fix")});
    p.stages[1].conditions = on_branch("main");
    p.stages[2].conditions = when("failure()");
    const RunPreview preview = preview_run(p, of_branch("feature/x"));
    BOOST_TEST(preview.skips.size() == 2U);
    BOOST_TEST(preview.skips.at("deploy") == "branch is 'feature/x', needs 'main'");
    BOOST_TEST(preview.skips.at("fix") == "failure() does not hold");
    BOOST_TEST(preview_run(p, of_branch("main")).skips.size() == 1U);

    const Pipeline rest = preview.without_skipped_jobs();
    BOOST_TEST(rest.stages.size() == 3U);
    BOOST_TEST(rest.job_count() == 1U);
    BOOST_TEST(rest.stages[0].jobs.size() == 1U);
}

BOOST_AUTO_TEST_CASE(variables_of_the_run_lie_over_those_of_the_file) {
    Pipeline p = pipeline({single("a")});
    p.variables = {{"MODE", "fast"}};
    p.stages[0].conditions = when("variables.MODE == 'slow'");
    RunOptions options = of_branch("main");
    BOOST_TEST(preview_run(p, options).skips.size() == 1U);
    options.variables = {{"MODE", "slow"}};
    BOOST_TEST(preview_run(p, options).skips.empty());
}

BOOST_AUTO_TEST_CASE(only_what_is_selected_is_looked_at) {
    Pipeline p = pipeline({single("a"), single("b", {"a"}), single("c")});
    p.stages[2].conditions = on_branch("main");
    RunOptions options = of_branch("x");
    options.stages = {"b"};
    const RunPreview preview = preview_run(p, options);
    BOOST_TEST(preview.pipeline.stages.size() == 2U);
    BOOST_TEST(preview.skips.empty());
    options.stages = {"d"};
    BOOST_CHECK_THROW(preview_run(p, options), Error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
