#include "cli/kahn_program.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <map>

namespace kahn::test {
namespace {

namespace fs = std::filesystem;

/// A home with settings, and in it a repository with settings.
struct Places {
    TemporaryDirectory home;
    fs::path repository = home / "repository";

    Places() {
        fs::create_directories(repository / ".git");
        fs::create_directories(repository / "sub");
        fs::create_directories(home / "config/kahn");
    }
    void user(const std::string& text) const { home.write("config/kahn/config.yaml", text); }
    void project(const std::string& text) const { home.write("repository/.kahn.yaml", text); }

    ProgramResult run(std::vector<std::string> arguments, const std::map<std::string, std::string>& variables = {}, const fs::path& where = "repository") const {
        Program program = kahn(std::move(arguments));
        program.in(home / where).with("HOME", home.path().string()).with("XDG_CONFIG_HOME", (home / "config").string());
        for (const char* const name : {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "CI_CD_API_URL", "GITHUB_API_URL"}) program.with(name, "");
        for (const auto& [name, value] : variables) program.with(name, value);
        return program.run();
    }
    /// Every setting by its name.
    std::map<std::string, boost::json::object> settings(const std::map<std::string, std::string>& variables = {}, const fs::path& where = "repository") const {
        const ProgramResult result = run({"config", "--json"}, variables, where);
        BOOST_TEST_REQUIRE(result.exit_code == 0, result.err);
        std::map<std::string, boost::json::object> found;
        for (auto& setting : events_of(result.out)) found[std::string(setting.at("name").as_string())] = setting;
        return found;
    }
};

std::string from(const boost::json::object& setting) { return std::string(setting.at("from").as_string()); }
std::string value(const boost::json::object& setting) { return std::string(setting.at("value").as_string()); }

void check_refused(const ProgramResult& result, const std::string& message) {
    BOOST_TEST_CONTEXT(message << " <-> " << result.err) {
        BOOST_TEST(result.exit_code == 3);
        BOOST_TEST(result.out == "");
        BOOST_TEST(contains(result.err, message));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_command)

BOOST_AUTO_TEST_CASE(later_places_win_and_each_setting_tells_where_it_comes_from) {
    const Places places;
    BOOST_TEST(from(places.settings().at("log")) == "default");
    places.user("log: prefix\nschedule: levels\nworkers: 2\n");
    BOOST_TEST(value(places.settings().at("log")) == "prefix");
    places.project("# ours\nlog: group\n");
    auto both = places.settings();
    BOOST_TEST(value(both.at("log")) == "group");
    BOOST_TEST(from(both.at("log")) == "project");
    BOOST_TEST(both.at("log").at("file").as_string() == (places.repository / ".kahn.yaml").string());
    BOOST_TEST(both.at("log").at("line").as_int64() == 2);
    BOOST_TEST(both.at("log").at("column").as_int64() == 6);
    BOOST_TEST(from(both.at("schedule")) == "user");
    BOOST_TEST(both.at("workers").at("value").as_int64() == 2);
    auto all = places.settings({{"KAHN_LOG", "none"}, {"KAHN_WORKERS", "7"}});
    BOOST_TEST(value(all.at("log")) == "none");
    BOOST_TEST(all.at("log").at("variable").as_string() == "KAHN_LOG");
    BOOST_TEST(all.at("workers").at("value").as_int64() == 7);
    const ProgramResult text = places.run({"config"}, {{"KAHN_LOG", "none"}});
    BOOST_TEST(contains(text.out, "log                  none"));
    BOOST_TEST(contains(text.out, "KAHN_LOG\n"));
    BOOST_TEST(contains(text.out, "config.yaml:2:11\n"));
}

BOOST_AUTO_TEST_CASE(a_run_and_a_rerun_do_what_the_settings_say_and_options_win) {
    const Places places;
    places.home.write("repository/ci.yaml", pipeline_of("'true'"));
    places.user("workers: 1\n");
    BOOST_TEST(contains(places.run({"run", "ci.yaml"}).err, "1 level, 1 worker\n"));
    BOOST_TEST(contains(places.run({"rerun", "last", "--all"}).err, "1 level, 1 worker\n"));
    BOOST_TEST(contains(places.run({"run", "ci.yaml"}, {{"KAHN_WORKERS", "3"}}).err, "3 workers\n"));
    BOOST_TEST(contains(places.run({"run", "ci.yaml", "-j", "4"}, {{"KAHN_WORKERS", "3"}}).err, "4 workers\n"));
    places.project("log: live\n");  // where there is no terminal, it is the usual view
    BOOST_TEST(contains(places.run({"run", "ci.yaml"}).err, "kahn: ok in"));
}

BOOST_AUTO_TEST_CASE(fail_fast_can_be_set_and_taken_back) {
    const Places places;
    places.home.write("repository/ci.yaml",
                      "name: p\nstages:\n  - {name: s, jobs: [{name: bad, commands: ['exit 1']}]}\n"
                      "  - {name: t, jobs: [{name: after, commands: ['touch after-it']}]}\n");
    places.user("fail_fast: true\nworkers: 1\n");
    BOOST_TEST(places.run({"run", "ci.yaml"}).exit_code == 1);
    BOOST_TEST(!fs::exists(places.repository / "after-it"));
    BOOST_TEST(places.run({"run", "ci.yaml", "--no-fail-fast"}).exit_code == 1);
    BOOST_TEST(fs::exists(places.repository / "after-it"));
    BOOST_TEST(places.run({"run", "ci.yaml", "--no-fail-fast", "--fail-fast"}).exit_code == 2);
}

BOOST_AUTO_TEST_CASE(a_workspace_in_a_file_is_below_its_folder_wherever_kahn_is_started) {
    const Places places;
    places.home.write("repository/sub/ci.yaml", pipeline_of("'true'"));
    places.project("workspace: kept\n");
    const ProgramResult run = places.run({"run", "ci.yaml"}, {}, "repository/sub");
    BOOST_TEST_REQUIRE(run.exit_code == 0, run.err);
    BOOST_TEST(fs::exists(places.repository / "kept/.kahn/runs"));
    BOOST_TEST(!fs::exists(places.repository / "sub/.kahn"));
    BOOST_TEST(!contains(run.err, "--workspace"));  // found without
    BOOST_TEST(contains(places.run({"runs"}).out, "success"));
    BOOST_TEST(contains(places.run({"runs", "--workspace", "."}).err, "no run is recorded"));
    const ProgramResult elsewhere = places.run({"run", "-C", "repository/sub", "ci.yaml", "--log", "none"}, {}, ".");
    BOOST_TEST(elsewhere.exit_code == 0);
    BOOST_TEST(places.run({"runs", "--json", "--limit", "0"}).out.find("\"run\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(mistakes_in_a_file_are_told_all_at_once_with_their_places) {
    const Places places;
    places.user("log: gruop\nworkrs: 3\nworkers: \"4\"\nfail_fast: yes\ngrace: soon\nci: [github]\nfinal:\nbase_url: 'http://'\n");
    const ProgramResult result = places.run({"runs"});
    check_refused(result, "error[K043]: 'log' knows focus, group, prefix, live, none, not 'gruop'\n");
    check_refused(result, "config.yaml:1:6\n");
    check_refused(result, "^^^^^ did you mean 'group'?\n");
    check_refused(result, "error[K012]: unknown setting 'workrs'\n");
    check_refused(result, "^^^^^^ did you mean 'workers'?\n");
    check_refused(result, "error[K014]: 'workers' is written without quotes\n");
    check_refused(result, "error[K018]: 'fail_fast' is true or false, not 'yes'\n");
    check_refused(result, "error[K016]: 'grace' 'soon' is no duration\n");
    check_refused(result, "error[K014]: 'ci' takes one value, not a list\n");
    check_refused(result, "error[K035]: 'final' is empty\n");
    check_refused(result, "error[K034]: 'base_url' is no http or https URL\n");
    check_refused(result, "kahn: 8 errors in ");
    places.user("a: [\n");
    check_refused(places.run({"config"}), "error[K003]");
    places.user("- workers\n");
    check_refused(places.run({"config"}), "error[K014]: settings are a mapping of names to values\n");
    places.user("workers: 1\nworkers: 2\n");
    check_refused(places.run({"config"}), "error[K011]");
    fs::remove(places.home / "config/kahn/config.yaml");
    fs::create_directory(places.home / "config/kahn/config.yaml");
    check_refused(places.run({"config"}), "error[K001]: cannot read");
    // What asks for no setting works all the same.
    BOOST_TEST(places.run({"config", "path"}).exit_code == 0);
    BOOST_TEST(places.run({"schema", "config"}).exit_code == 0);
}

BOOST_AUTO_TEST_CASE(files_that_say_nothing_change_nothing) {
    const Places places;
    for (const char* const text : {"", "\n\n", "# workers: 4\n", "---\n"}) {
        places.user(text);
        BOOST_TEST_CONTEXT(text) { BOOST_TEST(from(places.settings().at("workers")) == "default"); }
    }
}

BOOST_AUTO_TEST_CASE(a_projects_file_cannot_redirect_tokens_weaken_containment_or_write_elsewhere) {
    const Places places;
    fs::create_directory_symlink(places.home.path(), places.repository / "link");
    for (const std::string line : {"workspace: link", "workspace: link/runs", "base_url: https://elsewhere.example", "ca_file: ca.pem", "require_containment: none", "workspace: ../other", "workspace: a/../../b",
                                   "workspace: /tmp"}) {
        places.project(line + "\n");
        const ProgramResult result = places.run({"remote", "status", "a/b", "1"});
        check_refused(result, "error[K044]: '" + line.substr(0, line.find(':')) + "' ");
    }
    fs::remove(places.repository / ".kahn.yaml");
    places.user("base_url: https://elsewhere.example\nca_file: ca.pem\nrequire_containment: none\nworkspace: ../other\n");
    const auto settings = places.settings();
    BOOST_TEST(value(settings.at("base_url")) == "https://elsewhere.example");
    BOOST_TEST(value(settings.at("ca_file")) == (places.home / "config/kahn/ca.pem").string());
    BOOST_TEST(value(settings.at("workspace")) == (places.home / "config/other").string());
    BOOST_TEST(contains(places.run({"explain", "K044"}).out, "comes with a repository"));
}

BOOST_AUTO_TEST_CASE(the_nearest_projects_file_counts_and_none_above_the_repository) {
    const Places places;
    places.home.write(".kahn.yaml", "workers: 1\n");
    BOOST_TEST(from(places.settings({}, "repository/sub").at("workers")) == "default");
    BOOST_TEST(places.settings({}, ".").at("workers").at("value").as_int64() == 1);
    places.project("workers: 2\n");
    BOOST_TEST(places.settings({}, "repository/sub").at("workers").at("value").as_int64() == 2);
    places.home.write("repository/sub/.kahn.yaml", "workers: 3\n");
    BOOST_TEST(places.settings({}, "repository/sub").at("workers").at("value").as_int64() == 3);
    BOOST_TEST(places.run({"config", "path", "--project"}, {}, "repository/sub").out == (places.repository / "sub/.kahn.yaml").string() + "\n");
    fs::create_directory(places.home / "plain");
    BOOST_TEST(places.settings({}, "plain").at("workers").at("value").as_int64() == 1);  // up to the home
    // With the home elsewhere and no repository, what is above may be anybody's.
    BOOST_TEST(from(places.settings({{"HOME", "/nonexistent"}}, "plain").at("workers")) == "default");
    check_refused(places.run({"config", "path", "--project"}, {{"HOME", "/nonexistent"}}, "plain"), "there is no .kahn.yaml here or above");
}

BOOST_AUTO_TEST_CASE(what_another_user_has_laid_above_does_not_count) {
    if (::geteuid() != 0) return;  // nobody else can make a file of somebody else's
    constexpr uid_t somebody = 12345;
    const Places places;
    places.project("workers: 2\n");
    BOOST_TEST_REQUIRE(::lchown((places.repository / ".kahn.yaml").c_str(), somebody, somebody) == 0);
    BOOST_TEST(from(places.settings({}, "repository/sub").at("workers")) == "default");
    BOOST_TEST(contains(places.run({"config"}, {}, "repository/sub").err, "/.kahn.yaml belongs to another user and is not read\n"));
    places.home.write(".kahn.yaml", "workers: 1\n");
    fs::create_directory(places.home / "plain");
    fs::create_directory(places.home / ".git");
    const std::map<std::string, std::string> home_elsewhere{{"HOME", "/nonexistent"}};
    BOOST_TEST(places.settings(home_elsewhere, "plain").at("workers").at("value").as_int64() == 1);
    BOOST_TEST_REQUIRE(::lchown((places.home / ".git").c_str(), somebody, somebody) == 0);
    BOOST_TEST(from(places.settings(home_elsewhere, "plain").at("workers")) == "default");
}

BOOST_AUTO_TEST_CASE(a_variable_that_is_empty_or_wrong_is_refused_by_its_name) {
    const Places places;
    check_refused(places.run({"runs"}, {{"KAHN_LOG", ""}}), "kahn: KAHN_LOG is empty; unset it");
    check_refused(places.run({"runs"}, {{"KAHN_LOG", "foucs"}}), "kahn: KAHN_LOG knows focus, group, prefix, live, none, not 'foucs'. Did you mean 'focus'?\n");
    check_refused(places.run({"runs"}, {{"KAHN_WORKERS", "-1"}}), "kahn: KAHN_WORKERS wants a whole number from 0 to 1000000, not '-1'\n");
    check_refused(places.run({"runs"}, {{"KAHN_WORKERS", "010"}}), "kahn: KAHN_WORKERS wants a number as people write it, not '010'\n");
    check_refused(places.run({"runs"}, {{"KAHN_WORKSPACE_DIR", "~/runs"}}), "kahn: KAHN_WORKSPACE_DIR begins with ~, which nobody expands here");
    check_refused(places.run({"runs"}, {{"KAHN_FAIL_FAST", "1"}}), "kahn: KAHN_FAIL_FAST is true or false, not '1'\n");
    check_refused(places.run({"runs"}, {{"KAHN_COLOR", "blue"}}), "kahn: KAHN_COLOR knows auto, always, never, not 'blue'\n");
}

BOOST_AUTO_TEST_CASE(a_variable_that_is_nearly_a_setting_is_pointed_out) {
    const Places places;
    const ProgramResult result = places.run({"config"}, {{"KAHN_WOKERS", "4"}, {"KAHN_SOMETHING_ELSE", "1"}, {"KAHN_JOBS", "4"}});
    BOOST_TEST(result.err == "kahn: warning: KAHN_WOKERS is no setting. Did you mean KAHN_WORKERS?\n");
    BOOST_TEST(contains(places.run({"config"}, {{"KAHN_WORKSPACE", "x"}}).err, "use KAHN_WORKSPACE_DIR\n"));
}

BOOST_AUTO_TEST_CASE(variables_that_decide_in_their_own_way_are_stronger_than_files) {
    const Places places;
    places.user("color: always\nbase_url: https://mine.example\n");
    const auto settings = places.settings({{"NO_COLOR", "1"}, {"GITHUB_API_URL", "https://theirs.example"}});
    BOOST_TEST(value(settings.at("color")) == "auto");
    BOOST_TEST(settings.at("color").at("variable").as_string() == "NO_COLOR");
    BOOST_TEST(value(settings.at("base_url")) == "https://theirs.example");
    BOOST_TEST(value(places.settings({{"NO_COLOR", "1"}, {"KAHN_COLOR", "always"}}).at("color")) == "always");
}

BOOST_AUTO_TEST_CASE(what_kahn_tells_a_job_is_no_setting_of_a_kahn_in_it) {
    const Places places;
    places.home.write("repository/ci.yaml", pipeline_of(std::string("'") + KAHN_PROGRAM + " config --json > inner 2>&1'"));
    BOOST_TEST(places.run({"run", "ci.yaml", "--workspace", "elsewhere"}).exit_code == 0);
    std::ifstream file(places.repository / "inner");
    std::ostringstream inner;
    inner << file.rdbuf();
    for (const auto& setting : events_of(inner.str())) BOOST_TEST(from(setting) == "default");  // and no warning, which is no JSON
}

BOOST_AUTO_TEST_CASE(E03_without_a_home_there_are_no_settings_of_ones_own) {
    const Places places;
    places.home.write("repository/ci.yaml", pipeline_of("'true'"));
    const std::map<std::string, std::string> homeless{{"HOME", ""}, {"XDG_CONFIG_HOME", ""}};
    BOOST_TEST(places.run({"run", "ci.yaml"}, homeless).exit_code == 0);
    check_refused(places.run({"config", "path"}, homeless), "neither XDG_CONFIG_HOME nor HOME");
    // By its specification a relative one says nothing.
    const ProgramResult relative = places.run({"config", "path"}, {{"XDG_CONFIG_HOME", "config"}});
    BOOST_TEST(relative.out == (places.home / ".config/kahn/config.yaml").string() + "\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
