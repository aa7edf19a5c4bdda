#include "render/ci_marks.hpp"
#include "render/terminal_text.hpp"

#include <algorithm>
#include <array>

namespace kahn::render {
namespace {

/// Whether the line would begin a group, or unfold one: three of a kind and a blank.
bool is_heading(std::string_view line) {
    constexpr std::array<std::string_view, 4> marks{"---", "+++", "~~~", "^^^"};
    if (line.size() < 4 || (line[3] != ' ' && line[3] != '\t')) return false;
    return std::find(marks.begin(), marks.end(), line.substr(0, 3)) != marks.end();
}

/// https://buildkite.com/docs/pipelines/configure/managing-log-output: a group has a heading and ends with the next one.
class BuildkiteMarks final : public CiMarks {
public:
    std::string open(const std::string& title, Fold fold, SystemTime) override {
        is_unfolded_ = fold == Fold::failed;
        return std::string(is_unfolded_ ? "+++ " : "--- ") + title + '\n';
    }

    std::string close(bool has_failed, SystemTime) override { return has_failed && !is_unfolded_ ? "^^^ +++\n" : ""; }

    /// Most of all the output of diff.
    void append_output(std::string& out, std::string_view line) const override {
        const std::size_t at = out.size();
        append_terminal_line(out, line);
        if (is_heading(after_colours(std::string_view(out).substr(at)))) out.insert(at, 1, ' ');
    }

    std::string text(std::string_view lines, Place place) const override {
        switch (place) {
            case Place::after_block: return std::string(lines);
            case Place::between_blocks: return "~~~ " + std::string(lines);
            case Place::end_of_good_run: return "--- " + std::string(lines);
            case Place::end_of_bad_run: return "+++ " + std::string(lines);
        }
        return std::string(lines);
    }

private:
    bool is_unfolded_ = false;
};

}  // namespace

std::unique_ptr<CiMarks> buildkite_marks() { return std::make_unique<BuildkiteMarks>(); }

}  // namespace kahn::render
