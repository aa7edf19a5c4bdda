#include "config/support.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace kahn;
using namespace kahn::config;
using namespace kahn::config::test;

namespace {

/// Pipelines of all shapes, whose texts are what writers of YAML and JSON get wrong.
class PipelineGenerator {
public:
    explicit PipelineGenerator(unsigned seed) : random_(seed) {}

    Pipeline pipeline() {
        Pipeline out;
        out.name = name();
        out.description = maybe() ? text() : "";
        out.variables = variables(false);
        for (const char* secret : {"TOKEN", "yes", "_9"}) {
            if (maybe()) out.secrets.push_back(secret);
        }
        for (const Trigger trigger : {Trigger::schedule, Trigger::push, Trigger::manual, Trigger::pull_request}) {
            if (maybe()) out.triggers.push_back(trigger);
        }
        if (maybe()) out.timeout = std::chrono::milliseconds(1 + below(100'000'000));
        const std::size_t stages = 1 + below(4);
        for (std::size_t s = 0; s < stages; ++s) out.stages.push_back(stage(out.stages));
        return out;
    }

private:
    PipelineStage stage(const std::vector<PipelineStage>& before) {
        PipelineStage out(name() + std::to_string(before.size()));
        for (const PipelineStage& other : before) {
            if (maybe()) out.dependencies.push_back(other.name);
        }
        out.environment = variables(true);
        out.allow_failure = maybe();
        out.parallel = maybe();
        while (below(3) == 0) out.conditions.branch.push_back("x" + text());
        out.conditions.environment = variables(false);
        if (maybe()) out.conditions.custom = "branch == 'main' && !failure()";
        const std::size_t jobs = 1 + below(3);
        for (std::size_t j = 0; j < jobs; ++j) out.jobs.push_back(job(out.jobs));
        return out;
    }

