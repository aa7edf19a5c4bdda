#include "settings.hpp"

#include "option_checks.hpp"
#include "output.hpp"
#include "settings_file.hpp"
#include "settings_places.hpp"
#include "values.hpp"

#include <kahn/base/error.hpp>

#include "base/text.hpp"
#include "engine/own_variables.hpp"
#include "remote/settings.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace kahn::app {
namespace {

constexpr std::string_view prefix = "KAHN_";

const std::array<std::string, 2> schedules{"live", "levels"};
const std::array<std::string, 3> containments{"cgroup2", "subreaper", "none"};
const std::array<std::string, 5> logs{"focus", "group", "prefix", "live", "none"};
const std::array<std::string, 3> colours{"auto", "always", "never"};
const std::array<std::string, 2> finals{"failed", "all"};
const std::array<std::string, 5> services{"auto", "github", "gitlab", "buildkite", "none"};

constexpr std::array other_colours{"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"};
constexpr std::array other_urls{"CI_CD_API_URL", "GITHUB_API_URL"};

const std::array<SettingRow, setting_count> rows{{
    {Setting::workers, SettingKind::count, "workers", "KAHN_WORKERS", "--workers", "10", "jobs at once; 0 for no limit"},
    {Setting::schedule, SettingKind::word, "schedule", "KAHN_SCHEDULE", "--schedule", "live", "levels: wait for a whole level before the next one", schedules},
    {Setting::fail_fast, SettingKind::flag, "fail_fast", "KAHN_FAIL_FAST", "--fail-fast, --no-fail-fast", "false", "end everything at the first failure that is not allowed"},
    {Setting::grace, SettingKind::duration, "grace", "KAHN_GRACE", "--grace", "", "between SIGTERM and SIGKILL; if nothing is set 10s, and 5s after Ctrl-C"},
    {Setting::require_containment, SettingKind::word, "require_containment", "KAHN_REQUIRE_CONTAINMENT", "--require-containment", "none", "refuse to run with anything weaker", containments, {}, {}, true},
    {Setting::log, SettingKind::word, "log", "KAHN_LOG", "--log", "live", "what jobs print; live: where there is a terminal, else focus", logs},
    {Setting::color, SettingKind::word, "color", "KAHN_COLOR", "--color", "auto", "colour of the view, and whether jobs are told to use colour", colours, {}, other_colours},
    {Setting::final_jobs, SettingKind::word, "final", "KAHN_FINAL", "--final", "failed", "which jobs the end lists", finals},
    {Setting::ci, SettingKind::word, "ci", "KAHN_CI", "--ci", "auto", "in whose log viewer the view is read", services},
    {Setting::workspace, SettingKind::path, "workspace", "KAHN_WORKSPACE_DIR", "--workspace", ".", "where runs are kept, below .kahn/"},
    {Setting::base_url, SettingKind::url, "base_url", "KAHN_BASE_URL", "--base-url", "", "the server of GitHub jobs and of kahn remote", {}, other_urls, {}, true},
    {Setting::ca_file, SettingKind::path, "ca_file", "KAHN_CA_FILE", "--cacert", "", "certificate authorities beside the system's, PEM", {}, {}, {}, true},
}};

/// Nothing for one that is not set, or says nothing.
std::string said_by(const char* variable) {
    const char* const value = std::getenv(variable);
    return value == nullptr ? std::string() : std::string(value);
}

SettingOrigin origin_of_variable(const char* name) {
    SettingOrigin origin;
    origin.kind = SettingOrigin::Kind::variable;
    origin.name = name;
    return origin;
}

void read_variable(const SettingRow& row, Settings& settings) {
    if (const char* const value = std::getenv(row.variable)) {
        const std::string text = value;
        if (text.empty()) throw Error(Errc::invalid_config, std::string(row.variable) + " is empty; unset it to have what the files say, or the default");
        if (const auto wrong = check_setting(row, text)) {
            const std::string help = wrong->help.empty() ? "" : "; " + wrong->help;
            const auto guess = did_you_mean(text, row.words);
            throw Error(Errc::invalid_config, std::string(row.variable) + ' ' + wrong->message + help + (guess ? ". Did you mean '" + *guess + "'?" : ""));
        }
        return settings.set(row.id, text, origin_of_variable(row.variable));
    }
    for (const char* const name : row.other_variables) {
        if (std::string text = said_by(name); !text.empty()) return settings.set(row.id, std::move(text), origin_of_variable(name));
    }
    for (const char* const name : row.overruled_by) {
        if (!said_by(name).empty()) return settings.set(row.id, std::string(row.fallback), origin_of_variable(name));
    }
}

/// A variable of ours that nobody reads is most often a slip of the hand.
void point_out_slips(Console& console) {
    std::vector<std::string> known;
    bool is_in_job = false;
    bool has_workspace = false;
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (!text.starts_with(prefix)) continue;
        const std::string_view name = text.substr(0, text.find('='));
        is_in_job = is_in_job || name == "KAHN_RUN_ID";
        has_workspace = has_workspace || name == "KAHN_WORKSPACE";
        const bool is_setting = std::any_of(rows.begin(), rows.end(), [&](const SettingRow& row) { return row.variable == name; });
        if (is_setting || std::find(own_variables.begin(), own_variables.end(), name) != own_variables.end()) continue;
        if (known.empty()) {
            for (const SettingRow& row : rows) known.emplace_back(std::string_view(row.variable).substr(prefix.size()));
        }
        if (const auto guess = did_you_mean(name.substr(prefix.size()), known)) {
            console.complain("warning: " + printable(name) + " is no setting. Did you mean " + std::string(prefix) + *guess + "?");
        }
    }
    if (has_workspace && !is_in_job) console.complain("warning: KAHN_WORKSPACE tells jobs where runs are kept; to set it use KAHN_WORKSPACE_DIR");
}

