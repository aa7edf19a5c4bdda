#pragma once

#include <kahn/model/status.hpp>

#include <string_view>

namespace kahn::render {

/// The colour that a picture fills a status with, light enough for black text.
constexpr std::string_view status_colour(PipelineStatus status) noexcept {
    switch (status) {
        case PipelineStatus::pending: return "#ffffff";
        case PipelineStatus::running: return "#cfe2ff";
        case PipelineStatus::success: return "#d1e7dd";
        case PipelineStatus::failure: return "#f8d7da";
        case PipelineStatus::cancelled: return "#ffe5b4";
        case PipelineStatus::skipped: return "#e2e3e5";
    }
    return "#ffffff";
}

}  // namespace kahn::render
