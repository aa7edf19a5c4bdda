#include "kahn_program.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace kahn::test {
namespace {

struct Project {
    TemporaryDirectory directory;

    ProgramResult kahn_here(std::vector<std::string> arguments) const {
        Program program = kahn(std::move(arguments));
        return program.in(directory.path()).run();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(init, Project)

BOOST_AUTO_TEST_CASE(an_empty_directory_gets_a_pipeline_that_runs) {
    const ProgramResult made = kahn_here({"init"});
    BOOST_TEST(made.exit_code == 0);
    BOOST_TEST(contains(made.out, "template: empty"));
    BOOST_TEST(directory.read("kahn.yaml").starts_with("# yaml-language-server: $schema=.kahn/schema.json\n"));
    BOOST_TEST(boost::json::parse(directory.read(".kahn/schema.json")).as_object().contains("properties"));
    const ProgramResult run = kahn_here({"run", "kahn.yaml"});
    BOOST_TEST(run.exit_code == 0);
    BOOST_TEST(contains(run.err, "hello from "));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_there_is_never_touched) {
    directory.write("kahn.yaml", "mine");
    const ProgramResult refused = kahn_here({"init"});
    BOOST_TEST(refused.exit_code == 2);
    BOOST_TEST(contains(refused.err, "kahn.yaml is there already, and stays as it is"));
    BOOST_TEST(directory.read("kahn.yaml") == "mine");
    std::filesystem::create_symlink("nowhere", directory.path() / "link.yaml");
    BOOST_TEST(kahn_here({"init", "-o", "link.yaml"}).exit_code == 2);
    BOOST_TEST(!std::filesystem::exists(directory.path() / "nowhere"));
}

BOOST_AUTO_TEST_CASE(projects_are_recognised_and_every_template_is_valid) {
    const std::vector<std::pair<std::string, std::string>> marks{{"CMakeLists.txt", "cmake"}, {"Cargo.toml", "rust"}, {"go.mod", "go"},
                                                                 {"pyproject.toml", "python"}, {"setup.py", "python"}};
    for (const auto& [file, kind] : marks) {
        const Project project;
        project.directory.write(file, "");
        BOOST_TEST(contains(project.kahn_here({"init"}).out, "template: " + kind));
        BOOST_TEST(project.kahn_here({"validate", "kahn.yaml"}).exit_code == 0);
    }
    for (const std::string kind : {"cmake", "node", "python", "go", "rust", "empty"}) {
        BOOST_TEST(kahn_here({"init", "--template", kind, "-o", kind + ".yaml"}).exit_code == 0);
        BOOST_TEST(kahn_here({"validate", kind + ".yaml"}).exit_code == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_node_project_gets_the_scripts_that_it_has) {
    directory.write("package.json", R"({"scripts": {"test": "node --test", "build": "tsc", "prepare": "x"}})");
    directory.write("package-lock.json", "{}");
    BOOST_TEST(contains(kahn_here({"init"}).out, "template: node"));
    const std::string file = directory.read("kahn.yaml");
    BOOST_TEST(contains(file, "npm ci"));
    BOOST_TEST(contains(file, "npm run test"));
    BOOST_TEST(contains(file, "npm run build"));
    BOOST_TEST(!contains(file, "lint"));
    directory.write("package.json", "not json");
    BOOST_TEST(kahn_here({"init", "-o", "other.yml"}).exit_code == 0);
    BOOST_TEST(kahn_here({"validate", "other.yml"}).exit_code == 0);
}

BOOST_AUTO_TEST_CASE(several_kinds_are_told) {
    directory.write("CMakeLists.txt", "");
    directory.write("package.json", "{}");
    BOOST_TEST(contains(kahn_here({"init"}).out, "this is also a project of: node"));
    BOOST_TEST(contains(kahn_here({"init", "--template", "nod", "-o", "x.yaml"}).err, "Did you mean 'node'?"));
    BOOST_TEST(kahn_here({"init", "-o", "x.json"}).exit_code == 2);
    BOOST_TEST(kahn_here({"init", "-o", "missing/x.yaml"}).exit_code == 74);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
