#include "render/export_script.hpp"

#include "base/glob.hpp"
#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "model/expansion.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <variant>

namespace kahn::render {
namespace {

/// Reads lines `NAME=value` and blocks `NAME<<END`, as KAHN_OUTPUT has them.
constexpr std::string_view import_function = R"(kahn_import() {
  while IFS= read -r kahn_line || [ -n "$kahn_line" ]; do
    kahn_name=${kahn_line%%=*}
    case $kahn_line in '') continue ;; *=*) ;; *) kahn_name='<<' ;; esac
    case $kahn_name in
      *'<<'*)
        kahn_name=${kahn_line%%'<<'*} kahn_end=${kahn_line#*'<<'} kahn_value='' kahn_break=''
        while IFS= read -r kahn_line && [ "$kahn_line" != "$kahn_end" ]; do
          kahn_value=$kahn_value$kahn_break$kahn_line kahn_break='
'
        done ;;
      *) kahn_value=${kahn_line#*=} ;;
    esac
    export "$kahn_name=$kahn_value"
  done
})";

std::string seconds(std::chrono::milliseconds duration) {
    constexpr auto thousand = 1000;
    std::string out = std::to_string(duration.count() / thousand);
    const auto rest = duration.count() % thousand;
    if (rest == 0) return out;
    std::string digits = std::to_string(thousand + rest).substr(1);
    while (digits.ends_with('0')) digits.pop_back();
    return out + '.' + digits;
}

std::vector<std::string> command_lines(const PipelineJob& job) {
    if (job.github || job.native) return {"echo 'kahn: this job cannot run here' >&2; exit 1"};
    std::string wrap;
    for (const std::string& word : job.wrap) wrap += shell_quoted(word) + ' ';
    std::vector<std::string> lines;
    for (const std::string& command : job.commands) {
        // dash takes a command that begins with a dash for an option.
        const bool is_like_an_option = command.starts_with('-') || command.starts_with('+');
        lines.push_back(wrap + "sh -c " + shell_quoted((is_like_an_option ? " " : "") + command));
    }
    return lines;
}

/// A word for the end of a here-document that is none of its lines.
std::string end_word(const std::string& document) {
    std::string word = "KAHN_COMMANDS";
    while (document.find(word) != std::string::npos) word += '_';
    return word;
}

void append_attempts(std::string& out, const PipelineJob& job, bool has_output_file) {
    std::string document = has_output_file ? ": >\"$KAHN_OUTPUT\"\n" : "";
    for (const std::string& line : command_lines(job)) document += line + '\n';
    const std::string end = end_word(document);
    out += "kahn_commands=$(mktemp)\ncat >\"$kahn_commands\" <<'" + end + "'\n" + document + end + '\n';
    const std::string attempt = "timeout -k 10 " + seconds(job.timeout) + " sh -e \"$kahn_commands\"";
    if (job.retry_count == 0) {
        out += attempt + '\n';
        return;
    }
    const std::string attempts = std::to_string(job.retry_count + 1);
    const bool has_pause = job.retry_delay > std::chrono::milliseconds{0};
    out += "export KAHN_ATTEMPT=1\n";
    if (has_pause) out += "kahn_pause=" + seconds(job.retry_delay) + '\n';
    out += "until " + attempt + "; do\n  kahn_status=$?\n"
           "  echo \"kahn: attempt $KAHN_ATTEMPT of " + attempts + " failed: exit $kahn_status\" >&2\n"
           "  [ \"$KAHN_ATTEMPT\" -lt " + attempts + " ] || exit \"$kahn_status\"\n";
    if (has_pause) {
        out += "  sleep \"$kahn_pause\"\n"
               "  kahn_pause=$(awk \"BEGIN { p = 2 * $kahn_pause; print p > 300 ? 300 : p }\")\n";
    }
    out += "  KAHN_ATTEMPT=$((KAHN_ATTEMPT + 1))\ndone\n";
}

}  // namespace

ExportText ExportText::reference(std::string_view name) {
    ExportText out;
    out.text_ = '\0' + std::string(name) + '\0';
    return out;
}

ExportText ExportText::literal(std::string_view text) {
    ExportText out;
    out.text_ = text;
    return out;
}

ExportText ExportText::expand(const std::string& text, const ExportTexts& known) {
    std::string made;  // keeps what the look-up gave until it is copied
    auto expanded = kahn::expand(text, [&](std::string_view name) -> std::optional<std::string_view> {
        const auto found = known.find(name);
        if (found != known.end()) return found->second.text_;
        made = reference(name).text_;
        return made;
    });
    const auto* const value = std::get_if<std::string>(&expanded);
    return literal(value ? *value : text);
}

