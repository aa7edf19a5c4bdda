#include "config/support.hpp"

#include <boost/test/unit_test.hpp>

using namespace kahn;
using namespace kahn::config;
using namespace kahn::config::test;

namespace {

std::string timeout_problem(const std::string& value) { return problems(with_job("    timeout: " + value + "\n")); }

std::chrono::milliseconds timeout_of(const std::string& value) {
    const LoadResult result = load_text(with_job("    timeout: " + value + "\n"), Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "", value);
    return result.pipeline.stages[0].jobs[0].timeout;
}

/// Stage 's' under the given condition.
std::string with_condition(const std::string& custom) {
    return "name: p\nstages:\n- name: s\n  conditions:\n    custom: " + custom +
           "\n  jobs: [{name: j, commands: [x]}]\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(durations_are_seconds_or_carry_units) {
    using namespace std::chrono_literals;
    const std::pair<std::string, std::chrono::milliseconds> good[] = {{"90", 90s},
                                                                      {"0.5", 500ms},
                                                                      {".25", 250ms},
                                                                      {"1e3", 1000s},
                                                                      {"90s", 90s},
                                                                      {"10m", 600s},
                                                                      {"2h", 7200s},
                                                                      {"1d", 86400s},
                                                                      {"500ms", 500ms},
                                                                      {"1h30m", 5400s},
                                                                      {"1d2h3m4s5ms", 93784005ms},
                                                                      {"1.5h", 5400s},
                                                                      {"'90'", 90s},
                                                                      {"\"2m\"", 120s},
                                                                      {"0.001", 1ms},
                                                                      {"1ms", 1ms},
                                                                      {"30d", 2592000s},
                                                                      {"2592000", 2592000s},
                                                                      {"0.0015", 2ms}};
    for (const auto& [text, expected] : good) BOOST_TEST((timeout_of(text) == expected), text);
    for (const char* text :
         {"abc", "s", "5 s", "5x", "1m1h", "1m2m", "1h-3m", "+5", "1_000", "''", "5.", ".", "1e", "[]", "5s ago"}) {
        BOOST_TEST(timeout_problem(text) != "", text);
    }
}

BOOST_AUTO_TEST_CASE(C09_a_timeout_out_of_range_is_refused_and_none_becomes_zero) {
    const std::pair<std::string, std::string> bad[] = {{"1e300", "is longer than 30 days"},
                                                       {"1e999", "is longer than 30 days"},
                                                       {"99999999999999999999", "is longer than 30 days"},
                                                       {"2592000.001", "is longer than 30 days"},
                                                       {"31d", "is longer than 30 days"},
                                                       {"NaN", "is no duration"},
                                                       {".nan", "is no duration"},
                                                       {".inf", "is no duration"},
                                                       {"inf", "is no duration"},
                                                       {"infinity", "is no duration"},
                                                       {"-1", "is negative"},
                                                       {"-1h", "is negative"},
                                                       {"-0.5", "is negative"},
                                                       {"0", "is shorter than 1 ms"},
                                                       {"0s", "is shorter than 1 ms"},
                                                       {"0.0009", "is shorter than 1 ms"},
                                                       {"1e-999", "is shorter than 1 ms"},
                                                       {"0x10", "is hexadecimal"},
                                                       {"010", "begins with 0 and looks octal"},
                                                       {"0o17", "is octal"},
                                                       {"00", "begins with 0 and looks octal"}};
    for (const auto& [text, message] : bad) {
        BOOST_TEST(timeout_problem(text) == "7:14 K016 'timeout' of job 'j' " + message + "\n", text);
    }
    for (const std::string text : {"1e300", "-1", "0", "99999999999999999999", "-9223372036854775808", "1e-400"}) {
        const std::string file = R"({"name":"p","timeout":)" + text +
                                 R"(,"stages":[{"name":"s","jobs":[{"name":"j","commands":["x"]}]}]})";
        BOOST_TEST(places(file, Format::json) == "1:23 K016", text);
    }
    BOOST_TEST(places(with_job("    retry_delay: 0\n")) == "");
    BOOST_TEST(places(with_job("    retry_delay: -1\n")) == "7:18 K016");
}

BOOST_AUTO_TEST_CASE(counts_are_decimal_whole_numbers) {
    BOOST_TEST(places(with_job("    retry_count: 2147483647\n")) == "");
    for (const char* text :
         {"-1", "1.5", "1e2", "010", "0x10", "2147483648", "99999999999999999999", "many", "'3'", "true", ""}) {
        const std::string found = places(with_job("    retry_count: " + std::string(text) + "\n"));
        BOOST_TEST((found.ends_with(" K017") || found.ends_with(" K014")), text);
    }
}

BOOST_AUTO_TEST_CASE(switches_are_true_or_false_and_nothing_is_guessed) {
    BOOST_TEST(problems(with_job("    allow_failure: yes\n")) ==
               "7:20 K018 'allow_failure' of job 'j' is neither true nor false\n");
    const LoadResult off = load_text(with_job("    allow_failure: off\n"), Format::yaml, "ci");
    BOOST_TEST(off.diagnostics.at(0).help == "write false");
    BOOST_TEST(places(with_job("    allow_failure: 'true'\n")) == "7:20 K014");
    BOOST_TEST(places(with_job("    allow_failure: 1\n")) == "7:20 K018");
    BOOST_TEST(
        load_text(with_job("    allow_failure: True\n"), Format::yaml, "ci").pipeline.stages[0].jobs[0].allow_failure);
}

BOOST_AUTO_TEST_CASE(C07_an_unknown_key_is_refused_with_what_may_be_meant) {
    const LoadResult result = load_text(
        "name: p\ntriger: [push]\nstages:\n- name: s\n  job: []\n  x-note: anything\n  conditions: {brunch: main}\n"
        "  jobs:\n  - name: j\n    commands: [x]\n    dependancies: []\n    qqqqqq: 1\n    x-any: {thing: 1}\n",
        Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) ==
               "2:1 K012 unknown key 'triger' in the pipeline\n"
               "5:3 K012 unknown key 'job' in stage 's'\n"
               "7:16 K012 unknown key 'brunch' in the conditions of stage 's'\n"
               "11:5 K012 unknown key 'dependancies' in job 'j'\n"
               "12:5 K012 unknown key 'qqqqqq' in job 'j'\n");
    BOOST_TEST(result.diagnostics[0].label == "did you mean 'triggers'?");
    BOOST_TEST(result.diagnostics[0].length == 6U);
    BOOST_TEST(result.diagnostics[1].label == "did you mean 'jobs'?");
    BOOST_TEST(result.diagnostics[3].label == "did you mean 'dependencies'?");
    BOOST_TEST(result.diagnostics[3].help ==
               "job keys are: allow_failure, artifacts, commands, dependencies, environment, executor, github, leftovers, matrix, "
               "name, reports, retry_count, retry_delay, timeout, "
               "working_directory");
    BOOST_TEST(result.diagnostics[4].label == "");
}

