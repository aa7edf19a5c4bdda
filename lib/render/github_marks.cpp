#include "render/ci_marks.hpp"
#include "render/terminal_text.hpp"
#include "render/workflow_command.hpp"

#include <boost/assert.hpp>

#include <utility>

namespace kahn::render {
namespace {

/// The older form of a command, `##[name]`. The runner obeys it anywhere in a line, its log viewer at the beginning.
constexpr std::string_view old_form = "##[";

class GithubMarks final : public CiMarks {
public:
    explicit GithubMarks(std::function<std::string()> new_token) : new_token_(std::move(new_token)) { BOOST_ASSERT(new_token_); }

    std::string open(const std::string& title, Fold, SystemTime) override {
        token_ = new_token_();  // one that no output can have seen
        std::string out = "::group::";
        append_command_data(out, title);
        return out + "\n::stop-commands::" + token_ + '\n';
    }

    std::string close(bool, SystemTime) override { return "::" + std::exchange(token_, {}) + "::\n::endgroup::\n"; }

    void append_output(std::string& out, std::string_view line) const override {
        const std::size_t at = out.size();
        append_terminal_line(out, line);
        if (after_colours(std::string_view(out).substr(at)).starts_with(old_form)) out.insert(at, 1, ' ');
    }

    /// Names of files and processes stand in warnings and reasons, and these are the jobs' to choose.
    std::string text(std::string_view lines, Place) const override {
        std::string out;
        for (auto at = lines.find(old_form); at != std::string_view::npos; at = lines.find(old_form)) {
            out.append(lines.substr(0, at)).append("##\\x5B");
            lines.remove_prefix(at + old_form.size());
        }
        return out.append(lines);
    }

    std::string annotation(const Annotation& what) const override {
        std::string out = what.is_error ? "::error " : "::warning ";
        if (!what.file.empty()) {
            append_command_property(out, "file", what.file);
            append_command_property(out, "line", std::to_string(what.location.line));
            append_command_property(out, "col", std::to_string(what.location.column));
        }
        append_command_property(out, "title", what.title);
        out += "::";
        append_command_data(out, what.message);
        return out + '\n';
    }

private:
    std::function<std::string()> new_token_;
    std::string token_;
};

}  // namespace

std::unique_ptr<CiMarks> github_marks(std::function<std::string()> new_token) { return std::make_unique<GithubMarks>(std::move(new_token)); }

std::string_view after_colours(std::string_view line) noexcept {
    while (line.starts_with("\x1B[")) {
        const auto end = line.find('m');
        if (end == std::string_view::npos) break;
        line.remove_prefix(end + 1);
    }
    return line;
}

}  // namespace kahn::render
