#include <kahn/config/load.hpp>
#include <kahn/render/export.hpp>

#include "base/glob.hpp"
#include "render/export_names.hpp"
#include "render/export_script.hpp"
#include "render/export_words.hpp"
#include "render/export_yaml.hpp"
#include "support/program.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace kahn::test {
namespace {

namespace fs = std::filesystem;
const fs::path folder = KAHN_EXPORT_FOLDER;

std::string content_of(const fs::path& file) {
    std::ostringstream out;
    out << std::ifstream(file, std::ios::binary).rdbuf();
    return out.str();
}

std::vector<fs::path> pipelines() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder / "pipelines")) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

Pipeline pipeline_of(std::string text) { return config::require(config::load_text(std::move(text), config::Format::yaml, "p.yaml")); }

/// A pipeline of one stage with this condition.
Pipeline with_condition(const std::string& condition) {
    Pipeline pipeline;
    pipeline.name = "p";
    pipeline.stages.emplace_back("s", std::vector<PipelineJob>{PipelineJob("j", {"true"})});
    pipeline.stages[0].conditions.custom = condition;
    return pipeline;
}

std::string github_if(const std::string& condition) {
    const std::string text = render::to_github_workflow(with_condition(condition)).text;
    std::smatch match;
    return std::regex_search(text, match, std::regex("\n    if: (.*)\n")) ? match[1].str() : "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exports)

BOOST_AUTO_TEST_CASE(every_pipeline_is_exported_as_it_is_written_down) {
    const auto files = pipelines();
    BOOST_TEST(files.size() >= 12U);
    for (const fs::path& file : files) {
        const Pipeline pipeline = config::require(config::load_file(file));
        const std::string name = file.stem().string() + ".yml";
        BOOST_TEST(render::to_github_workflow(pipeline).text == content_of(folder / "github" / name), "github/" << name);
        BOOST_TEST(render::to_gitlab_pipeline(pipeline).text == content_of(folder / "gitlab" / name), "gitlab/" << name);
    }
}

BOOST_AUTO_TEST_CASE(every_note_stands_in_the_file) {
    for (const fs::path& file : pipelines()) {
        const Pipeline pipeline = config::require(config::load_file(file));
        for (const auto& exported : {render::to_github_workflow(pipeline), render::to_gitlab_pipeline(pipeline)}) {
            for (const std::string& note : exported.notes) {
                BOOST_TEST(exported.text.find("# note: " + note + "\n") != std::string::npos);
                BOOST_TEST(note.find('\n') == std::string::npos);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(conditions_are_said_in_githubs_words) {
    BOOST_TEST(github_if("") == "");
    BOOST_TEST(github_if("success()") == "");
    BOOST_TEST(github_if("always()") == "\"${{ always() }}\"");
    BOOST_TEST(github_if("branch == 'it'") == "\"${{ (github.head_ref || github.ref_name) == 'it' && success() }}\"");
    BOOST_TEST(github_if("branch == \"it's\"").find("'it''s'") != std::string::npos);
    BOOST_TEST(github_if("branch =~ 'v*'").find("startsWith((github.head_ref || github.ref_name), 'v')") != std::string::npos);
    BOOST_TEST(github_if("!(branch =~ '*-rc')").find("!(endsWith(") != std::string::npos);
    BOOST_TEST(github_if("branch =~ 'ab*ba'") == "\"${{ false }}\"");  // it would take `aba`
    BOOST_TEST(github_if("'a' == 'b'") == "\"${{ false }}\"");
    BOOST_TEST(github_if("failure()") == "\"${{ !cancelled() && failure() }}\"");
    BOOST_TEST(github_if("cancelled()") == "\"${{ always() && cancelled() }}\"");
}

BOOST_AUTO_TEST_CASE(a_pattern_is_said_as_a_regular_expression_that_takes_the_same) {
    const std::vector<std::string> patterns{"*", "main", "v?.*", "[a-c]x", "[!a-c]x", "{dev,test}/*", "a.b+c", "\\*", "[]]", "[", "x{", "a{b,c{d,e}}", "(x)|$"};
    const std::vector<std::string> texts{"", "main", "v1.2", "v1x2", "bx", "dx", "dev/a/b", "test/", "a.b+c", "aab+c", "*", "]", "[", "x{", "ab", "acd", "ace", "(x)|$"};
    for (const std::string& pattern : patterns) {
        std::string regex = render::glob_to_regex(pattern).value();
        for (const std::string& text : texts) {
            BOOST_TEST(std::regex_match(text, std::regex(regex)) == glob_match(pattern, text, GlobKind::text), pattern << " " << text << " " << regex);
        }
    }
}

BOOST_AUTO_TEST_CASE(ids_are_valid_distinct_and_do_not_depend_on_the_order) {
    const std::vector<std::string> names{"a", "A", "a b", "a-b", "a.b", "1", "✓", "-", "before_script", std::string(300, 'x'), std::string(301, 'x')};
    std::vector<PipelineStage> stages;
    for (const std::string& name : names) {
        auto& stage = stages.emplace_back(name);
        for (const std::string& job : names) stage.jobs.emplace_back(job, std::vector<std::string>{"true"});
    }
    const render::ExportNames forward(stages);
    std::set<std::string> all;
    for (std::size_t s = 0; s < stages.size(); ++s) {
        for (std::size_t j = 0; j < stages.size(); ++j) {
            BOOST_TEST(std::regex_match(forward.job(s, j), std::regex("[a-z_][a-z0-9_-]*")), forward.job(s, j));
            BOOST_TEST(forward.job(s, j).size() <= 100U);
            all.insert(forward.job(s, j));
        }
    }
    BOOST_TEST(all.size() == names.size() * names.size());
    std::reverse(stages.begin(), stages.end());
    const render::ExportNames backward(stages);
    for (std::size_t s = 0; s < stages.size(); ++s) BOOST_TEST(backward.job(s, 0) == forward.job(stages.size() - 1 - s, 0));
}

BOOST_AUTO_TEST_CASE(yaml_text_is_quoted_where_it_could_be_something_else) {
    for (const std::string text : {"yes", "No", "null", "010", "1.5", "", " a", "a ", "a: b", "- a", "#a", "a #b", "*a", "&a", "!a", "{a", "[a", "'a", "@a", "~"}) {
        BOOST_TEST(render::yaml_text(text).starts_with('"'), text);
    }
    BOOST_TEST(render::yaml_text("make docs") == "make docs");
    BOOST_TEST(render::yaml_text("a\tb\x01\u0085") == "\"a\\tb\\u0001\\u0085\"");
    BOOST_TEST(render::yaml_block("a\n\n  b", 4) == "|-\n    a\n\n      b");
    BOOST_TEST(render::yaml_block("a\nb\n", 4) == "\"a\\nb\\n\"");
}

BOOST_AUTO_TEST_CASE(the_script_of_a_job_does_what_the_engine_does) {
    const Pipeline pipeline = pipeline_of(
        "name: p\nstages:\n  - name: s\n    jobs:\n      - name: j\n        environment: {A: \"it's ${HOME}\", HOME: /new}\n        retry_count: 2\n"
        "        commands: [\"cd / && X=1\", \"test \\\"$A\\\" = \\\"it's /old\\\" && test $HOME = /new\", \"test $KAHN_ATTEMPT = 2 && echo $KAHN_ATTEMPT ${X-none}\"]\n");
    const PipelineStage& stage = pipeline.stages[0];
    const auto environment = render::export_environment(pipeline, stage, stage.jobs[0], false);
    // HOME is looked up before it is replaced only by what is known then: the file's own value counts after it.
    const std::string script = render::job_script(stage.jobs[0], environment, render::ScriptFrame());
    const ProgramResult result = Program({"sh", "-ec", script}).with("HOME", "/old").run();
    BOOST_TEST(result.out == "2 none\n");
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(result.err == "kahn: attempt 1 of 3 failed: exit 1\n");
}

BOOST_AUTO_TEST_CASE(what_is_wrapped_gets_its_words_before_it) {
    PipelineJob job("j", {"echo $0"});
    job.wrap = {"env", "A=it's"};
    job.timeout = std::chrono::seconds{5};
    const std::string script = render::job_script(job, render::ExportEnvironment(), render::ScriptFrame());
    BOOST_TEST(script.find("env 'A=it'\\''s' sh -c 'echo $0'") != std::string::npos);
    BOOST_TEST(script.find("timeout -k 10 5 sh -e") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_command_that_looks_like_an_option_is_none) {
    PipelineJob job("j", {"-x 2>/dev/null || echo minus", "+x 2>/dev/null || echo plus"});
    job.timeout = std::chrono::minutes{10};
    const std::string script = render::job_script(job, render::ExportEnvironment(), render::ScriptFrame());
    BOOST_TEST(Program({"sh", "-ec", script}).run().out == "minus\nplus\n");
}

BOOST_AUTO_TEST_CASE(a_long_chain_is_exported_with_the_files_of_those_before) {
    Pipeline pipeline;
    pipeline.name = "chain";
    constexpr int stages = 3000;
    for (int s = 0; s < stages; ++s) {
        PipelineStage stage("s" + std::to_string(s), {PipelineJob("j", {"true"})});
        if (s > 0) stage.dependencies = {"s" + std::to_string(s - 1)};
        if (s == 7) stage.jobs[0].artifacts = {"out/*"};
        pipeline.stages.push_back(std::move(stage));
    }
    const std::string text = render::to_github_workflow(pipeline).text;
    const auto count = [&text](const std::string& what) {
        int found = 0;
        for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
        return found;
    };
    BOOST_TEST(count("uses: actions/upload-artifact") == 1);
    BOOST_TEST(count("uses: actions/download-artifact") == stages - 8);
}

BOOST_AUTO_TEST_CASE(secrets_come_from_the_services_own_store) {
    Pipeline pipeline = with_condition("");
    pipeline.secrets = {"TOKEN"};
    pipeline.variables["TOKEN"] = "abc123";
    const auto github = render::to_github_workflow(pipeline);
    BOOST_TEST(github.text.find("  TOKEN: ${{ secrets.TOKEN }}\n") != std::string::npos);
    const auto gitlab = render::to_gitlab_pipeline(pipeline);
    BOOST_TEST(gitlab.text.find("# note: secret TOKEN: to be set") != std::string::npos);
    for (const auto& exported : {github, gitlab}) BOOST_TEST(exported.text.find("abc123") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_job_that_cannot_run_there_fails_and_is_named) {
    Pipeline pipeline = with_condition("");
    pipeline.stages[0].jobs[0].commands.clear();
    pipeline.stages[0].jobs[0].github.emplace();
    for (const auto& exported : {render::to_github_workflow(pipeline), render::to_gitlab_pipeline(pipeline)}) {
        BOOST_TEST(exported.text.find("exit 1") != std::string::npos);
        BOOST_TEST(exported.notes.size() == 1U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