BOOST_AUTO_TEST_CASE(required_keys_are_missed) {
    BOOST_TEST(problems("description: x\n") ==
               "1:1 K013 the pipeline has no 'name'\n1:1 K013 the pipeline has no 'stages'\n");
    BOOST_TEST(problems("name: p\nstages:\n- jobs:\n  - commands: [x]\n- name: t\n") ==
               "3:3 K013 a stage without name has no 'name'\n4:5 K013 a job without name has no 'name'\n5:3 K013 stage "
               "'t' has no 'jobs'\n");
    BOOST_TEST(problems("name: p\nstages: []\n") == "2:9 K035 'stages' of the pipeline is empty\n");
    BOOST_TEST(places("name: p\nstages:\n- {name: s, jobs: []}\n") == "3:19 K035");
    BOOST_TEST(places("name: p\nstages:\n- {name: s, jobs: [{name: j, commands: []}]}\n") == "3:40 K035");
    BOOST_TEST(places("name: p\nstages:\n- {name: s, jobs: [{name: j, commands: [x, '', '  ']}]}\n") ==
               "3:44 K035, 3:48 K035");
}

BOOST_AUTO_TEST_CASE(a_list_of_one_needs_its_brackets) {
    const LoadResult result = load_text("name: p\nstages:\n- name: s\n  jobs: [{name: j, commands: make}]\n",
                                        Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) ==
               "4:30 K014 'commands' of job 'j' must be a list of commands, not a text\n");
    BOOST_TEST(result.diagnostics.at(0).help == "a list of one is written in brackets: [...]");
    BOOST_TEST(places("name: p\ntriggers: push\nstages: [{name: s, jobs: [{name: j, commands: [x]}]}]\n") ==
               "2:11 K014");
    const LoadResult mapping = load_text(with_job("  - name: k\n    commands:\n    - echo a: b\n"), Format::yaml, "ci");
    BOOST_TEST(places(mapping.diagnostics) == "9:7 K014");
    BOOST_TEST(mapping.diagnostics.at(0).help == "a command with ': ' in it reads as a mapping: put it in quotes");
}

