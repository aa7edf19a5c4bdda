#include "config/support.hpp"

#include "config/codes.hpp"
#include "config/keys.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

using namespace kahn;
using namespace kahn::config;
using namespace kahn::config::test;

namespace {

namespace fs = std::filesystem;

/// A directory that is gone afterwards.
class ScratchDirectory {
public:
    ScratchDirectory() {
        std::string name = (fs::temp_directory_path() / "kahn-config-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~ScratchDirectory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    fs::path write(const std::string& name, std::string_view content) const {
        std::ofstream(path_ / name, std::ios::binary) << content;
        return path_ / name;
    }
    fs::path operator/(const std::string& name) const { return path_ / name; }

private:
    fs::path path_;
};

const std::string good = "name: p\nstages: [{name: s, jobs: [{name: j, commands: [x]}]}]\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(C05_only_regular_files_of_a_bearable_size_are_opened) {
    const ScratchDirectory scratch;
    const fs::path fifo = scratch / "fifo.yaml";
    BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const fs::path large = scratch.write("large.yaml", "");
    fs::resize_file(large, (std::uintmax_t{64} << 20) + 1);
    for (const fs::path& path : {fifo, large, fs::path("/dev/zero"), fs::path("/dev/full"), fs::temp_directory_path(),
                                 scratch / "missing.yaml"}) {
        const LoadResult result = load_file(path);
        BOOST_REQUIRE(result.diagnostics.size() == 1U);
        BOOST_TEST(result.diagnostics[0].code == "K001");
        BOOST_TEST(result.diagnostics[0].message.find(path.string()) != std::string::npos);
        BOOST_TEST((result.diagnostics[0].location == SourceLocation()));
        BOOST_CHECK_EXCEPTION(require(result), ConfigError,
                              [](const ConfigError& error) { return error.code() == Errc::config_not_found; });
    }
}

BOOST_AUTO_TEST_CASE(C05_an_unreadable_file_is_refused) {
    const ScratchDirectory scratch;
    const fs::path secret = scratch.write("secret.yaml", good);
    fs::permissions(secret, fs::perms::none);
    fs::permissions(scratch / ".", fs::perms::owner_all | fs::perms::others_exec | fs::perms::group_exec);
    // Root may read everything, so a child becomes nobody first.
    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        if (::getuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(2);
        const LoadResult result = load_file(secret);
        ::_exit(result.diagnostics.size() == 1 && result.diagnostics[0].message.ends_with("Permission denied") ? 0 : 1);
    }
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2) BOOST_TEST_MESSAGE("root may not become another user here: not tested");
    else BOOST_TEST(WEXITSTATUS(status) == 0);
}

BOOST_AUTO_TEST_CASE(C17_what_was_read_and_what_is_shown_are_the_same_text) {
    const ScratchDirectory scratch;
    const fs::path path = scratch.write("ci.yaml", good + "oops: 1\n");
    const LoadResult result = load_file(path);
    scratch.write("ci.yaml", "something else\n");
    BOOST_TEST(result.source == good + "oops: 1\n");
    BOOST_TEST(short_form(result.diagnostics) == "3:1 K012 unknown key 'oops' in the pipeline\n");
}

BOOST_AUTO_TEST_CASE(the_name_tells_the_format) {
    BOOST_TEST((format_of("a.json") == Format::json));
    BOOST_TEST((format_of("a.JSON") == Format::json));
    BOOST_TEST((format_of("a.yaml") == Format::yaml));
    BOOST_TEST((format_of("json") == Format::yaml));
    BOOST_TEST((format_of("-") == Format::yaml));
    const ScratchDirectory scratch;
    BOOST_TEST(load_file(scratch.write("a.json", R"({"name": 1})")).diagnostics.size() == 2U);
    const LoadResult result = load_file(scratch.write("a.yml", good));
    BOOST_TEST(result.ok());
    BOOST_TEST(result.pipeline.source == scratch / "a.yml");
    BOOST_TEST(require(result).name == "p");
}

BOOST_AUTO_TEST_CASE(the_error_holds_every_diagnostic) {
    try {
        require(load_text("name: p\nstages: 1\noops: 2\n", Format::yaml, "ci.yaml"));
        BOOST_FAIL("nothing was thrown");
    } catch (const ConfigError& error) {
        BOOST_TEST((error.code() == Errc::invalid_config));
        BOOST_TEST(error.diagnostics().size() == 2U);
        BOOST_TEST(std::string(error.what()).find("ci.yaml:2:9: error[K014]") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(every_code_is_explained_once) {
    std::set<std::string> seen;
    for (const CodeRow& row : all_codes()) {
        BOOST_TEST(seen.insert(to_string(row.code)).second);
        BOOST_TEST(row.explanation.size() > row.title.size());
    }
    BOOST_TEST(seen.contains("K012"));
    BOOST_TEST(seen.contains("K021"));
    BOOST_TEST(seen.size() == 45U);
}

BOOST_AUTO_TEST_CASE(every_key_says_what_it_is) {
    const auto check_rows = [](const auto& rows) {
        for (const auto& row : rows) {
            BOOST_TEST(!row.type.empty());
            BOOST_TEST(!row.meaning.empty());
            const bool is_one_kind_of_work = row.name == "commands" || row.name == "github";
            BOOST_TEST((row.is_required || is_one_kind_of_work) == row.fallback.empty());
        }
    };
    check_rows(pipeline_keys());
    check_rows(stage_keys());
    check_rows(condition_keys());
    check_rows(job_keys());
    check_rows(github_keys());
}

BOOST_AUTO_TEST_SUITE_END()
