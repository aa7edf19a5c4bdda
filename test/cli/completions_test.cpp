#include "kahn_program.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

/// Runs a program on one of kahn's scripts, in a directory that has it as `script`.
ProgramResult with_script(const std::string& kind, std::vector<std::string> command) {
    const TemporaryDirectory directory;
    directory.write("script", kahn({"completions", kind}).run().out);
    Program program(std::move(command));
    return program.in(directory.path()).run();
}

/// What bash offers for the last of these words.
std::string offered_by_bash(const std::string& words) {
    const std::string script = "source ./script; COMP_WORDS=(kahn " + words +
                               "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _kahn; echo \"${COMPREPLY[*]}\"";
    const ProgramResult result = with_script("bash", {"bash", "-c", script});
    BOOST_TEST(result.err == "");
    return result.out;
}

bool is_there(const std::string& program) {
    const std::string question = "command -v " + program;
    return Program({"sh", "-c", question}).run().exit_code == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(completions)

BOOST_AUTO_TEST_CASE(bash_completes_commands_options_and_files) {
    BOOST_TEST(offered_by_bash("va") == "validate\n");
    BOOST_TEST(offered_by_bash("run --fail") == "--fail-fast\n");
    BOOST_TEST(offered_by_bash("--ver") == "--version\n");
    BOOST_TEST(offered_by_bash("help sch") == "schema\n");
    BOOST_TEST(offered_by_bash("run --sch") == "--schedule\n");
    BOOST_TEST(offered_by_bash("run scr") == "script\n");
    BOOST_TEST(offered_by_bash("remote tri") == "trigger\n");
    BOOST_TEST(offered_by_bash("remote wait --poll") == "--poll-interval\n");
    BOOST_TEST(offered_by_bash("run nothing-of-the-kind") == "\n");
}

BOOST_AUTO_TEST_CASE(every_command_and_every_long_option_of_run_is_in_every_script) {
    for (const std::string shell : {"bash", "zsh", "fish", "man"}) {
        const std::string script = kahn({"completions", shell}).run().out;
        for (const std::string command : {"run", "validate", "explain", "schema", "plan", "graph", "list", "doctor", "completions",
                                          "runs", "rerun", "report", "health", "remote", "trigger"}) {
            BOOST_TEST(contains(script, command), shell << " lacks " << command);
        }
        for (const std::string option : {"schedule", "workspace", "grace"}) {
            BOOST_TEST(contains(script, option), shell << " lacks " << option);
        }
    }
}

BOOST_AUTO_TEST_CASE(zsh_and_fish_take_their_scripts) {
    if (is_there("zsh")) {
        const ProgramResult zsh = with_script("zsh", {"zsh", "-f", "-c", "autoload -U compinit; compinit -u -D; source ./script; echo $_comps[kahn]"});
        BOOST_TEST(zsh.out == "_kahn\n");
        BOOST_TEST(zsh.err == "");
    }
    if (is_there("fish")) {
        const ProgramResult fish = with_script("fish", {"fish", "--no-config", "-c", "source ./script; complete -C 'kahn run --sch'"});
        BOOST_TEST(fish.out.starts_with("--schedule\t"));
    }
    BOOST_TEST(contains(kahn({"completions", "zsh"}).run().out, "#compdef kahn"));
}

BOOST_AUTO_TEST_CASE(the_man_page_is_set_without_a_warning) {
    const std::string page = kahn({"completions", "man"}).run().out;
    BOOST_TEST(page.starts_with(".TH KAHN 1 "));
    BOOST_TEST(contains(page, ".SS kahn run\n"));
    if (!is_there("groff")) return;
    const ProgramResult groff = with_script("man", {"groff", "-man", "-Tutf8", "-ww", "script"});
    BOOST_TEST(groff.exit_code == 0);
    BOOST_TEST(groff.err == "");
    BOOST_TEST(groff.out.size() > 4000U);
}

BOOST_AUTO_TEST_CASE(no_code_has_slipped_into_the_help) {
    const std::string page = kahn({"completions", "man"}).run().out;
    for (const std::string slip : {"->", "\\->", "()", "std::"}) BOOST_TEST(!contains(page, slip), slip);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
