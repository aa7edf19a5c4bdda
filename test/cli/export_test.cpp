#include "kahn_program.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {

BOOST_AUTO_TEST_SUITE(exporting)

BOOST_AUTO_TEST_CASE(an_export_goes_to_standard_output_or_a_new_file_and_replaces_none_unasked) {
    const TemporaryDirectory directory;
    directory.write("ci.yaml", "name: p\ntimeout: 5m\nstages:\n  - name: s\n    jobs: [{name: j, commands: [\"true\"]}]\n");
    const auto here = [&directory](std::vector<std::string> words) {
        Program program = kahn(std::move(words));
        return program.in(directory.path()).run();
    };
    const ProgramResult shown = here({"export", "--to", "github", "ci.yaml"});
    BOOST_TEST(shown.exit_code == 0);
    BOOST_TEST(contains(shown.out, "\njobs:\n  s-j:\n"));
    BOOST_TEST(contains(shown.out, "# note: timeout: "));
    BOOST_TEST(contains(shown.err, "kahn: note: timeout: "));
    BOOST_TEST(here({"export", "--to", "github", "ci.yaml", "-o", "w.yml"}).exit_code == 0);
    BOOST_TEST(directory.read("w.yml") == shown.out);
    directory.write("w.yml", "mine");
    BOOST_TEST(here({"export", "--to", "gitlab", "ci.yaml", "-o", "w.yml"}).exit_code == 2);
    BOOST_TEST(directory.read("w.yml") == "mine");
    BOOST_TEST(here({"export", "--to", "gitlab", "ci.yaml", "-o", "w.yml", "--force"}).exit_code == 0);
    BOOST_TEST(contains(directory.read("w.yml"), "stages: [s]"));
    BOOST_TEST(contains(here({"export", "--to", "gitla", "ci.yaml"}).err, "Did you mean 'gitlab'?"));
    BOOST_TEST(here({"export", "--to", "github", "none.yaml"}).exit_code == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
