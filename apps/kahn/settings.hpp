#pragma once

#include "config/scalars.hpp"

#include <kahn/model/pipeline.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kahn::app {

struct Console;

/// What people set once rather than on every command line.
enum class Setting {
    workers, schedule, fail_fast, grace, require_containment, log, color, final_jobs, ci, workspace, base_url, ca_file,
};
inline constexpr std::size_t setting_count = static_cast<std::size_t>(Setting::ca_file) + 1;

enum class SettingKind { count, flag, duration, word, path, url };

/// One setting. Adding one is adding a row: the keys of the files, the variables, `kahn config`, the schema and the manual all
/// come from here.
struct SettingRow {
    Setting id;
    SettingKind kind;
    std::string_view name;      ///< the key in a file
    const char* variable;
    std::string_view option;    ///< of the command line, which wins
    std::string_view fallback;  ///< empty: there is none
    std::string_view meaning;
    std::span<const std::string> words = {};            ///< that it knows
    std::span<const char* const> other_variables = {};  ///< that say the same, known to others as well; an empty one says nothing
    std::span<const char* const> overruled_by = {};     ///< variables that decide in their own way, and are stronger than a file
    bool is_personal = false;  ///< a project's file, which comes with a clone, must not say it
};

inline constexpr std::int64_t most_workers = 1'000'000;

/// In the order of Setting.
std::span<const SettingRow> setting_rows();
const SettingRow& setting_row(Setting setting);

/// What is wrong with a value, as the end of a sentence; nothing if it will do.
std::optional<config::ScalarError> check_setting(const SettingRow& row, const std::string& value);

/// Where a value comes from.
struct SettingOrigin {
    enum class Kind { fallback, user_file, project_file, variable };

    Kind kind = Kind::fallback;
    std::string name;  ///< of the file or the variable
    SourceLocation location;
};

struct EffectiveSetting {
    std::string value;  ///< empty: none
    SettingOrigin origin;
};

/// What holds: the defaults, over them the user's file, the project's, the variables; the command line comes last.
class Settings {
public:
    Settings();

    const EffectiveSetting& operator[](Setting setting) const { return values_[static_cast<std::size_t>(setting)]; }
    void set(Setting setting, std::string value, SettingOrigin origin);

    bool is_set(Setting setting) const { return (*this)[setting].origin.kind != SettingOrigin::Kind::fallback; }
    /// What the command line says, else what is set.
    std::string value(Setting setting, const std::optional<std::string>& given) const { return given ? *given : (*this)[setting].value; }

private:
    std::array<EffectiveSetting, setting_count> values_;
};

/// What an option of a few words says, else the setting. \throws UsageError for another word
std::string choice(std::string_view option, Setting setting, const std::optional<std::string>& given, const Settings& settings);

/// Reads the files that are there, and the environment; warns of a variable that is nearly one of the settings.
/// \throws ConfigError for a file; Error (invalid_config) for a variable
Settings load_settings(Console& console);

/// `--workspace`, else the setting. Reads the settings.
std::string workspace_of(const std::optional<std::string>& given, Console& console);

}  // namespace kahn::app
