#include "kahn_program.hpp"

#include "git_ignore.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

using app::GitIgnore;

/// A repository with rules on two levels.
struct Repository {
    Repository() {
        git({"init", "-q"});
        directory.write(".gitignore", "*.log\n!keep.log\n/gen\nbuilt/\n");
        directory.write("sub/.gitignore", "*.tmp\n!b.tmp\n");
        directory.write("tracked.log", "");
        directory.write("built/x/y", "");
        git({"add", "-f", "tracked.log"});
    }

    void git(std::vector<std::string> words) const {
        words.insert(words.begin(), "git");
        BOOST_REQUIRE(Program(std::move(words)).in(directory.path()).run().exit_code == 0);
    }

    TemporaryDirectory directory;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(git_ignore, Repository)

BOOST_AUTO_TEST_CASE(what_git_ignores_is_asked_of_git) {
    GitIgnore git(directory.path());
    for (const char* const path : {"x.log", "sub/deep/x.log", "gen", "gen/a", "built", "built/x/y", "sub/a.tmp", "gone/x.log"}) BOOST_TEST(git.ignores(path), path);
    for (const char* const path : {"keep.log", "sub/keep.log", "sub/gen", "sub/b.tmp", "a.tmp", "tracked.log", "src/a.cpp", ""}) BOOST_TEST(!git.ignores(path), path);
}

BOOST_AUTO_TEST_CASE(rules_that_change_are_read_anew) {
    GitIgnore git(directory.path());
    BOOST_TEST(!git.ignores("x.txt"));
    directory.write(".gitignore", "*.txt\n");
    git.read_anew();
    BOOST_TEST(git.ignores("x.txt"));
    BOOST_TEST(!git.ignores("x.log"));
    BOOST_TEST(GitIgnore::decides(".gitignore"));
    BOOST_TEST(GitIgnore::decides("a/b/.gitignore"));
    BOOST_TEST(!GitIgnore::decides("my.gitignore"));
}

BOOST_AUTO_TEST_CASE(what_git_does_not_answer_is_not_ignored) {
    std::filesystem::create_directory_symlink(directory.path(), directory / "sub/link");
    GitIgnore git(directory.path());
    BOOST_TEST(!git.ignores("sub/link/x.log"));  // git ends at a path beyond a link
    BOOST_TEST(git.ignores("x.log"));
    BOOST_TEST(git.ignores("sub/x.log"));

    GitIgnore in_what_is_ignored(directory / "built/x");
    BOOST_TEST(!in_what_is_ignored.ignores("y"));
    const TemporaryDirectory elsewhere;
    GitIgnore outside(elsewhere.path());
    BOOST_TEST(!outside.ignores("x.log"));
}

BOOST_AUTO_TEST_CASE(a_watch_does_not_run_for_what_git_ignores) {
    directory.write("ci.yaml", pipeline_of("'echo ran >> ran.log'"));
    Program watch = kahn({"watch", "ci.yaml", "--debounce", "20ms"});
    watch.in(directory.path()).start();
    const auto said = [&](std::string_view text) { return watch.read_until([text](const Program& p) { return contains(p.err(), text); }); };
    BOOST_TEST_REQUIRE(said("waiting for a change"));
    directory.write("x.log", "1");
    directory.write("a.txt", "1");
    BOOST_TEST(said("a.txt changed: running again"));
    directory.write(".gitignore", "*.txt\n*.log\n");
    BOOST_TEST(said(".gitignore changed: running again"));
    BOOST_TEST(!contains(watch.err(), ".log"));
    watch.send(SIGINT);
    BOOST_TEST(watch.finish().exit_code == 130);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