std::string ExportText::shell_word() const {
    if (is_literal()) return shell_quoted(text_);
    std::string out;
    std::string_view rest = text_;
    while (!rest.empty()) {
        const auto mark = rest.find('\0');
        if (const auto piece = rest.substr(0, mark); !piece.empty()) out += shell_quoted(piece);
        if (mark == std::string_view::npos) break;
        const auto end = rest.find('\0', mark + 1);
        out += "\"${" + std::string(rest.substr(mark + 1, end - mark - 1)) + "?is not set}\"";
        rest.remove_prefix(end + 1);
    }
    return out;
}

std::vector<std::string> ExportText::references() const {
    std::vector<std::string> names;
    std::string_view rest = text_;
    for (auto mark = rest.find('\0'); mark != std::string_view::npos; mark = rest.find('\0')) {
        const auto end = rest.find('\0', mark + 1);
        names.emplace_back(rest.substr(mark + 1, end - mark - 1));
        rest.remove_prefix(end + 1);
    }
    return names;
}

ExportEnvironment export_environment(const Pipeline& pipeline, const PipelineStage& stage, const PipelineJob& job, bool has_imports) {
    ExportEnvironment out;
    if (!has_imports) {
        for (const auto& [name, value] : pipeline.variables) {
            const bool is_secret = std::find(pipeline.secrets.begin(), pipeline.secrets.end(), name) != pipeline.secrets.end();
            if (!is_secret) out.known[name] = ExportText::literal(value);
        }
    }
    ExportTexts own;
    for (const Variables* const layer : {&stage.environment, &job.environment}) {
        ExportTexts expanded;
        for (const auto& [name, value] : *layer) expanded[name] = ExportText::expand(value, out.known);
        for (auto& [name, value] : expanded) {
            own[name] = value;
            out.known[name] = std::move(value);
        }
    }
    // A name that is looked up in the run must not have its new value yet: all of those are set in one command.
    std::vector<std::string> looked_up;
    for (const auto& [name, value] : own) {
        const auto names = value.references();
        looked_up.insert(looked_up.end(), names.begin(), names.end());
    }
    for (const auto& [name, value] : own) {
        const bool is_looked_up = std::find(looked_up.begin(), looked_up.end(), name) != looked_up.end();
        if (!value.is_literal() || is_looked_up || has_imports) {
            out.composed[name] = value;
        } else {
            out.plain[name] = value.text();
        }
    }
    return out;
}

bool has_plain_timeout(const PipelineJob& job) noexcept {
    constexpr std::chrono::minutes shortest{10};
    constexpr std::chrono::hours longest{6};
    return job.retry_count == 0 && job.timeout >= shortest && job.timeout <= longest && job.timeout % std::chrono::minutes{1} == std::chrono::milliseconds{0};
}

bool names_output_file(const PipelineJob& job) {
    return std::any_of(job.commands.begin(), job.commands.end(), [](const std::string& command) { return command.find("KAHN_OUTPUT") != std::string::npos; });
}

std::string job_script(const PipelineJob& job, const ExportEnvironment& environment, const ScriptFrame& frame) {
    std::string out;
    for (const std::string& assignment : frame.exports) out += "export " + assignment + '\n';
    if (!frame.imports.empty()) out += std::string(import_function) + '\n';
    for (const std::string& from : frame.imports) out += "kahn_import " + from + '\n';
    if (!environment.composed.empty()) {
        out += "export";
        for (const auto& [name, value] : environment.composed) out += ' ' + name + '=' + value.shell_word();
        out += '\n';
    }
    if (frame.has_output_file) out += "KAHN_OUTPUT=$(mktemp)\nexport KAHN_OUTPUT\n";
    if (!job.working_directory.empty()) {
        // What the shell has set by now is what a reference means.
        ExportTexts settled;
        for (const auto& [name, value] : environment.known) {
            if (value.is_literal()) settled[name] = value;
        }
        out += "cd -- " + ExportText::expand(job.working_directory, settled).shell_word() + '\n';
    }
    if (job.retry_count > 0 || !has_plain_timeout(job)) {
        append_attempts(out, job, frame.has_output_file);
    } else {
        for (const std::string& line : command_lines(job)) out += line + '\n';
    }
    for (const std::string& line : frame.publish) out += line + '\n';
    out.pop_back();
    return out;
}

std::vector<std::string> exported_patterns(const PipelineJob& job, const std::vector<std::string>& patterns, const ExportEnvironment& environment,
                                           std::vector<std::string>& unsayable) {
    std::vector<std::string> out;
    const ExportText directory = ExportText::expand(job.working_directory, environment.known);
    for (const std::string& pattern : patterns) {
        const ExportText expanded = ExportText::expand(pattern, environment.known);
        if (!expanded.is_literal() || !directory.is_literal()) {
            unsayable.push_back(pattern);
            continue;
        }
        for (const std::string& alternative : expand_braces(expanded.text())) {
            const std::string path = (std::filesystem::path(directory.text()) / alternative).lexically_normal().string();
            if (path.starts_with('/') || path.starts_with("..") || path.find('\n') != std::string::npos) {
                unsayable.push_back(pattern);
            } else {
                out.push_back(path);
            }
        }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace kahn::render