BOOST_AUTO_TEST_CASE(one_branch_needs_no_list) {
    const LoadResult one = load_text(
        "name: p\nstages:\n- {name: s, conditions: {branch: 1.10}, jobs: [{name: j, commands: [x]}]}\n", Format::yaml,
        "ci");
    BOOST_TEST(short_form(one.diagnostics) == "");
    BOOST_TEST(one.pipeline.stages[0].conditions.branch.at(0) == "1.10");
    BOOST_TEST(
        places("name: p\nstages:\n- {name: s, conditions: {branch: {a: b}}, jobs: [{name: j, commands: [x]}]}\n") ==
        "3:34 K014");
}

BOOST_AUTO_TEST_CASE(triggers_are_a_list_or_a_mapping) {
    const std::string rest = "name: p\nstages: [{name: s, jobs: [{name: j, commands: [x]}]}]\ntriggers: ";
    const auto triggers = [&](const std::string& text) {
        const LoadResult result = load_text(rest + text, Format::yaml, "ci");
        BOOST_TEST(short_form(result.diagnostics) == "", text);
        return result.pipeline.triggers;
    };
    const std::vector<Trigger> two{Trigger::pull_request, Trigger::push};
    BOOST_TEST((triggers("[pull_request, push]") == two));
    BOOST_TEST((triggers("{pull_request: , push: true, manual: false}") == two));
    BOOST_TEST(triggers("[]").empty());
    BOOST_TEST(problems(rest + "[push, pusch, push]") ==
               "3:18 K019 'pusch' in 'triggers' of the pipeline is no trigger\n3:25 K019 'push' in 'triggers' of the "
               "pipeline is given twice\n");
    BOOST_TEST(places(rest + "{push: {branches: [main]}}") == "3:18 K019");
    BOOST_TEST(places(rest + "{pull: false}") == "3:12 K019");
}

