#include <kahn/render/graph_views.hpp>

#include "support/pipelines.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace kahn::test {
namespace {

//  fetch -> build -> package
//        -> lint  ->
Pipeline diamond() {
    return pipeline({single("fetch"), stage("build", {job("gcc"), job("clang")}, {"fetch"}), single("lint", {"fetch"}),
                     single("package", {"build", "lint"})});
}

/// Each with what it is made of and with the plain text around it, to see that it does not spill.
const std::vector<std::string> hostile_names{
    "quote\"] --> s9[\"x", "a[b](c){d}|e|", "<script>alert(1)</script>", "new\nline", "end", "%%{init: {}}%%", "#quot;", "`md`",
    "$$x$$", "back\\slash\"", "semi;colon", "\xE2\x9C\x93 \xC3\xBCnic\xC3\xB6" "de", "&lt;", "\x1B[2J", "\xFF", "s0", ""};

}  // namespace

BOOST_AUTO_TEST_SUITE(graph_views)

BOOST_AUTO_TEST_CASE(mermaid_draws_stages_and_dependencies) {
    BOOST_TEST(render::to_mermaid(diamond()) ==
               "graph TD\n"
               "    s0[\"fetch<br/>1 job\"]\n"
               "    s1[\"build<br/>2 jobs\"]\n"
               "    s2[\"lint<br/>1 job\"]\n"
               "    s3[\"package<br/>1 job\"]\n"
               "    s0 --> s1\n"
               "    s0 --> s2\n"
               "    s1 --> s3\n"
               "    s2 --> s3\n");
}

BOOST_AUTO_TEST_CASE(mermaid_colours_what_has_run) {
    Pipeline run = diamond();
    run.stages[0].status = PipelineStatus::success;
    run.stages[1].status = PipelineStatus::failure;
    run.stages[2].status = PipelineStatus::success;
    const std::string text = render::to_mermaid(run);
    BOOST_TEST(text.find("    class s0,s2 success\n") != std::string::npos);
    BOOST_TEST(text.find("    class s1 failure\n") != std::string::npos);
    BOOST_TEST(text.find("skipped") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(C14_no_name_breaks_mermaid) {
    for (const std::string& name : hostile_names) {
        const std::string text = render::to_mermaid(pipeline({single("first"), single(name, {"first"})}));
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 4);
            const auto begin = text.find("    s1[\"") + 8;
            const auto end = text.find("<br/>1 job\"]\n", begin);
            BOOST_REQUIRE(end != std::string::npos);
            const std::string label = text.substr(begin, end - begin);
            BOOST_TEST(label.find_first_of("\"<>[]{}|`%$\\&\n\x1B") == std::string::npos);
            // Every semicolon ends an entity, every number sign begins one.
            BOOST_TEST(std::count(label.begin(), label.end(), '#') == std::count(label.begin(), label.end(), ';'));
            BOOST_TEST(text.ends_with("    s0 --> s1\n"));
        }
    }
    BOOST_TEST(render::to_mermaid(pipeline({single("a \"b\" <c> #1")})).find("s0[\"a #quot;b#quot; #lt;c#gt; #35;1<br/>1 job\"]") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(dot_draws_stages_and_dependencies) {
    Pipeline run = pipeline({single("fetch"), single("build", {"fetch"})});
    run.stages[1].status = PipelineStatus::success;
    BOOST_TEST(render::to_dot(run) ==
               "digraph \"test\" {\n"
               "    rankdir=TB;\n"
               "    node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\"];\n"
               "    s0 [label=\"fetch\\n1 job\"];\n"
               "    s1 [label=\"build\\n1 job\", fillcolor=\"#d1e7dd\"];\n"
               "    s0 -> s1;\n"
               "}\n");
}

BOOST_AUTO_TEST_CASE(C14_no_name_breaks_dot) {
    for (const std::string& name : hostile_names) {
        Pipeline p = pipeline({single(name)});
        p.name = name;
        const std::string text = render::to_dot(p);
        BOOST_TEST_CONTEXT(text) {
            // Walk it as Graphviz would: a string ends at the first quote that no backslash stands before.
            std::size_t strings = 0;
            bool is_inside = false;
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (is_inside && text[i] == '\\') {
                    ++i;
                } else if (text[i] == '"') {
                    is_inside = !is_inside;
                    strings += is_inside ? 1U : 0U;
                } else if (is_inside) {
                    BOOST_TEST(text[i] != '\n');
                }
            }
            BOOST_TEST(!is_inside);
            BOOST_TEST(strings == 4U);  // the graph's name, style, fillcolor, the label
        }
    }
}

BOOST_AUTO_TEST_CASE(json_has_nodes_levels_and_edges) {
    BOOST_TEST(render::to_graph_json(diamond()) ==
               "{\"pipeline\":\"test\",\"levels\":3,\"nodes\":["
               "{\"id\":\"s0\",\"name\":\"fetch\",\"level\":0,\"jobs\":[\"fetch\"]},"
               "{\"id\":\"s1\",\"name\":\"build\",\"level\":1,\"jobs\":[\"gcc\",\"clang\"]},"
               "{\"id\":\"s2\",\"name\":\"lint\",\"level\":1,\"jobs\":[\"lint\"]},"
               "{\"id\":\"s3\",\"name\":\"package\",\"level\":2,\"jobs\":[\"package\"]}],"
               "\"edges\":[{\"from\":\"s0\",\"to\":\"s1\"},{\"from\":\"s0\",\"to\":\"s2\"},{\"from\":\"s1\",\"to\":\"s3\"},"
               "{\"from\":\"s2\",\"to\":\"s3\"}]}\n");
}

BOOST_AUTO_TEST_CASE(C14_no_name_breaks_the_graph_json) {
    for (const std::string& name : hostile_names) {
        const auto value = boost::json::parse(render::to_graph_json(pipeline({single(name)})));
        const std::string expected = name == "\xFF" ? "\xEF\xBF\xBD" : name;
        BOOST_TEST(std::string(value.at("nodes").at(0).at("name").as_string()) == expected);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_valid_is_drawn_all_the_same) {
    const Pipeline broken = pipeline({single("a", {"b"}), single("b", {"a", "missing", "b"})});
    BOOST_TEST(render::to_mermaid(broken).ends_with("    s0 --> s1\n    s1 --> s0\n"));
    const auto value = boost::json::parse(render::to_graph_json(broken));
    BOOST_TEST(value.at("nodes").at(0).at("level").is_null());
    BOOST_TEST(value.at("levels").as_int64() == 0);
    BOOST_TEST(boost::json::parse(render::to_graph_json(Pipeline())).at("nodes").as_array().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