    /// The same, done by a workflow.
    PipelineJob on_github(PipelineJob out) {
        out.commands.clear();
        out.wrap.clear();
        out.leftovers = LeftoverPolicy::kill;
        out.junit_reports.clear();
        out.artifacts.clear();
        GithubWorkflow& workflow = out.github.emplace();
        workflow.repo = "acme/rocket-" + std::to_string(below(100));
        workflow.workflow = maybe() ? "ci.yml" : std::to_string(below(100'000));
        if (maybe()) workflow.ref = without_dollar(text());
        workflow.inputs = variables(true);
        if (maybe()) workflow.inputs["log-level"] = without_dollar(text());
        workflow.wait = maybe();
        return out;
    }

    PipelineJob job(const std::vector<PipelineJob>& before) {
        PipelineJob out(name() + std::to_string(before.size()), {"x" + text()});
        while (maybe()) out.commands.push_back("x" + text());
        out.environment = variables(true);
        if (maybe()) out.wrap = {"nice", "-n", std::to_string(below(20)), "${KAHN_COMMAND}"};
        if (maybe()) out.leftovers = maybe() ? LeftoverPolicy::keep : LeftoverPolicy::fail;
        if (maybe()) out.junit_reports.push_back("reports/" + std::to_string(below(100)) + "/**/*.xml");
        if (maybe()) out.artifacts.push_back("out/" + std::to_string(below(100)) + "/{a,b}/**");
        if (!before.empty() && maybe()) out.dependencies.push_back(before[below(before.size())].name);
        if (maybe()) out.timeout = std::chrono::milliseconds(1 + below(100'000'000));
        if (maybe()) out.retry_count = static_cast<int>(below(1'000));
        if (maybe()) out.retry_delay = std::chrono::milliseconds(below(10'000));
        out.allow_failure = maybe();
        if (below(4) == 0) return on_github(std::move(out));
        if (maybe()) out.working_directory = without_dollar(text());
        return out;
    }

    Variables variables(bool is_expanded) {
        Variables out;
        for (std::size_t count = below(4); count > 0; --count) {
            const std::string value = text();
            const char* const names[] = {"A", "yes", "null", "_9", "NO", "true", "n", "Path_To"};
            out[names[below(std::size(names))]] = is_expanded ? without_dollar(value) : value;
        }
        return out;
    }

    std::string name() {
        const char* const names[] = {"build", "it's", "\"q\"", "1.10",     "010", "yes", "~",  "a: b", "a #b", "- x",
                                     "../x",  "[a]",  "{b}",   "\xC3\xBC", "&a",  "*a",  "!t", "%",    "@",    "`",
                                     "null",  "x.y",  "?",     "? a",      ":",   "|",   ">",  "<<",   "---"};
        return names[below(std::size(names))];
    }

    std::string text() {
        const char* const pieces[] = {"a",
                                      " ",
                                      "\n",
                                      "\t",
                                      ":",
                                      ": ",
                                      " #",
                                      "#",
                                      "'",
                                      "\"",
                                      "\\",
                                      "- ",
                                      "yes",
                                      "0x",
                                      "1e3",
                                      "{",
                                      "}",
                                      "[",
                                      "]",
                                      ",",
                                      "&",
                                      "*",
                                      "!",
                                      "|",
                                      ">",
                                      "%",
                                      "@",
                                      "`",
                                      "~",
                                      "\r",
                                      "\x1B",
                                      "\x7F",
                                      "\x01",
                                      "null",
                                      "\xC3\xA9",
                                      "\xC2\x85",
                                      "\xE2\x80\xA8",
                                      "\xEF\xBB\xBF",
                                      "$",
                                      "${X}",
                                      "$(id)",
                                      "---",
                                      "...",
                                      "\n\n",
                                      "  ",
                                      "word ",
                                      "\xF0\x9F\x98\x80",
                                      "\xEF\xBF\xBE",
                                      "? ",
                                      "<<",
                                      "=",
                                      "\n ",
                                      "\n\t",
                                      "end\n"};
        std::string out;
        for (std::size_t count = below(8); count > 0; --count) out += pieces[below(std::size(pieces))];
        return out;
    }

    static std::string without_dollar(std::string text) {
        std::erase(text, '$');
        return text;
    }

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    bool maybe() { return below(2) == 0; }

    std::mt19937 random_;
};

void save_and_load(Format format) {
    PipelineGenerator generator(20260101);
    for (int i = 0; i < 10'000; ++i) {
        const Pipeline pipeline = generator.pipeline();
        const std::string saved = to_text(pipeline, format);
        const LoadResult loaded = load_text(saved, format, "ci");
        BOOST_REQUIRE_MESSAGE(loaded.ok(), short_form(loaded.diagnostics) << saved);
        BOOST_REQUIRE_MESSAGE(loaded.pipeline == pipeline, saved);
        BOOST_REQUIRE_MESSAGE(to_text(loaded.pipeline, format) == saved, saved);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(round_trip)

BOOST_AUTO_TEST_CASE(C18_ten_thousand_pipelines_load_from_yaml_as_they_were_saved) { save_and_load(Format::yaml); }
BOOST_AUTO_TEST_CASE(C18_ten_thousand_pipelines_load_from_json_as_they_were_saved) { save_and_load(Format::json); }

BOOST_AUTO_TEST_CASE(what_is_saved_is_pleasant_to_read) {
    Pipeline pipeline;
    pipeline.name = "release";
    pipeline.variables = {{"CC", "gcc"}, {"DEBUG", "no"}, {"VERSION", "1.10"}};
    pipeline.triggers = {Trigger::push};
    PipelineStage& stage = pipeline.stages.emplace_back("build");
    stage.conditions.branch = {"main", "release/*"};
    PipelineJob& job = stage.jobs.emplace_back(
        "compile", std::vector<std::string>{"cmake -B build", "set -e\nmake all\n", "echo a: b"});
    job.timeout = std::chrono::minutes(10);
    job.retry_delay = std::chrono::milliseconds(1500);
    BOOST_TEST(to_text(pipeline, Format::yaml) ==
               "name: release\nvariables:\n  CC: gcc\n  DEBUG: 'no'\n  VERSION: '1.10'\ntriggers:\n  - push\nstages:\n "
               " - name: build\n"
               "    jobs:\n      - name: compile\n        commands:\n          - cmake -B build\n          - |\n       "
               "     set -e\n            make all\n"
               "          - 'echo a: b'\n        timeout: 600\n        retry_delay: '1500ms'\n    conditions:\n      "
               "branch:\n        - main\n        - release/*\n");
    BOOST_TEST(to_text(pipeline, Format::json) ==
               "{\n  \"name\": \"release\",\n  \"variables\": {\n    \"CC\": \"gcc\",\n    \"DEBUG\": \"no\",\n    "
               "\"VERSION\": \"1.10\"\n  },\n"
               "  \"triggers\": [\n    \"push\"\n  ],\n  \"stages\": [\n    {\n      \"name\": \"build\",\n      "
               "\"jobs\": [\n        {\n"
               "          \"name\": \"compile\",\n          \"commands\": [\n            \"cmake -B build\",\n         "
               "   \"set -e\\nmake all\\n\",\n"
               "            \"echo a: b\"\n          ],\n          \"timeout\": 600,\n          \"retry_delay\": "
               "\"1500ms\"\n        }\n      ],\n"
               "      \"conditions\": {\n        \"branch\": [\n          \"main\",\n          \"release/*\"\n        "
               "]\n      }\n    }\n  ]\n}\n");
}

BOOST_AUTO_TEST_SUITE_END()