BOOST_AUTO_TEST_CASE(C14_names_that_could_steer_a_terminal_are_refused) {
    const std::string stage = "name: p\nstages:\n- jobs: [{name: j, commands: [x]}]\n  name: ";
    for (const char* name : {"\"a\\nb\"", "\"a\\x1b[1mb\"", "\"a\\tb\"", "\"a\\x7f\"", "\"\\u0085\"", "\"a\\0\"", "''",
                             "' a'", "'a '", "|\n    a\n"}) {
        const std::string found = places(stage + name);
        BOOST_TEST((found == "4:9 K029" || found == "4:9 K034"), name << " gives " << found);
    }
    BOOST_TEST(places(stage + std::string(128, 'n')) == "");
    BOOST_TEST(places(stage + std::string(129, 'n')) == "4:9 K029");
    // Quotes, slashes and dots are display names like others: logs have slugs.
    for (const char* name : {"\"a \\\"b\\\"\"", "it's", "../x", "a.b", "<script>", "\xC3\xBC\xE2\x9C\x93"}) {
        BOOST_TEST(places(stage + name) == "", name);
    }
    BOOST_TEST(problems(stage + "\"\\e[2J\"").find('\x1B') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(V01_values_are_kept_byte_for_byte) {
    const std::string nasty[] = {"'; rm -rf x #",
                                 "$(id)",
                                 "`id`",
                                 "line\nline\n",
                                 "${NOT}",
                                 "$$",
                                 "\\",
                                 "\"",
                                 " \t ",
                                 "\x1B[1m",
                                 "\xF0\x9F\x92\xA9",
                                 std::string(100 * 1024, 'x'),
                                 "a\rb",
                                 "%s%n",
                                 ""};
    for (const std::string& value : nasty) {
        Pipeline pipeline;
        pipeline.name = "p";
        pipeline.variables["VALUE"] = value;
        pipeline.stages.emplace_back("s", std::vector<PipelineJob>{PipelineJob("j", {"x"})});
        for (const Format format : {Format::yaml, Format::json}) {
            const LoadResult result = load_text(to_text(pipeline, format), format, "ci");
            BOOST_TEST(short_form(result.diagnostics) == "");
            BOOST_TEST((result.pipeline.variables.at("VALUE") == value));
        }
    }
    BOOST_TEST(
        load_text("name: p\nvariables: {A: '$(id) ${HOME'}\nstages: [{name: s, jobs: [{name: j, commands: [x]}]}]\n",
                  Format::yaml, "ci")
            .pipeline.variables.at("A") == "$(id) ${HOME");
}

BOOST_AUTO_TEST_CASE(a_nul_byte_is_refused_wherever_it_stands) {
    BOOST_TEST(problems(with_job(
                   "    working_directory: \"a\\0b\"\n    artifacts: [\"\\0\"]\n    environment: {A: \"\\0\"}\n")) ==
               "7:24 K034 'working_directory' of job 'j' holds a NUL byte\n"
               "8:17 K034 an entry of 'artifacts' of job 'j' holds a NUL byte\n"
               "9:22 K034 'A' in 'environment' of job 'j' holds a NUL byte\n");
    BOOST_TEST(places("{\"name\": \"a\\u0000\", \"stages\": []}", Format::json) == "1:10 K034, 1:31 K035");
}

BOOST_AUTO_TEST_CASE(names_of_variables_are_those_of_a_shell) {
    BOOST_TEST(problems("name: p\nvariables: {1A: x, A-B: x, '': x, A B: x, \"A\\e\": x, _ok9: x}\nstages: [{name: s, "
                        "jobs: [{name: j, commands: [x]}]}]\n") ==
               "2:13 K030 '1A' in 'variables' of the pipeline is no name of a variable\n"
               "2:20 K030 'A-B' in 'variables' of the pipeline is no name of a variable\n"
               "2:28 K030 '' in 'variables' of the pipeline is no name of a variable\n"
               "2:35 K030 'A B' in 'variables' of the pipeline is no name of a variable\n"
               "2:43 K030 'A\\x1B' in 'variables' of the pipeline is no name of a variable\n");
    BOOST_TEST(places("name: p\nvariables: {A: [x], B: {}}\nstages: [{name: s, jobs: [{name: j, commands: [x]}]}]\n") ==
               "2:16 K014, 2:24 K014");
}

BOOST_AUTO_TEST_CASE(V04_an_unclosed_expansion_is_shown_where_it_stands) {
    BOOST_TEST(problems(with_job("    working_directory: /tmp/${HOME\n")) ==
               "7:29 K032 'working_directory' of job 'j': unclosed '${'\n");
    BOOST_TEST(places(with_job("    artifacts: [a, 'out/${'] \n    environment: {A: \"x ${1}\"}\n")) ==
               "7:25 K032, 8:27 K032");
    BOOST_TEST(places(with_job("    environment: {A: '${B}$$${', B: $$}\n")) == "7:29 K032");
    // In quotes with escapes the text stands elsewhere than in the file: the value as a whole is shown.
    BOOST_TEST(places(with_job("    working_directory: \"a\\tb${\"\n")) == "7:24 K032");
    BOOST_TEST(places("{\"name\":\"p\",\"stages\":[{\"name\":\"s\",\"environment\":{\"A\":\"x${\"},\"jobs\":[{\"name\":"
                      "\"j\",\"commands\":[\"x\"]}]}]}",
                      Format::json) == "1:56 K032");
}

BOOST_AUTO_TEST_CASE(an_executor_is_words_that_the_engine_expands) {
    const auto wrap = [](std::string_view lines) { return load_text(with_job(lines), Format::yaml, "ci").pipeline.stages.at(0).jobs.at(0).wrap; };
    BOOST_TEST(wrap("    executor: {wrap: [nice, -n, 5, '${LEVEL}']}\n") == (std::vector<std::string>{"nice", "-n", "5", "${LEVEL}"}),
               boost::test_tools::per_element());
    BOOST_TEST(wrap("    executor:\n").empty());
    BOOST_TEST(places(with_job("    executor: {wrap: []}\n")) == "7:22 K035");
    BOOST_TEST(places(with_job("    executor: {wrap: ['', x, '${']}\n")) == "7:23 K035, 7:31 K032");
    BOOST_TEST(places(with_job("    executor: {wrap: nice}\n")) == "7:22 K014");
    BOOST_TEST(places(with_job("    executor: ssh\n")) == "7:15 K014");
    BOOST_TEST(problems(with_job("    executor: {warp: [nice]}\n")) == "7:16 K012 unknown key 'warp' in the executor of job 'j'\n");
}

BOOST_AUTO_TEST_CASE(leftovers_is_one_of_three_words) {
    const auto policy = [](std::string_view lines) { return load_text(with_job(lines), Format::yaml, "ci").pipeline.stages.at(0).jobs.at(0).leftovers; };
    BOOST_TEST((policy("    leftovers: keep\n") == LeftoverPolicy::keep));
    BOOST_TEST((policy("    leftovers: fail\n") == LeftoverPolicy::fail));
    BOOST_TEST((policy("    leftovers: kill\n") == LeftoverPolicy::kill));
    BOOST_TEST(places(with_job("    leftovers: spare\n")) == "7:16 K043");
    BOOST_TEST(places(with_job("    leftovers: [keep]\n")) == "7:16 K014");
}

BOOST_AUTO_TEST_CASE(reports_name_junit_files_by_one_pattern_or_many) {
    const auto junit = [](std::string_view lines) { return load_text(with_job(lines), Format::yaml, "ci").pipeline.stages.at(0).jobs.at(0).junit_reports; };
    BOOST_TEST(junit("    reports: {junit: 'out/*.xml'}\n") == (std::vector<std::string>{"out/*.xml"}), boost::test_tools::per_element());
    BOOST_TEST(junit("    reports: {junit: [a.xml, 'b/**']}\n") == (std::vector<std::string>{"a.xml", "b/**"}), boost::test_tools::per_element());
    BOOST_TEST(junit("    reports:\n").empty());
    BOOST_TEST(problems(with_job("    reports: {junt: a}\n")) == "7:15 K012 unknown key 'junt' in the reports of job 'j'\n");
    BOOST_TEST(places(with_job("    reports: {junit: [/etc/x, ../x, '${', '']}\n")) == "7:23 K033, 7:31 K033, 7:38 K032, 7:43 K035");
    BOOST_TEST(places(with_job("    reports: {junit: /etc/x}\n")) == "7:22 K033");
    BOOST_TEST(places(with_job("    reports: {junit: {a: b}}\n")) == "7:22 K014");
    BOOST_TEST(places(with_job("    reports: all\n")) == "7:14 K014");
}

BOOST_AUTO_TEST_CASE(artifacts_stay_below_the_working_directory) {
    BOOST_TEST(places(with_job("    artifacts: [/etc/x, ../x, a/../b, 'a/{..,b}', .., a/..]\n")) ==
               "7:17 K033, 7:25 K033, 7:31 K033, 7:39 K033, 7:51 K033, 7:55 K033");
    BOOST_TEST(places(with_job("    artifacts: [a..b, ..a, 'dist/**', 'x/{a,b}', '${DIR}/x', ...]\n")) == "");
}

BOOST_AUTO_TEST_CASE(V08_a_bad_condition_is_shown_where_it_breaks) {
    BOOST_TEST(places(with_condition("branch == && x")) == "5:23 K031");
    BOOST_TEST(places(with_condition("'branch == ''main'' &&'")) == "5:13 K031");  // escapes: the value as a whole
    BOOST_TEST(places(with_condition("\"nonsense()\"")) == "5:14 K031");
    BOOST_TEST(places(with_condition("success() && branch =~ 'release/*'")) == "");
    BOOST_TEST(places(with_condition(std::string(10 * 1024, '('))).ends_with(" K031"));
    BOOST_TEST(places(with_condition("'" + std::string(10 * 1024, '!') + "'")).ends_with(" K031"));
    BOOST_TEST(places(with_condition("'" + repeat("!(", 5 * 1024) + "'")).ends_with(" K031"));
}

BOOST_AUTO_TEST_CASE(secrets_are_names_of_variables_each_once) {
    BOOST_TEST(load_text("name: p\nsecrets: [A, B_2]\nstages: [{name: s, jobs: [{name: j, commands: [x]}]}]\n", Format::yaml, "ci").pipeline.secrets.size() == 2u);
    BOOST_TEST(problems("name: p\nsecrets: [A, B-2, A, '', 3]\nstages: [{name: s, jobs: [{name: j, commands: [x]}]}]\n") ==
               "2:14 K030 'B-2' in 'secrets' of the pipeline is no name of a variable\n"
               "2:19 K037 'A' in 'secrets' of the pipeline is given twice\n"
               "2:22 K030 '' in 'secrets' of the pipeline is no name of a variable\n"
               "2:26 K030 '3' in 'secrets' of the pipeline is no name of a variable\n");
    BOOST_TEST(problems("name: p\nsecrets: TOKEN\nstages: [{name: s, jobs: [{name: j, commands: [x]}]}]\n") ==
               "2:10 K014 'secrets' of the pipeline must be a list of names of variables, not a text\n");
}

BOOST_AUTO_TEST_SUITE_END()
