#include "completions.hpp"
#include "settings.hpp"
#include "settings_places.hpp"

#include "base/text.hpp"

#include <string_view>

namespace kahn::app {
namespace {

/// Text that groff sets as it stands: no macro at the beginning of a line, no escape, hyphens that can be searched for.
std::string set(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool begins_line = i == 0 || text[i - 1] == '\n';
        if (begins_line && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else {
            out += c;
        }
    }
    return out;
}

void append_options(std::string& out, const std::vector<OptionFacts>& options) {
    for (const OptionFacts& option : options) {
        out += ".TP\n\\fB" + set(join(option.names, ", ")) + "\\fR";
        if (!option.is_positional && !option.value.empty()) out += " \\fI" + set(option.value) + "\\fR";
        out += "\n" + set(option.description) + "\n";
    }
}

/// A footer keeps its lines: most of it are commands.
void append_as_it_stands(std::string& out, std::string_view text) {
    if (!text.empty()) out += ".PP\n.nf\n" + set(text) + "\n.fi\n";
}

void append_commands(std::string& out, const std::string& before, const std::vector<CommandFacts>& commands) {
    for (const CommandFacts& command : commands) {
        out += ".SS " + set(before + command.name) + "\n" + set(command.description) + ".\n";
        append_options(out, command.options);
        append_as_it_stands(out, command.footer);
        append_commands(out, before + command.name + " ", command.commands);  // two levels are all there are
    }
}

}  // namespace

std::string man_page(const CommandTree& tree, const std::string& version) {
    std::string out = ".TH KAHN 1 \"\" \"kahn " + version + "\" \"User Commands\"\n.SH NAME\nkahn \\- a pipeline engine\n";
    out += ".SH SYNOPSIS\n.B kahn\n\\fICOMMAND\\fR [\\fIoptions\\fR] [\\fIarguments\\fR]\n";
    out += ".SH DESCRIPTION\n" + set(tree.description) +
           "\nStandard output carries only the data that was asked for; views and messages go to standard error.\n";
    out += ".SH OPTIONS\n";
    append_options(out, tree.options);
    out += ".SH COMMANDS\n";
    append_commands(out, "kahn ", tree.commands);
    out += ".SH EXAMPLES AND EXIT STATUS\n";
    append_as_it_stands(out, tree.footer);
    out += ".SH ENVIRONMENT\nSettings; options are stronger, files are weaker. An empty one is refused.\n";
    for (const SettingRow& row : setting_rows()) {
        out += ".TP\n.B " + set(row.variable) + "\n" + set(row.meaning) + " (" + set(row.option) + ")\n";
    }
    out += ".SH FILES\n.TP\n.I .kahn/\nbelow the workspace: every run, with its logs and artifacts.\n";
    out += ".TP\n.I $XDG_CONFIG_HOME/kahn/config.yaml\nsettings of the user; below ~/.config if that variable is not set.\n";
    out += ".TP\n.I " + set(project_settings_name) + "\nsettings of a project, in its root.\n";
    return out;
}

}  // namespace kahn::app
