#include "base/text.hpp"
#include "render/ci_marks.hpp"
#include "render/terminal_text.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace kahn::render {
namespace {

/// https://docs.gitlab.com/ci/jobs/job_logs/: a mark ends with a carriage return and a control sequence, none of which any output
/// still has here. A name is `[a-zA-Z0-9_.-]+`, and there is one of a name in a log.
class GitlabMarks final : public CiMarks {
public:
    explicit GitlabMarks(std::string_view run_id) {
        constexpr std::size_t told_apart_by = 6;
        prefix_ = "kahn_" + slug(run_id.substr(run_id.size() - std::min(told_apart_by, run_id.size()))) + '_';
    }

    std::string open(const std::string& title, Fold fold, SystemTime now) override {
        ++blocks_;
        return mark("start", now, fold == Fold::fine ? "[collapsed=true]" : "") + title + '\n';
    }

    std::string close(bool, SystemTime now) override { return mark("end", now, "") + '\n'; }

    void append_output(std::string& out, std::string_view line) const override { append_terminal_line(out, line); }

    std::string text(std::string_view lines, Place) const override { return std::string(lines); }

private:
    std::string mark(const char* what, SystemTime now, const char* options) const {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
        return "\x1B[0Ksection_" + std::string(what) + ':' + std::to_string(seconds) + ':' + prefix_ + std::to_string(blocks_) + options + "\r\x1B[0K";
    }

    std::string prefix_;
    std::size_t blocks_ = 0;
};

}  // namespace

std::unique_ptr<CiMarks> gitlab_marks(std::string_view run_id) { return std::make_unique<GitlabMarks>(run_id); }

}  // namespace kahn::render
