#include "engine/run_fixture.hpp"
#include "engine/wrapped_command.hpp"

#include <kahn/base/error.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::test;

namespace {

using Words = std::vector<std::string>;

Words wrap(const Words& words, const std::string& command) {
    const auto find = [](std::string_view name) -> std::optional<std::string_view> {
        if (name == "HOST") return "build one";
        return std::nullopt;
    };
    return wrap_command(words, command, find, "job 's.j': executor");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wrapped_commands, RunFixture)

BOOST_AUTO_TEST_CASE(the_shell_and_the_command_follow_the_words) {
    BOOST_TEST((wrap({"nice", "-n", "5"}, "a | b") == Words{"nice", "-n", "5", "/bin/sh", "-c", "a | b"}));
    BOOST_TEST((wrap({"nice"}, "-x") == Words{"nice", "/bin/sh", "-c", " -x"}));  // no option of a shell's
}

BOOST_AUTO_TEST_CASE(names_are_expanded_within_a_word_and_never_split_it) {
    BOOST_TEST((wrap({"ssh", "${HOST}", "$$x"}, "c") == Words{"ssh", "build one", "$x", "/bin/sh", "-c", "c"}));
    BOOST_CHECK_THROW(wrap({"ssh", "${NOBODY}"}, "c"), Error);
}

BOOST_AUTO_TEST_CASE(a_word_may_say_where_the_command_belongs) {
    BOOST_TEST((wrap({"ssh", "h", "cd /srv && sh -c ${KAHN_COMMAND}"}, "echo 'a  b'") ==
                Words{"ssh", "h", R"(cd /srv && sh -c 'echo '\''a  b'\''')"}));
}

BOOST_AUTO_TEST_CASE(an_executor_is_given_the_arguments_and_they_are_in_the_digest) {
    Pipeline definition = pipeline({single("s")});
    run(definition);
    BOOST_TEST(executor->requests().back().arguments.empty());
    const std::string plain = job_of(*result, "s").digest;
    definition.variables["N"] = "5";
    run(definition);
    const std::string with_variable = job_of(*result, "s").digest;
    definition.stages[0].jobs[0].wrap = {"nice", "-n", "${N}"};
    result.reset();
    run(definition);
    BOOST_TEST((executor->requests().back().arguments == std::vector<Words>{{"nice", "-n", "5", "/bin/sh", "-c", "s"}}));
    BOOST_TEST(job_of(*result, "s").digest != with_variable);
    BOOST_TEST(plain != with_variable);
}

BOOST_AUTO_TEST_CASE(an_undefined_name_is_told_before_anything_runs) {
    Pipeline definition = pipeline({single("s")});
    definition.stages[0].jobs[0].wrap = {"ssh", "${NO_SUCH_HOST_ANYWHERE}"};
    run(definition);
    BOOST_TEST(result->status == PipelineStatus::failure);
    BOOST_TEST(result->reason.text().find("NO_SUCH_HOST_ANYWHERE") != std::string::npos);
    BOOST_TEST(executor->requests().empty());
}

BOOST_AUTO_TEST_SUITE_END()
