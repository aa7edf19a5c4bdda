#include "config/support.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace kahn;
using namespace kahn::config;
using namespace kahn::config::test;

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(a_file_is_read_with_escapes_and_numbers_as_they_are_written) {
    const LoadResult result = load_text(
        R"({"name": "a\u00e9\n\ud83d\ude00", "variables": {"A": 1.10, "B": true, "C": 1e2, "D": "x\"\\y",
            "E": 18446744073709551616},
            "timeout": 1.5, "stages": [{"name": "s", "jobs": [{"name": "j", "commands": ["x"], "timeout": "2m"}]}]})",
        Format::json, "ci.json");
    BOOST_TEST(places(result.diagnostics) == "1:10 K029");  // the line end in the name
    const Variables expected{
        {"A", "1.10"}, {"B", "true"}, {"C", "1e2"}, {"D", "x\"\\y"}, {"E", "18446744073709551616"}};
    BOOST_TEST((result.pipeline.variables == expected));
    BOOST_TEST(result.pipeline.name == "a\xC3\xA9\n\xF0\x9F\x98\x80");
    BOOST_TEST(result.pipeline.timeout.count() == 1'500);
    BOOST_TEST(result.pipeline.stages[0].jobs[0].timeout.count() == 120'000);
}

BOOST_AUTO_TEST_CASE(every_kind_of_value_has_its_place) {
    BOOST_TEST(
        problems("{\"name\": 5,\n \"description\" : null,\r\n\t\"timeout\":[],\"triggers\": {\"push\": 1.5e3 , "
                 "\"x\\\"\": true},\n"
                 " \"variables\": \"\\\\\", \"stages\": [ false, {}, \"]\" ] }",
                 Format::json) ==
        "1:10 K014 'name' of the pipeline must be a name, not a number\n"
        "2:18 K014 'description' of the pipeline must be a text, not null\n"
        "3:12 K014 'timeout' of the pipeline must be a duration, not a list\n"
        "3:36 K019 'push' in 'triggers' of the pipeline takes no settings yet\n"
        "3:44 K019 'x\"' in 'triggers' of the pipeline is no trigger\n"
        "4:15 K014 'variables' of the pipeline must be a mapping of names to values, not a text\n"
        "4:33 K014 an entry of 'stages' of the pipeline must be a mapping with the keys of a stage, not a boolean\n"
        "4:40 K013 a stage without name has no 'name'\n"
        "4:40 K013 a stage without name has no 'jobs'\n"
        "4:44 K014 an entry of 'stages' of the pipeline must be a mapping with the keys of a stage, not a text\n");
}

BOOST_AUTO_TEST_CASE(syntax_errors_have_a_place) {
    BOOST_TEST(problems("{\"a\": 1,}", Format::json) == "1:9 K004 not JSON: this character cannot stand here\n");
    BOOST_TEST(problems("{\"a\"", Format::json) == "1:5 K004 not JSON: the text ends too early\n");
    BOOST_TEST(places("{\n  // no\n}", Format::json) == "2:3 K004");
    BOOST_TEST(places("{\"a\": tru}", Format::json) == "1:7 K004");
    BOOST_TEST(places("{'a': 1}", Format::json) == "1:2 K004");
    BOOST_TEST(places("{\"a\": 01}", Format::json) == "1:8 K004");
    BOOST_TEST(places("{\"a\": NaN}", Format::json) == "1:7 K004");
}

BOOST_AUTO_TEST_CASE(a_value_is_checked_like_a_file_and_named_by_its_path) {
    const auto value = boost::json::parse(
        R"({"name": "p", "stages": [{"name": "a", "jobs": [{"name": "j", "commands": ["x"]}]},
            {"name": "b", "dependencies": ["a", "c"], "jobs": [{"name": "j", "commands": ["x"],
                "retry_count": 1.5, "tiemout": 3}]}]})");
    const LoadResult result = load_value(value);
    BOOST_TEST(short_form(result.diagnostics) ==
               "0:0 K022 stages[1].dependencies[1]: stage 'b' depends on 'c', which does not exist\n"
               "0:0 K017 stages[1].jobs[0].retry_count: 'retry_count' of job 'j' is no whole number\n"
               "0:0 K012 stages[1].jobs[0].tiemout: unknown key 'tiemout' in job 'j'\n");
    BOOST_TEST(!result.ok());
    BOOST_TEST(short_form(load_value(boost::json::value(3)).diagnostics) ==
               "0:0 K010 the value is a single value: a pipeline is a mapping with 'name' and 'stages'\n");
}

BOOST_AUTO_TEST_CASE(a_value_that_is_right_is_read) {
    const auto value = boost::json::parse(
        R"({"name": "p", "timeout": 0.25, "variables": {"A": 1, "B": 0.5, "C": false},
            "stages": [{"name": "a", "parallel": false,
                "jobs": [{"name": "j", "commands": ["x"], "retry_count": 2}]}]})");
    const LoadResult result = load_value(value);
    BOOST_TEST(short_form(result.diagnostics) == "");
    BOOST_TEST(result.pipeline.timeout.count() == 250);
    BOOST_TEST((result.pipeline.variables == Variables{{"A", "1"}, {"B", "0.5"}, {"C", "false"}}));
    BOOST_TEST(!result.pipeline.stages[0].parallel);
    BOOST_TEST(result.pipeline.stages[0].jobs[0].retry_count == 2);
}

BOOST_AUTO_TEST_CASE(a_value_nested_too_deep_is_refused) {
    boost::json::value value = 1;
    for (int i = 0; i < 70; ++i) value = boost::json::array{std::move(value)};
    const auto diagnostics = load_value(value).diagnostics;
    BOOST_REQUIRE(diagnostics.size() == 1U);
    BOOST_TEST(diagnostics[0].code == "K007");
    BOOST_TEST(diagnostics[0].message.starts_with("[0][0]"));
}

BOOST_AUTO_TEST_SUITE_END()
