#include "config/support.hpp"

#include <boost/test/unit_test.hpp>

using namespace kahn;
using namespace kahn::config;
using namespace kahn::config::test;

BOOST_AUTO_TEST_SUITE(yaml)

BOOST_AUTO_TEST_CASE(a_text_is_kept_as_it_was_written) {
    const LoadResult result = load_text(
        "name: 1.10\nvariables: {A: yes, B: 010, C: 1.10, D: ~, E: , F: NULL, G: 0x10, H: 1e3, I: 2024-01-01, J: "
        "12:30:45}\n"
        "stages:\n- name: on\n  jobs:\n  - name: null\n    commands: [true, 'it''s', \"a\\tb\\u00e9\"]\n",
        Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "");
    const Variables expected{{"A", "yes"},  {"B", "010"},  {"C", "1.10"}, {"D", "~"},          {"E", ""},
                             {"F", "NULL"}, {"G", "0x10"}, {"H", "1e3"},  {"I", "2024-01-01"}, {"J", "12:30:45"}};
    BOOST_TEST((result.pipeline.variables == expected));
    BOOST_TEST(result.pipeline.name == "1.10");
    BOOST_TEST(result.pipeline.stages[0].name == "on");
    BOOST_TEST(result.pipeline.stages[0].jobs[0].name == "null");
    const std::vector<std::string> commands{"true", "it's", "a\tb\xC3\xA9"};
    BOOST_TEST(result.pipeline.stages[0].jobs[0].commands == commands, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(blocks_and_folded_texts_are_read) {
    const LoadResult result = load_text(
        "name: p\nstages:\n- name: s\n  jobs:\n  - name: j\n    commands:\n    - |\n      one\n        two\n    - >-\n "
        "     a\n      b\n"
        "    - plain\n      goes on\n    - \"quoted\n      too\"\n",
        Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "");
    const std::vector<std::string> commands{"one\n  two\n", "a b", "plain goes on", "quoted too"};
    BOOST_TEST(result.pipeline.stages[0].jobs[0].commands == commands, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(aliases_stand_for_what_their_anchor_marks) {
    const LoadResult result = load_text(
        "x-commands: &c [configure, make]\nname: p\nstages:\n- &build\n  name: build\n  jobs: [{name: a, commands: "
        "*c}]\n"
        "- name: test\n  dependencies: [build]\n  jobs:\n  - {name: &n b, commands: *c}\n  - {name: c, commands: [x], "
        "dependencies: [*n]}\n",
        Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "");
    BOOST_TEST(result.pipeline.stages[1].jobs[0].commands.size() == 2U);
    BOOST_TEST(result.pipeline.stages[1].jobs[1].dependencies[0] == "b");
}

BOOST_AUTO_TEST_CASE(merge_keys_bring_members_that_are_not_there) {
    const LoadResult result = load_text(
        "x-a: &a {timeout: 60, retry_count: 1, environment: {A: a}}\nx-b: &b {<<: *a, retry_count: 2}\n"
        "name: p\nstages:\n- name: s\n  jobs:\n"
        "  - {<<: *b, name: one, commands: [x], timeout: 5}\n"
        "  - {name: two, commands: [x], <<: [{retry_count: 7}, *a]}\n",
        Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "");
    const auto& jobs = result.pipeline.stages[0].jobs;
    BOOST_TEST(jobs[0].timeout.count() == 5'000);
    BOOST_TEST(jobs[0].retry_count == 2);
    BOOST_TEST(jobs[0].environment.at("A") == "a");
    BOOST_TEST(jobs[1].timeout.count() == 60'000);
    BOOST_TEST(jobs[1].retry_count == 7);
    BOOST_TEST(places("a: &a x\nb: {<<: *a}\n") == "2:9 K015");
    BOOST_TEST(places("b:\n  <<: [x]\n") == "2:7 K015");
    BOOST_TEST(places("{\"name\": \"p\", \"<<\": {}, \"stages\": 1}", Format::json) == "1:15 K012, 1:35 K014");
}

BOOST_AUTO_TEST_CASE(a_problem_behind_an_alias_is_reported_once_where_it_stands) {
    BOOST_TEST(
        problems(
            "x-e: &e {1A: x}\nname: p\nstages:\n- name: s\n  jobs:\n  - {name: a, commands: [x], environment: *e}\n"
            "  - {name: b, commands: [x], environment: *e}\n") ==
        "1:10 K030 '1A' in 'environment' of job 'a' is no name of a variable\n");
}

BOOST_AUTO_TEST_CASE(C08_a_second_document_is_refused) {
    BOOST_TEST(places("name: p\n---\nname: q\n") == "2:1 K005");
    BOOST_TEST(places("[a]\nname: q\n") == "2:1 K005");
    BOOST_TEST(places("name: p\n...\n---\n") == "3:1 K005");
    BOOST_TEST(places("{} {}", Format::json) == "1:4 K005");
    BOOST_TEST(places("{}\nx", Format::json) == "2:1 K005");
    // A beginning and an end of the one document are no second one.
    BOOST_TEST(places("%YAML 1.2\n---\n- a\n...\n") == "3:1 K010");
}

BOOST_AUTO_TEST_CASE(C15_tags_are_refused) {
    BOOST_TEST(problems("name: !!python/object/apply:os.system [id]\n") ==
               "1:7 K009 tag '!!python/object/apply:os.system' is not allowed\n");
    BOOST_TEST(places("a: !include x\n") == "1:4 K009");
    BOOST_TEST(places("a: &b !!int 3\n") == "1:7 K009");
    BOOST_TEST(places("a: !<tag:example.org,2000:x> 3\n") == "1:4 K009");
    BOOST_TEST(places("!!set {a, b}\n") == "1:1 K009");
    BOOST_TEST(places("a: !!str [x]\n") == "1:4 K009");
    const LoadResult result = load_text(with_job("    working_directory: !!str no\n"), Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "");
    BOOST_TEST(result.pipeline.stages[0].jobs[0].working_directory == "no");
}

BOOST_AUTO_TEST_CASE(syntax_errors_have_a_place_and_say_what_to_do) {
    BOOST_TEST(problems("name: p\nstages:\n  - name: a\n   jobs: []\n") ==
               "4:4 K003 not YAML: the list does not go on like this; look at the indentation\n");
    BOOST_TEST(problems("name: p\nstages:\n\t- name: a\n") ==
               "3:2 K003 not YAML: a tab in the indentation; YAML takes blanks only\n");
    BOOST_TEST(problems("name: p\nd: [a, b\nc: []\n") ==
               "3:2 K003 not YAML: a ']' or ',' is missing: a '[' is not closed\n");
    BOOST_TEST(problems("name: \"p\nstages: []\n") ==
               "1:7 K003 not YAML: the quote that begins here is never closed\n");
    BOOST_TEST(problems("name: 'p\nstages: []") == "2:11 K003 not YAML: the text ends inside quotes\n");
    BOOST_TEST(problems("name: a: b\n") ==
               "1:8 K003 not YAML: a ':' that cannot stand here; a text with ': ' in it needs quotes\n");
    BOOST_TEST(problems("name: *no\n") == "1:7 K003 not YAML: an alias of an anchor that is not defined before it\n");
    BOOST_TEST(problems("name: @x\n") == "1:7 K003 not YAML: no text begins with this character; put it in quotes\n");
    BOOST_TEST(places("name: p\n]\n") == "2:1 K003");
    BOOST_TEST(places("? [a]\n: b\n") == "1:3 K014");
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_refused) {
    BOOST_TEST(problems(std::string("name: a\nb: \0", 12)) == "2:4 K002 control character \\x00\n");
    BOOST_TEST(places("name: \x1B[1m\n") == "1:7 K002");
    BOOST_TEST(places("name: \xC3\x28\n") == "1:7 K002");
    BOOST_TEST(places("name: \x04\n") == "1:7 K002");  // which yaml-cpp takes for the end of the file
    BOOST_TEST(places(std::string("\xFF\xFE"
                                  "n\0a\0",
                                  6)) == "1:1 K002");
    BOOST_TEST(places("{\"\xC0\xAF\": 1}", Format::json) == "1:3 K002");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_and_carriage_returns_do_no_harm) {
    const LoadResult result = load_text(
        "\xEF\xBB\xBFname: p\r\nstages:\r\n- name: s\r\n  jobs: [{name: j, commands: [x]}]\r\n  oops: 1\r\n",
        Format::yaml, "ci");
    BOOST_TEST(result.pipeline.stages[0].jobs[0].commands[0] == "x");
    BOOST_TEST(short_form(result.diagnostics) == "5:3 K012 unknown key 'oops' in stage 's'\n");
}

BOOST_AUTO_TEST_CASE(an_empty_entry_is_shown_where_its_dash_is) {
    BOOST_TEST(places("name: p\nstages:\n-\n# a - b\n-\n- name: s\n  jobs:\n  -\n") == "3:1 K014, 5:1 K014, 8:3 K014");
    BOOST_TEST(problems("name:\nstages: [{name: s, jobs: [{name: j, commands: [x]}]}]\n") ==
               "1:1 K014 'name' of the pipeline must be a name, not nothing\n");
}

BOOST_AUTO_TEST_SUITE_END()
