#include "render/live_canvas.hpp"

#include <kahn/base/time.hpp>

#include "render/cells.hpp"

#include <algorithm>

namespace kahn::render {
namespace {

using namespace std::chrono_literals;

/// Whole seconds: tenths that race by say nothing.
std::string seconds(std::chrono::nanoseconds time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    return whole < 1min ? std::to_string(whole.count()) + 's' : format_duration(whole);
}

std::string row_line(const CanvasContent::Row& row, std::size_t name_width, std::size_t width, const Palette& palette) {
    const std::string time = seconds(row.running);
    const std::string head = ' ' + padded(row.name, name_width) + ' ' + std::string(6 - std::min<std::size_t>(6, time.size()), ' ') + time;
    const std::size_t used = 2 + cells(head);
    if (used + 4 > width) return ' ' + palette.cyan("●") + cut_end(head, width - std::min<std::size_t>(width, 2));
    return ' ' + palette.cyan("●") + head + "  " + palette.dim(cut_middle(row.last_line, width - used - 2));
}

std::string waiting_line(const CanvasContent& content, std::size_t width, const Palette& palette) {
    std::string text = "○ " + std::to_string(content.waiting_count) + " waiting";
    std::string next = content.next.empty() ? "" : "next: " + content.next;
    if (cells(text) + cells(next) + 4 > width) next.clear();
    const std::size_t room = width - 1 - (next.empty() ? 0 : cells(next) + 3);
    std::string names;
    for (std::size_t i = 0; i < content.waiting.size(); ++i) {
        const std::string more = (i == 0 ? ": " : ", ") + content.waiting[i];
        const bool is_last = i + 1 == content.waiting_count;
        if (cells(text) + cells(names) + cells(more) + (is_last ? 0 : 3) > room) break;
        names += more;
        if (i + 1 == content.waiting.size() && !is_last) names += ", …";
    }
    text += names;
    if (!next.empty()) text = padded(text, width - 1 - cells(next)) + next;
    return ' ' + palette.dim(cut_end(text, width - 1));
}

std::string bar_line(const CanvasContent& content, std::size_t width, const Palette& palette) {
    std::string words = std::to_string(content.done) + '/' + std::to_string(content.total) + " · " + seconds(content.elapsed) + " elapsed";
    // Words say more than a bar; where they come from says less.
    const auto add_if_there_is_room = [&](const std::string& more, std::size_t bar) {
        const bool fits = cells(words) + cells(more) + bar + 2 <= width;
        if (fits) words += more;
        return fits;
    };
    const bool has_left = !content.left.left.empty() && add_if_there_is_room(" · " + content.left.left, 0);
    if (has_left) add_if_there_is_room(' ' + content.left.source, 10);
    const std::size_t room = width > cells(words) + 2 ? width - cells(words) - 2 : 0;
    const std::size_t bar = std::min<std::size_t>(40, room);
    if (bar < 4) return ' ' + cut_end(words, width - 1);
    const std::size_t full = content.total == 0 ? 0 : bar * std::min(content.done, content.total) / content.total;
    std::string filled;
    std::string empty;
    for (std::size_t i = 0; i < full; ++i) filled += "━";
    for (std::size_t i = full; i < bar; ++i) empty += "─";
    return ' ' + palette.green(filled) + palette.dim(empty) + ' ' + words;
}

}  // namespace

std::vector<std::string> canvas_lines(const CanvasContent& content, WindowSize window, const Palette& palette) {
    // The last column stays free, so that no terminal wraps.
    const std::size_t width = std::max<std::size_t>(window.columns, 9) - 1;
    const std::size_t height = std::max<std::size_t>(window.rows / 3, 1);
    std::vector<std::string> lines;
    std::size_t room = height - 1;
    const bool has_gap = room >= 4;
    if (has_gap) {
        lines.emplace_back();
        --room;
    }
    const bool shows_waiting = content.waiting_count > 0 && room >= 2;
    if (shows_waiting) --room;

    const bool has_more = content.rows.size() > room;
    const std::size_t shown = has_more ? room - std::min<std::size_t>(room, 1) : content.rows.size();
    std::size_t name_width = 0;
    for (std::size_t i = 0; i < shown; ++i) name_width = std::max(name_width, cells(content.rows[i].name));
    name_width = std::min(name_width, width / 3);
    for (std::size_t i = 0; i < shown; ++i) lines.push_back(row_line(content.rows[i], name_width, width, palette));
    if (has_more && room > 0) {
        lines.push_back(' ' + palette.cyan("●") + cut_end(' ' + std::to_string(content.rows.size() - shown) + (shown == 0 ? " running" : " more running"), width - 2));
    }
    if (shows_waiting) lines.push_back(waiting_line(content, width, palette));
    lines.push_back(bar_line(content, width, palette));
    return lines;
}

}  // namespace kahn::render
