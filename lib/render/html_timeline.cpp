#include "render/html_timeline.hpp"

#include "render/critical_jobs.hpp"
#include "render/markup.hpp"
#include "render/reason_text.hpp"
#include "render/run_names.hpp"
#include "render/status_words.hpp"
#include "render/timeline.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

namespace kahn::render {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t most_rows = 400;

struct Row {
    const PipelineStage* stage = nullptr;
    const PipelineJob* job = nullptr;
    std::vector<TimelineSpan> spans;
};

/// Jobs that started by their start, the others after them in the order of the pipeline.
std::vector<Row> rows_of(const Pipeline& run, const Timeline& timeline) {
    std::vector<Row> rows;
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> places;
    for (const TimelineSpan& span : timeline.spans) {
        const auto [place, is_new] = places.try_emplace({span.stage, span.job}, rows.size());
        if (is_new) {
            Row row;
            row.stage = &run.stages[span.stage];
            row.job = &row.stage->jobs[span.job];
            rows.push_back(std::move(row));
        }
        rows[place->second].spans.push_back(span);
    }
    for (std::size_t s = 0; s < run.stages.size(); ++s) {
        for (std::size_t j = 0; j < run.stages[s].jobs.size(); ++j) {
            if (places.contains({s, j})) continue;
            Row row;
            row.stage = &run.stages[s];
            row.job = &row.stage->jobs[j];
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

class Painter {
public:
    Painter(std::string& out, nanoseconds length) : out_(out), length_(std::max(nanoseconds{1}, length)) {}

    void percent(nanoseconds time) {
        char text[32];
        std::snprintf(text, sizeof text, "%.3f%%", std::clamp(100.0 * static_cast<double>(time.count()) / static_cast<double>(length_.count()), 0.0, 100.0));
        out_ += text;
    }
    void box(const std::string& classes, nanoseconds from, nanoseconds to, const std::string& title) {
        // One that is too short to be seen is made wider, but not beyond the end.
        out_ += "<span class=\"" + classes + "\" style=\"left:min(";
        percent(from);
        out_ += ",100% - 3px);width:";
        percent(to - from);
        out_ += "\" title=\"";
        append_html(out_, title);
        out_ += "\"></span>";
    }

private:
    std::string& out_;
    nanoseconds length_;
};

void append_legend(std::string& out) {
    out += "<ul class=\"legend\"><li><i class=\"i-wait\"></i>waiting for a worker</li><li><i class=\"b-success\"></i>ok</li>"
           "<li><i class=\"b-failure i-failure\"></i>failed</li><li><i class=\"b-allowed\"></i>failed, allowed</li>"
           "<li><i class=\"b-cancelled\"></i>cancelled</li><li><i class=\"b-skipped i-crit\"></i>\u25C6 critical path</li></ul>\n";
}

std::string axis_text(nanoseconds time) {
    using namespace std::chrono;
    if (time == nanoseconds{0}) return "0";
    if (time < seconds{1}) return std::to_string(duration_cast<milliseconds>(time).count()) + " ms";
    if (time < minutes{1}) {
        std::string text = std::to_string(duration_cast<seconds>(time).count());
        const auto tenths = duration_cast<milliseconds>(time % seconds{1}).count() / 100;  // no tick beyond a second is finer
        if (tenths != 0) text.append(".").append(std::to_string(tenths));
        return text + " s";
    }
    return format_duration(time);
}

void append_axis(std::string& out, Painter& paint, nanoseconds tick, nanoseconds length) {
    out += "<li class=\"axis\" aria-hidden=\"true\"><div class=\"who\"></div><div class=\"track\">";
    // A mark right at the edge would hang over it.
    for (nanoseconds at{0}; at <= length - length / 25; at += tick) {
        out += "<span style=\"left:";
        paint.percent(at);
        out += "\">" + axis_text(at) + "</span>";
    }
    out += "</div><div class=\"res\"></div></li>\n";
}

void append_row(std::string& out, Painter& paint, const Row& row, bool is_critical) {
    const bool is_allowed = is_allowed_to_fail(*row.stage, *row.job);
    out += is_critical ? "<li class=\"crit\">" : row.spans.empty() ? "<li class=\"idle\">" : "<li>";
    out += "<div class=\"who\" title=\"" + html(printable(row.stage->name + " / " + row.job->name)) + "\"><b>" + html(printable(row.job->name)) +
           "</b> <small>" + html(printable(row.stage->name)) + "</small></div><div class=\"track\">";
    for (const TimelineSpan& span : row.spans) {
        const JobAttempt& attempt = row.job->attempts[span.attempt];
        if (span.queued_from < span.start) paint.box("wait", span.queued_from, span.start, "waited " + format_duration(attempt.queued) + " for a worker");
        const StatusWords words = status_words(attempt.status, is_allowed);
        std::string title = "attempt " + std::to_string(attempt.number) + ": " + std::string(words.word) + " after " + format_duration(span.end - span.start);
        if (attempt.reason) title += " (" + reason_text(attempt.reason) + ")";
        paint.box("bar b-" + std::string(words.style), span.start, span.end, title);
    }
    const StatusWords words = status_words(*row.stage, *row.job);
    std::string result = words.text();
    if (!row.spans.empty()) result += " " + format_duration(row.job->duration);
    if (row.job->attempts.size() > 1) result += " \u21BB" + std::to_string(row.job->attempts.size());
    if (!row.job->reused_from.empty()) result += ", taken over";
    const std::string reason = reason_text(row.job->reason);
    out += "</div><div class=\"res t-" + std::string(words.style) + "\" title=\"" + html(result + (reason.empty() ? "" : ": " + reason)) + "\">" + html(result);
    if (is_critical) out += "<span hidden> on the critical path</span>";
    out += "</div></li>\n";
}

}  // namespace

nanoseconds tick_of(nanoseconds length) {
    using namespace std::chrono;
    constexpr std::array<nanoseconds, 8> steps{seconds{1}, seconds{2}, seconds{5}, seconds{10}, seconds{15}, seconds{30}, minutes{1}, minutes{2}};
    constexpr std::array<nanoseconds, 5> long_steps{minutes{5}, minutes{10}, minutes{15}, minutes{30}, hours{1}};
    constexpr int most = 8;
    nanoseconds small = milliseconds{1};
    while (small < seconds{1}) {
        for (const int n : {1, 2, 5}) {
            if (length / (small * n) < most) return small * n;
        }
        small *= 10;
    }
    for (const nanoseconds step : steps) {
        if (length / step < most) return step;
    }
    for (const nanoseconds step : long_steps) {
        if (length / step < most) return step;
    }
    nanoseconds step = hours{2};
    while (length / step >= most) step *= 2;
    return step;
}

void append_timeline(std::string& out, const RunRecord& record) {
    const Timeline timeline = timeline_of(record);
    if (timeline.spans.empty()) return;
    const CriticalJobs critical(record);
    const auto rows = rows_of(record.pipeline, timeline);
    const nanoseconds tick = tick_of(timeline.length);
    Painter paint(out, timeline.length);
    out += "<section><h2>Timeline</h2>\n";
    append_legend(out);
    out += "<ul class=\"gantt\" style=\"--tick:";
    paint.percent(std::min(tick, timeline.length));
    out += "\">\n";
    append_axis(out, paint, tick, timeline.length);
    for (std::size_t i = 0; i < std::min(rows.size(), most_rows); ++i) append_row(out, paint, rows[i], critical.contains(*rows[i].stage, *rows[i].job));
    out += "</ul>\n";
    if (rows.size() > most_rows) out += "<p class=\"note\">" + std::to_string(rows.size() - most_rows) + " more jobs are not drawn; the JSON report has all.</p>\n";
    out += "</section>\n";
}

}  // namespace kahn::render
