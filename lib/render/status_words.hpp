#pragma once

#include <kahn/model/pipeline.hpp>

#include <string>
#include <string_view>

namespace kahn::render {

/// A status as reports show it: a glyph with a word beside it, never a colour alone.
struct StatusWords {
    std::string_view glyph;
    std::string_view word;
    std::string_view style;  ///< the enumerator's name, or `allowed`

    std::string text() const { return std::string(glyph) + ' ' + std::string(word); }
};

constexpr StatusWords status_words(PipelineStatus status, bool is_allowed = false) noexcept {
    switch (status) {
        case PipelineStatus::pending: return {"\u25CB", "waiting", "pending"};
        case PipelineStatus::running: return {"\u25CF", "running", "running"};
        case PipelineStatus::success: return {"\u2713", "ok", "success"};
        case PipelineStatus::failure:
            if (is_allowed) return {"\u2248", "failed, allowed", "allowed"};
            return {"\u2717", "failed", "failure"};
        case PipelineStatus::cancelled: return {"\u2298", "cancelled", "cancelled"};
        case PipelineStatus::skipped: return {"\u2298", "skipped", "skipped"};
    }
    return {"?", "unknown", "pending"};
}

/// A run that has not ended and never will, its engine being gone, is not running.
constexpr StatusWords interrupted_words() noexcept { return {"\u2717", "interrupted", "failure"}; }

/// Whether the job may fail without the run failing with it.
inline bool is_allowed_to_fail(const PipelineStage& stage, const PipelineJob& job) noexcept { return stage.allow_failure || job.allow_failure; }

inline StatusWords status_words(const PipelineStage& stage, const PipelineJob& job) noexcept {
    return status_words(job.status, is_allowed_to_fail(stage, job));
}

}  // namespace kahn::render
