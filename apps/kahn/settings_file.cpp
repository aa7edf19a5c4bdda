#include "settings_file.hpp"

#include <kahn/model/diagnostic.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "config/line_index.hpp"
#include "config/readers.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kahn::app {
namespace {

namespace fs = std::filesystem;
using config::Code;
using config::Document;
using config::Node;
using config::NodeId;
using config::Problem;

std::string in_quotes(std::string_view text) { return '\'' + printable(text) + '\''; }

Code code_of(SettingKind kind) {
    switch (kind) {
        case SettingKind::count: return Code::bad_number;
        case SettingKind::flag: return Code::bad_boolean;
        case SettingKind::duration: return Code::bad_duration;
        case SettingKind::word: return Code::bad_choice;
        case SettingKind::path:
        case SettingKind::url: break;
    }
    return Code::bad_text;
}

std::vector<std::string> setting_names() {
    std::vector<std::string> names;
    for (const SettingRow& row : setting_rows()) names.emplace_back(row.name);
    return names;
}

std::string guess_label(std::string_view word, std::span<const std::string> known) {
    const auto guess = did_you_mean(word, known);
    return guess ? "did you mean '" + *guess + "'?" : std::string();
}

/// By its words, or by a link on the way. What cannot be known leads out.
bool leads_out(const fs::path& folder, const std::string& path) {
    const fs::path normal = fs::path(path).lexically_normal();
    if (normal.is_absolute() || *normal.begin() == "..") return true;
    std::error_code error;
    const fs::path base = fs::canonical(folder, error);
    const fs::path target = error ? fs::path() : fs::weakly_canonical(base / normal, error);
    return error || std::mismatch(base.begin(), base.end(), target.begin(), target.end()).first != base.end();
}

class SettingsReader {
public:
    SettingsReader(const fs::path& path, std::string_view source, SettingOrigin::Kind kind, config::Report& report, Settings& settings)
        : path_(path), lines_(source), kind_(kind), report_(report), settings_(settings) {}

    void read(const Document& document) {
        if (document.size() == 0 || (document[0].kind == Node::Kind::null && document.text(0).empty())) return;
        if (document[0].kind != Node::Kind::mapping) {
            return report_.add(Problem(Code::wrong_type, document[0].span, "settings are a mapping of names to values").with_help("as in: workers: 4"));
        }
        for (const auto& [key, value] : document.members(0)) read_member(document, key, value);
    }

private:
    void read_member(const Document& document, NodeId key, NodeId value) {
        const std::string name(document.text(key));
        const auto rows = setting_rows();
        const auto row = std::find_if(rows.begin(), rows.end(), [&](const SettingRow& each) { return each.name == name; });
        if (row == rows.end()) {
            const auto known = setting_names();
            return report_.add(Problem(Code::unknown_key, document[key].span, "unknown setting " + in_quotes(name))
                                   .with_label(guess_label(name, known))
                                   .with_help("settings are: " + join(known, ", ")));
        }
        if (row->is_personal && kind_ == SettingOrigin::Kind::project_file) {
            return report_.add(Problem(Code::personal_setting, document[key].span, in_quotes(name) + " is not for a project's file to set")
                                   .with_help("set it in your own file (kahn config path), " + std::string(row->variable) + " or " + std::string(row->option)));
        }
        read_value(document, value, *row);
    }

    void read_value(const Document& document, NodeId node, const SettingRow& row) {
        const config::Span span = document[node].span;
        const std::string subject = in_quotes(row.name);
        if (document.is_collection(node)) {
            const bool is_list = document[node].kind == Node::Kind::sequence;
            return report_.add(Problem(Code::wrong_type, span, subject + " takes one value, not " + (is_list ? "a list" : "a mapping")));
        }
        std::string text(document.text(node));
        if (text.empty() || document[node].kind == Node::Kind::null) {
            return report_.add(Problem(Code::empty, span, subject + " is empty").with_help("leave the line out to have the default"));
        }
        const bool is_literal = row.kind == SettingKind::count || row.kind == SettingKind::flag;
        if (is_literal && !document[node].plain) {
            return report_.add(Problem(Code::wrong_type, span, subject + " is written without quotes"));
        }
        if (const auto wrong = check_setting(row, text)) {
            return report_.add(Problem(code_of(row.kind), span, subject + ' ' + wrong->message)
                                   .with_label(guess_label(text, row.words))
                                   .with_help(wrong->help));
        }
        if (row.kind == SettingKind::path) {
            if (kind_ == SettingOrigin::Kind::project_file && leads_out(absolute_directory(path_.parent_path()), text)) {
                return report_.add(Problem(Code::personal_setting, span, subject + " leads out of the project")
                                       .with_help("a project's file may name a folder below its own"));
            }
            text = absolute_directory(path_.parent_path() / text).string();
        }
        SettingOrigin origin;
        origin.kind = kind_;
        origin.name = path_.string();
        origin.location = lines_.at(span.offset);
        settings_.set(row.id, std::move(text), std::move(origin));
    }

    const fs::path& path_;
    config::LineIndex lines_;
    SettingOrigin::Kind kind_;
    config::Report& report_;
    Settings& settings_;
};

}  // namespace

void read_settings_file(const fs::path& path, SettingOrigin::Kind kind, Settings& settings) {
    constexpr std::size_t longest_file = 64U << 10;
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::string source;
    try {
        source = read_regular_file(path, longest_file);
    } catch (const Error& failure) {
        throw config::unreadable(path.string(), failure);
    }
    if (source.starts_with(byte_order_mark)) source.erase(0, byte_order_mark.size());
    config::Report report;
    const bool is_blank = source.find_first_not_of(" \t\r\n") == std::string::npos;
    if (is_blank) return;
    if (const auto document = config::read_yaml(source, report)) SettingsReader(path, source, kind, report, settings).read(*document);
    if (report.empty()) return;
    auto diagnostics = report.diagnostics(source);
    throw ConfigError(Errc::invalid_config, path.string(), std::move(source), std::move(diagnostics));
}

}  // namespace kahn::app
