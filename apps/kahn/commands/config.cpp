#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "settings.hpp"
#include "settings_places.hpp"

#include <kahn/base/error.hpp>

#include "base/text.hpp"
#include "render/json_text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

namespace kahn::app {
namespace {

/// `default`, `KAHN_LOG`, `/home/me/.config/kahn/config.yaml:3:10`
std::string place_of(const SettingOrigin& origin) {
    if (origin.kind == SettingOrigin::Kind::fallback) return "default";
    if (origin.location.line == 0) return origin.name;
    return origin.name + ':' + std::to_string(origin.location.line) + ':' + std::to_string(origin.location.column);
}

std::string_view word_of(SettingOrigin::Kind kind) {
    switch (kind) {
        case SettingOrigin::Kind::fallback: return "default";
        case SettingOrigin::Kind::user_file: return "user";
        case SettingOrigin::Kind::project_file: return "project";
        case SettingOrigin::Kind::variable: break;
    }
    return "variable";
}

std::string json_of(const SettingRow& row, const EffectiveSetting& setting) {
    std::string out;
    {
        render::JsonObject object(out);
        object.number("v", 1);
        object.text("name", row.name);
        if (row.kind == SettingKind::count || row.kind == SettingKind::flag) {
            object.name("value");
            out += setting.value;  // checked when it was read
        } else {
            object.text_or_null("value", setting.value);
        }
        const SettingOrigin& origin = setting.origin;
        object.text("from", word_of(origin.kind));
        if (origin.kind == SettingOrigin::Kind::variable) object.text("variable", origin.name);
        if (origin.location.line != 0) {
            object.text("file", origin.name);
            object.number("line", origin.location.line);
            object.number("column", origin.location.column);
        }
    }
    return out + '\n';
}

int show(bool as_json, Console& console) {
    constexpr std::size_t gap = 2;
    const Settings settings = load_settings(console);
    std::size_t name_width = 0;
    std::size_t value_width = 0;
    const auto shown = [](const EffectiveSetting& setting) { return setting.value.empty() ? "-" : printable(setting.value); };
    for (const SettingRow& row : setting_rows()) {
        name_width = std::max(name_width, row.name.size());
        value_width = std::max(value_width, shown(settings[row.id]).size());
    }
    for (const SettingRow& row : setting_rows()) {
        const EffectiveSetting& setting = settings[row.id];
        if (as_json) {
            console.out.write(json_of(row, setting));
            continue;
        }
        std::string line(row.name);
        line.resize(name_width + gap, ' ');
        line += shown(setting);
        line.resize(name_width + value_width + gap + gap, ' ');
        console.out.write(line + printable(place_of(setting.origin)) + '\n');
    }
    return exit_success;
}

int show_path(bool of_project, Console& console) {
    const auto path = of_project ? project_settings_file() : user_settings_file();
    if (path.empty()) {
        throw Error(Errc::config_not_found, of_project ? std::string("there is no ") + project_settings_name + " here or above, in this repository"
                                                       : "there is no place for settings of your own: neither XDG_CONFIG_HOME nor HOME is an absolute path");
    }
    console.out.write(path.string() + '\n');
    return exit_success;
}

std::string list_of_settings() {
    std::size_t name_width = 0;
    std::size_t variable_width = 0;
    for (const SettingRow& row : setting_rows()) {
        name_width = std::max(name_width, row.name.size());
        variable_width = std::max(variable_width, std::string_view(row.variable).size());
    }
    std::string out;
    for (const SettingRow& row : setting_rows()) {
        std::string line = "  " + std::string(row.name);
        line.resize(name_width + 4, ' ');
        line += row.variable;
        line.resize(name_width + variable_width + 6, ' ');
        out += line + std::string(row.option) + '\n';
    }
    return out;
}

}  // namespace

void add_config(CLI::App& app, Action& chosen) {
    struct Arguments {
        bool as_json = false;
        bool of_project = false;
    };
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("config", "Show the settings that hold here, and where each comes from");
    command->add_flag("--json", given->as_json, "An object a setting, one a line");
    command->require_subcommand(0, 1);
    command->footer(
        "Later ones win: the defaults, the user's file, the project's .kahn.yaml (the nearest one, no further up than the root of the\n"
        "repository or the home directory), variables, options. Not in a .kahn.yaml, because it comes with a clone: base_url,\n"
        "ca_file, require_containment, and a workspace outside of its folder.\n\n"
        "Settings, their variables and options:\n" +
        list_of_settings() +
        "\nExamples:\n"
        "  kahn config\n"
        "  ${EDITOR:-vi} \"$(kahn config path)\"\n"
        "  kahn schema config > kahn-settings.schema.json");
    CLI::App* const path = command->add_subcommand("path", "Print the name of the user's file, whether it is there or not");
    path->add_flag("--project", given->of_project, "The project's file, which has to be there");
    command->callback([given, path, &chosen] {
        chosen = [given, is_path = path->parsed()](Console& console) { return is_path ? show_path(given->of_project, console) : show(given->as_json, console); };
    });
}

}  // namespace kahn::app
