// Secrets through the whole program: whatever of a run can be looked at afterwards.
#include "cli/kahn_program.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace kahn::test {
namespace {

constexpr const char* token = "s3cr3t/value";

/// The program with a secret in its environment.
Program with_token(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"env", std::string("TOKEN=") + token, KAHN_PROGRAM});
    return Program(std::move(arguments));
}

const char* const pipeline =
    "name: p\n"
    "secrets: [TOKEN]\n"
    "stages:\n"
    "  - name: s\n"
    "    jobs:\n"
    "      - name: prints\n"
    "        environment: {URL: \"https://${TOKEN}@host/\"}\n"
    "        commands:\n"
    "          - 'test \"$URL\" = \"https://s3cr3t/value@host/\"'\n"
    "          - 'printf s3cr; printf \"3t/value raw\\n\"; echo \"$URL\"; printf %s \"user:$TOKEN\" | base64; echo s3cr3t%2Fvalue >&2'\n"
    "      - {name: fails, commands: ['s3cr3t/value']}\n";

/// Every regular file below a directory that holds `part`.
std::vector<std::string> files_with(const std::filesystem::path& directory, const std::string& part) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (!entry.is_regular_file()) continue;
        std::ostringstream content;
        content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
        if (contains(content.str(), part)) found.push_back(entry.path());
    }
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(L06_L09_no_file_and_no_stream_of_a_run_has_the_secret) {
    TemporaryDirectory directory;
    const auto file = directory.write("ci.yaml", pipeline).string();
    const auto workspace = (directory.path() / "ws").string();
    const ProgramResult run = with_token({"run", file, "--workspace", workspace, "--json"}).run();
    BOOST_TEST(run.exit_code == 1);
    const ProgramResult report = with_token({"report", "last", "--type", "execution", "--workspace", workspace}).run();
    BOOST_TEST(report.exit_code == 0);
    const ProgramResult logs = with_token({"logs", "last", "prints", "--workspace", workspace}).run();
    BOOST_TEST(logs.exit_code == 0);
    BOOST_TEST(contains(logs.out, "*** raw\nhttps://***@host/\n"));
    for (const std::string& text : {run.out, run.err, report.out, report.err, logs.out}) {
        for (const char* form : {"s3cr3t/value", "s3cr3t%2Fvalue", "czNjcjN0L3ZhbHVl", "M2NyM3QvdmFsdW"}) BOOST_TEST(!contains(text, form), form << " in: " << text);
    }
    BOOST_TEST(files_with(workspace, token).empty());
    BOOST_TEST(!files_with(workspace, "***").empty());
}

BOOST_AUTO_TEST_CASE(a_missing_secret_ends_it_before_anything_runs) {
    TemporaryDirectory directory;
    const auto file = directory.write("ci.yaml", "secrets: [TOKEN]\n" + pipeline_of("'echo s3cr3t/value'")).string();
    const auto workspace = (directory.path() / "ws").string();
    const ProgramResult run = kahn({"run", file, "--workspace", workspace}).run();
    BOOST_TEST(run.exit_code == 3);
    BOOST_TEST(contains(run.err, "K037"));
    BOOST_TEST(contains(run.err, "the secret 'TOKEN' has no value"));
    BOOST_TEST(!std::filesystem::exists(workspace));
    const ProgramResult dry = kahn({"run", file, "--dry-run", "--var", "TOKEN=" + std::string(token)}).run();
    BOOST_TEST(dry.exit_code == 0);
    BOOST_TEST(!contains(dry.out, token));
    BOOST_TEST(contains(dry.out, "***"));
    const ProgramResult explained = kahn({"explain", "K037"}).run();
    BOOST_TEST(explained.exit_code == 0);
}

