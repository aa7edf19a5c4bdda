#pragma once

#include <kahn/base/time.hpp>
#include <kahn/model/pipeline.hpp>
#include <kahn/render/ci_view.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace kahn::render {

/// How a job's block of output is to be shown.
enum class Fold { while_running, fine, failed };

/// Where lines of kahn's own stand.
enum class Place { between_blocks, after_block, end_of_good_run, end_of_bad_run };

struct Annotation {
    bool is_error = true;
    std::string title;
    std::string message;
    std::string file;         ///< empty: none
    SourceLocation location;  ///< in it
};

/// What a CI's log viewer is told in between the lines. Text goes in printable, lines of output as they came.
class CiMarks {
public:
    virtual ~CiMarks() = default;

    /// Begins a block of what a job prints. Blocks do not nest.
    virtual std::string open(const std::string& title, Fold fold, SystemTime now) = 0;
    virtual std::string close(bool has_failed, SystemTime now) = 0;
    /// A line within a block: what is in it for terminals goes, and what this viewer would take for its own. Without its end.
    virtual void append_output(std::string& out, std::string_view line) const = 0;
    /// Whole lines outside of blocks, each with its end.
    virtual std::string text(std::string_view lines, Place place) const = 0;
    virtual std::string annotation(const Annotation&) const { return {}; }

protected:
    CiMarks() = default;
    CiMarks(const CiMarks&) = default;
    CiMarks(CiMarks&&) = default;
    CiMarks& operator=(const CiMarks&) = default;
    CiMarks& operator=(CiMarks&&) = default;
};

std::unique_ptr<CiMarks> github_marks(std::function<std::string()> new_token);
/// \param run_id tells the sections of several runs in one log apart
std::unique_ptr<CiMarks> gitlab_marks(std::string_view run_id);
std::unique_ptr<CiMarks> buildkite_marks();

/// The line without the colours that it begins with.
std::string_view after_colours(std::string_view line) noexcept;

}  // namespace kahn::render
