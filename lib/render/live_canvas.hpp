#pragma once

#include <kahn/render/view.hpp>

#include "render/palette.hpp"
#include "render/remaining_time.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace kahn::render {

/// What the canvas of a live view shows at one moment.
struct CanvasContent {
    struct Row {
        std::string name;
        std::chrono::nanoseconds running{0};
        std::string last_line;  ///< plain
    };
    std::vector<Row> rows;             ///< what is running, longest first
    std::vector<std::string> waiting;  ///< the first few of them
    std::size_t waiting_count = 0;
    std::string next;                  ///< `asan (after build (gcc))`; empty: not known
    std::size_t done = 0;
    std::size_t total = 0;
    std::chrono::nanoseconds elapsed{0};
    RemainingTime::Words left;
};

/// Lines of the canvas, each at most the window's width less one cell, at most a third of its height.
std::vector<std::string> canvas_lines(const CanvasContent& content, WindowSize window, const Palette& palette);

}  // namespace kahn::render