BOOST_AUTO_TEST_CASE(secret_env_adds_to_the_secrets_of_the_file) {
    TemporaryDirectory directory;
    const auto file = directory.write("ci.yaml", pipeline_of("echo \"<$TOKEN>\"")).string();
    const auto workspace = (directory.path() / "ws").string();
    const ProgramResult run = with_token({"run", file, "--workspace", workspace, "--secret-env", "TOKEN"}).run();
    BOOST_TEST(run.exit_code == 0);
    BOOST_TEST(contains(run.err, "<***>"));
    // What was a secret stays one.
    const ProgramResult again = with_token({"rerun", "last", "--all", "--workspace", workspace}).run();
    BOOST_TEST(again.exit_code == 0);
    BOOST_TEST(contains(again.err, "<***>"));
    BOOST_TEST(files_with(workspace, token).empty());
    const ProgramResult without = kahn({"rerun", "last", "--all", "--workspace", workspace}).run();
    BOOST_TEST(without.exit_code == 3);
    BOOST_TEST(contains(without.err, "the secret 'TOKEN' has no value"));
    const ProgramResult wrong = kahn({"run", file, "--secret-env", "TOKEN=abc"}).run();
    BOOST_TEST(wrong.exit_code == 2);
    BOOST_TEST(contains(wrong.err, "it takes a name alone"));
    BOOST_TEST(!contains(wrong.err, "abc"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_given_again_is_not_run_again) {
    TemporaryDirectory directory;
    const auto file = directory.write("ci.yaml", "secrets: [TOKEN]\n" + pipeline_of("true")).string();
    const auto workspace = (directory.path() / "ws").string();
    const ProgramResult run = with_token({"run", file, "--workspace", workspace, "--var", "URL=https://s3cr3t/value@host"}).run();
    BOOST_TEST(run.exit_code == 0);
    const ProgramResult again = with_token({"rerun", "last", "--all", "--workspace", workspace}).run();
    BOOST_TEST(again.exit_code != 0);
    BOOST_TEST(contains(again.err, "the variable 'URL' was given with a secret in it"));
    const ProgramResult given = kahn({"run", file, "--workspace", workspace, "--var", "TOKEN=" + std::string(token)}).run();
    BOOST_TEST(given.exit_code == 0);
    const ProgramResult from_environment = with_token({"rerun", "last", "--recorded", "--all", "--workspace", workspace}).run();
    BOOST_TEST(from_environment.exit_code == 0);
    BOOST_TEST(files_with(workspace, token).empty());
}

BOOST_AUTO_TEST_CASE(an_env_file_lies_over_the_variables_and_under_var) {
    TemporaryDirectory directory;
    const auto file = directory.write("ci.yaml", "variables: {A: file, B: file, C: file}\nsecrets: [TOKEN]\n" + pipeline_of("echo \"<$A $B $C $D> $TOKEN\"")).string();
    const auto first = directory.write("first.env", "B=first\nC=first\nD='$HOME'\nTOKEN=s3cr3t/value\n").string();
    const auto second = directory.write("second.env", "C=second\n").string();
    const auto workspace = (directory.path() / "ws").string();
    const ProgramResult run =
        kahn({"run", file, "--workspace", workspace, "--env-file", first, "--var", "B=given", "--env-file", second}).run();
    BOOST_TEST(run.exit_code == 0);
    BOOST_TEST(contains(run.err, "<file given second $HOME> ***"));
    BOOST_TEST(files_with(workspace, token).empty());
    const auto wrong = directory.write("wrong.env", "A=1\nsecret words\n").string();
    const ProgramResult refused = kahn({"run", file, "--env-file", wrong}).run();
    BOOST_TEST(refused.exit_code == 3);
    BOOST_TEST(contains(refused.err, "wrong.env:2:1"));
    BOOST_TEST(!contains(refused.err, "secret words"));
    BOOST_TEST(kahn({"run", file, "--env-file", (directory / "none").string()}).run().exit_code == 3);
}

BOOST_AUTO_TEST_CASE(L10_a_short_secret_is_refused_with_a_warning) {
    TemporaryDirectory directory;
    const auto file = directory.write("ci.yaml", pipeline_of("echo \"<$PIN>\"")).string();
    const ProgramResult run = kahn({"run", file, "--workspace", (directory.path() / "ws").string(), "--secret-env", "PIN", "--var", "PIN=1234"}).run();
    BOOST_TEST(run.exit_code == 0);
    BOOST_TEST(contains(run.err, "warning: "));
    BOOST_TEST(contains(run.err, "the secret 'PIN' is shorter than 6 bytes"));
    BOOST_TEST(contains(run.err, "<1234>"));
}

BOOST_AUTO_TEST_CASE(L12_what_steers_terminals_is_raw_in_the_file_and_not_in_the_plain_view) {
    TemporaryDirectory directory;
    const auto file = directory.write("ci.yaml", pipeline_of("printf '\\033]52;c;aGk=\\007\\033]0;t\\007\\033P1$r\\033\\\\\\302\\23331m\\2332Jend\\n'")).string();
    const auto workspace = directory.path() / "ws";
    const ProgramResult run = kahn({"run", file, "--workspace", workspace.string()}).run();
    BOOST_TEST(run.exit_code == 0);
    BOOST_TEST(contains(run.err, "end"));
    for (const char* sequence : {"\x1b", "\x07", "\xc2\x9b", "\x9b"}) BOOST_TEST(!contains(run.err, sequence));
    BOOST_TEST(files_with(workspace, "\x1b]52;c;aGk=\x07\x1b]0;t\x07\x1bP1$r\x1b\\\xc2\x9b" "31m\x9b" "2Jend\n").size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
