#include "engine/artifacts.hpp"
#include "support/temporary_directory.hpp"

#include <kahn/base/error.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

using namespace kahn;
using namespace kahn::test;

namespace {

struct Folders {
    TemporaryDirectory root;
    std::filesystem::path work = root / "work";
    std::filesystem::path target = root / "target";

    Folders() { std::filesystem::create_directories(work); }
    void file(const std::string& path, const std::string& content = "x") const { root.write("work/" + path, content); }
    std::vector<std::string> collect(std::vector<std::string> globs) {
        result = collect_artifacts(work, globs, target);
        std::vector<std::string> names;
        for (const auto& file : result.files) names.push_back(file.path.string());
        return names;
    }
    CollectedArtifacts result;
};

using Names = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(collecting_artifacts, Folders)

BOOST_AUTO_TEST_CASE(globs_find_files_and_keep_their_paths_and_bytes) {
    file("out/a.o", std::string("\0raw\n", 5));
    file("out/b.txt");
    file("out/deep/er/c.o");
    BOOST_TEST(collect({"out/*.o"}) == Names{"out/a.o"}, boost::test_tools::per_element());
    BOOST_TEST(root.read("target/out/a.o") == std::string("\0raw\n", 5));
    BOOST_TEST(collect({"**/*.o"}) == (Names{"out/a.o", "out/deep/er/c.o"}), boost::test_tools::per_element());
    BOOST_TEST(collect({"out/{a.o,b.*}"}) == (Names{"out/a.o", "out/b.txt"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_directory_brings_everything_below_it) {
    file("dist/x/1");
    file("dist/2");
    file("other");
    BOOST_TEST(collect({"./dist/"}) == (Names{"dist/2", "dist/x/1"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_match_is_a_warning) {
    BOOST_TEST(collect({"nothing/*.here"}).empty());
    BOOST_TEST(result.warnings.at(0) == "no file matches artifact 'nothing/*.here'");
}

BOOST_AUTO_TEST_CASE(S01_what_leaves_the_working_directory_is_refused) {
    BOOST_CHECK_THROW(collect({"../secret"}), Error);
    BOOST_CHECK_THROW(collect({"/etc/passwd"}), Error);
    BOOST_CHECK_THROW(collect({"a/../../secret"}), Error);
    BOOST_CHECK_THROW(collect({std::string("a\0/../x", 7)}), Error);
}

BOOST_AUTO_TEST_CASE(symbolic_links_are_never_followed) {
    root.write("secret/key", "private");
    file("real");
    std::filesystem::create_symlink(root / "secret/key", work / "link");
    std::filesystem::create_directory_symlink(root / "secret", work / "folder");
    BOOST_TEST(collect({"*", "folder/*"}) == Names{"real"}, boost::test_tools::per_element());
    bool says_so = false;
    for (const auto& warning : result.warnings) says_so = says_so || warning.find("link is a symbolic link") != std::string::npos;
    BOOST_TEST(says_so);
    BOOST_TEST(!std::filesystem::exists(target / "folder/key"));
}

BOOST_AUTO_TEST_CASE(S03_a_hard_link_to_another_users_file_is_refused, *boost::unit_test::precondition([](boost::unit_test::test_unit_id) {
                         boost::test_tools::assertion_result is_possible(::geteuid() == 0);
                         is_possible.message() << "only root can give a file away";
                         return is_possible;
                     })) {
    file("theirs", "private");
    file("mine");
    BOOST_TEST_REQUIRE(::chown((work / "theirs").c_str(), 12345, 12345) == 0);
    std::filesystem::create_hard_link(work / "theirs", work / "link");
    std::filesystem::create_hard_link(work / "mine", work / "second");
    BOOST_TEST(collect({"link", "mine", "second"}) == (Names{"mine", "second"}), boost::test_tools::per_element());
    BOOST_TEST(result.warnings.at(0) == "artifact link is a hard link to another user's file: not collected");
}

BOOST_AUTO_TEST_CASE(a_pipe_does_not_block_and_is_left_out) {
    BOOST_TEST_REQUIRE(::mkfifo((work / "pipe").c_str(), 0600) == 0);
    file("real");
    BOOST_TEST(collect({"*"}) == Names{"real"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_kahn_keeps_itself_is_nobodys_artifact) {
    file(".kahn/runs/1/logs/a.log");
    file("mine.log");
    BOOST_TEST(collect({"**/*.log"}) == Names{"mine.log"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_tree_that_loops_by_its_depth_ends) {
    std::string deep;
    for (int i = 0; i < 200; ++i) deep += "d/";
    file(deep + "bottom");
    file("d/top");
    BOOST_TEST(collect({"**/{top,bottom}"}) == Names{"d/top"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(collecting_twice_replaces_the_copy) {
    file("a", "old and longer");
    collect({"a"});
    file("a", "new");
    collect({"a"});
    BOOST_TEST(root.read("target/a") == "new");
}

BOOST_AUTO_TEST_SUITE_END()