/// One that cannot even be looked for is an error of reading, but for a home that is not ours, as in many a container.
bool may_be_there(const std::filesystem::path& path, Console& console) {
    struct stat info {};
    if (path.empty()) return false;
    if (::lstat(path.c_str(), &info) == 0) return true;
    if (errno == EACCES) console.complain("warning: settings are not looked for in " + printable(path.parent_path().string()) + ": " + std::generic_category().message(EACCES));
    return errno != ENOENT && errno != ENOTDIR && errno != EACCES;
}

}  // namespace

std::span<const SettingRow> setting_rows() { return rows; }

const SettingRow& setting_row(Setting setting) { return rows[static_cast<std::size_t>(setting)]; }

std::optional<config::ScalarError> check_setting(const SettingRow& row, const std::string& value) {
    using config::ScalarError;
    switch (row.kind) {
        case SettingKind::count:
            if (const std::string wrong = check_number(value, 0, most_workers); !wrong.empty()) return ScalarError{wrong, {}};
            if (value.size() > 1 && (value[0] == '0' || value[0] == '-')) return ScalarError{"wants a number as people write it, not '" + value + "'", {}};
            break;
        case SettingKind::flag:
            if (value != "true" && value != "false") return ScalarError{"is true or false, not '" + printable(value) + "'", {}};
            break;
        case SettingKind::duration: {
            const auto parsed = config::parse_duration(value, std::chrono::milliseconds{0});
            const auto* const wrong = std::get_if<ScalarError>(&parsed);
            if (wrong != nullptr) return ScalarError{"'" + printable(value) + "' " + wrong->message, wrong->help};
            break;
        }
        case SettingKind::word:
            if (std::find(row.words.begin(), row.words.end(), value) == row.words.end()) {
                return ScalarError{"knows " + join(row.words, ", ") + ", not '" + printable(value) + "'", {}};
            }
            break;
        case SettingKind::path:
            if (value.find('\0') != std::string::npos) return ScalarError{"holds a NUL byte", {}};
            if (value == "~" || value.starts_with("~/")) return ScalarError{"begins with ~, which nobody expands here", "write the home directory in full"};
            break;
        case SettingKind::url: {
            const auto parsed = remote::parse_base_url(value);  // which may hold a password: it is not repeated
            const auto* const wrong = std::get_if<remote::RemoteFailure>(&parsed);
            if (wrong != nullptr) return ScalarError{"is no http or https URL", wrong->hint};
            break;
        }
    }
    return std::nullopt;
}

Settings::Settings() {
    for (const SettingRow& row : rows) values_[static_cast<std::size_t>(row.id)].value = row.fallback;
}

void Settings::set(Setting setting, std::string value, SettingOrigin origin) {
    values_[static_cast<std::size_t>(setting)] = {std::move(value), std::move(origin)};
}

std::string choice(std::string_view option, Setting setting, const std::optional<std::string>& given, const Settings& settings) {
    return given ? require_one_of(option, *given, setting_row(setting).words) : settings[setting].value;
}

Settings load_settings(Console& console) {
    Settings settings;
    if (const auto file = user_settings_file(); may_be_there(file, console)) read_settings_file(file, SettingOrigin::Kind::user_file, settings);
    std::filesystem::path passed_over;
    if (const auto file = project_settings_file(&passed_over); !file.empty()) read_settings_file(file, SettingOrigin::Kind::project_file, settings);
    if (!passed_over.empty()) console.complain("warning: " + printable(passed_over.string()) + " belongs to another user and is not read");
    for (const SettingRow& row : rows) read_variable(row, settings);
    point_out_slips(console);
    return settings;
}

std::string workspace_of(const std::optional<std::string>& given, Console& console) {
    return load_settings(console).value(Setting::workspace, given);
}

}  // namespace kahn::app
