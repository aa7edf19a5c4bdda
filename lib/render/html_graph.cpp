#include "render/html_graph.hpp"

#include <kahn/graph/algorithms.hpp>

#include "base/text.hpp"
#include "graph/stage_graph.hpp"
#include "render/critical_jobs.hpp"
#include "render/markup.hpp"
#include "render/status_words.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace kahn::render {
namespace {

using graph::NodeIndex;

constexpr std::size_t most_stages = 300;
constexpr int node_width = 184;
constexpr int node_height = 48;
constexpr int column_gap = 44;
constexpr int row_gap = 18;
constexpr int margin = 8;
constexpr std::size_t most_characters = 22;
constexpr int smallest_percent = 75;  // of its size that a picture shrinks to before it scrolls

struct Place {
    int x = 0;
    int y = 0;
};

/// The stages in columns, a level each. An edge that passes over a column has a way point in it, so that it runs between
/// the boxes and not behind them.
class Layout {
public:
    explicit Layout(const graph::Graph& graph) : level_(graph::levels(graph)) {
        for (NodeIndex from = 0; from < graph.size(); ++from) put(from, level_[from]);
        for (NodeIndex from = 0; from < graph.size(); ++from) {
            for (const NodeIndex to : graph.successors(from)) route(from, to);
        }
        sort();
        place();
    }

    /// All points of an edge, the two stages included.
    const std::vector<std::vector<std::size_t>>& edges() const noexcept { return edges_; }
    Place place_of(std::size_t point) const { return places_[point]; }
    bool is_stage(std::size_t point) const noexcept { return point < level_.size(); }
    std::size_t levels() const noexcept { return columns_.size(); }
    int width() const noexcept { return static_cast<int>(columns_.size()) * (node_width + column_gap) - column_gap + 2 * margin; }
    int height() const noexcept { return height_; }

private:
    void put(std::size_t point, std::size_t column) {
        if (column >= columns_.size()) columns_.resize(column + 1);
        columns_[column].push_back(point);
    }

    void route(NodeIndex from, NodeIndex to) {
        std::vector<std::size_t> points{from};
        for (std::size_t column = level_[from] + 1; column < level_[to]; ++column) {
            points.push_back(level_.size() + way_points_++);
            put(points.back(), column);
        }
        points.push_back(to);
        edges_.push_back(std::move(points));
    }

    /// By the mean place of what a point depends on: the barycentre heuristic of K. Sugiyama, S. Tagawa and M. Toda, "Methods
    /// for Visual Understanding of Hierarchical System Structures", 1981, one sweep down.
    void sort() {
        std::vector<std::vector<std::size_t>> next(level_.size() + way_points_);
        for (const auto& points : edges_) {
            for (std::size_t i = 1; i < points.size(); ++i) next[points[i - 1]].push_back(points[i]);
        }
        std::vector<double> sum(next.size());
        std::vector<double> count(next.size());
        for (auto& column : columns_) {
            const auto centre = [&](std::size_t point) { return count[point] > 0 ? sum[point] / count[point] : 0.0; };
            std::sort(column.begin(), column.end(), [&](std::size_t a, std::size_t b) { return std::pair(centre(a), a) < std::pair(centre(b), b); });
            for (std::size_t i = 0; i < column.size(); ++i) {
                const double place = static_cast<double>(i) - static_cast<double>(column.size() - 1) / 2;
                for (const std::size_t point : next[column[i]]) {
                    sum[point] += place;
                    count[point] += 1;
                }
            }
        }
    }

    int height_of(std::size_t point) const noexcept { return is_stage(point) ? node_height : 0; }

    void place() {
        std::vector<int> heights;
        for (const auto& column : columns_) {
            int sum = -row_gap;
            for (const std::size_t point : column) sum += height_of(point) + row_gap;
            heights.push_back(sum);
            height_ = std::max(height_, sum + 2 * margin);
        }
        places_.resize(level_.size() + way_points_);
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            int y = (height_ - heights[c]) / 2;
            for (const std::size_t point : columns_[c]) {
                places_[point].x = margin + static_cast<int>(c) * (node_width + column_gap);
                places_[point].y = y;
                y += height_of(point) + row_gap;
            }
        }
    }

    std::vector<std::uint32_t> level_;
    std::size_t way_points_ = 0;
    std::vector<std::vector<std::size_t>> columns_;
    std::vector<std::vector<std::size_t>> edges_;
    std::vector<Place> places_;
    int height_ = 0;
};

std::string shortened(const std::string& name) {
    std::string_view rest = name;
    std::string out;
    for (std::size_t n = 0; !rest.empty(); ++n) {
        if (n == most_characters - 1 && rest.size() > 1) return out + "\u2026";
        const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(rest));
        out += rest.substr(0, length);
        rest.remove_prefix(length);
    }
    return out;
}

/// The place of each stage on the critical path, by level from 1; 0 for one that has no job on it.
std::vector<std::size_t> path_of(const RunRecord& record, const graph::Graph& graph) {
    const CriticalJobs critical(record);
    const auto& stages = record.pipeline.stages;
    std::vector<std::size_t> on_path(stages.size());
    std::size_t length = 0;
    for (const NodeIndex s : graph::topological_order(graph)) {
        const auto is_critical = [&](const PipelineJob& job) { return critical.contains(stages[s], job); };
        if (std::any_of(stages[s].jobs.begin(), stages[s].jobs.end(), is_critical)) on_path[s] = ++length;
    }
    return on_path;
}

std::string n(int value) { return std::to_string(value); }

void append_node(std::string& out, const PipelineStage& stage, Place place, bool is_on_path) {
    const StatusWords words = status_words(stage.status, stage.allow_failure);
    std::string what = words.text();
    if (stage.duration > std::chrono::nanoseconds{0}) what += ' ' + format_duration(stage.duration);
    const std::string jobs = std::to_string(stage.jobs.size()) + (stage.jobs.size() == 1 ? " job" : " jobs");
    out += is_on_path ? "<g class=\"crit\">" : "<g>";
    out += "<title>" + html(printable(stage.name) + ": " + what + ", " + jobs + (is_on_path ? ", on the critical path" : "")) + "</title>";
    out += "<rect class=\"g-" + std::string(words.style) + "\" x=\"" + n(place.x) + "\" y=\"" + n(place.y) + "\" width=\"" + n(node_width) + "\" height=\"" +
           n(node_height) + "\" rx=\"7\"/>";
    out += "<text x=\"" + n(place.x + 11) + "\" y=\"" + n(place.y + 20) + "\">" + html(shortened(printable(stage.name))) + "</text>";
    out += "<text class=\"sub\" x=\"" + n(place.x + 11) + "\" y=\"" + n(place.y + 37) + "\">" + html(what + " \u00B7 " + jobs) + "</text></g>\n";
}

void append_edge(std::string& out, const Layout& layout, const std::vector<std::size_t>& points, bool is_on_path) {
    constexpr int bend = column_gap / 2;
    constexpr int arrow = 6;
    const Place first = layout.place_of(points.front());
    int x = first.x + node_width;
    int y = first.y + node_height / 2;
    out += is_on_path ? "<path class=\"edge crit\" d=\"M" : "<path class=\"edge\" d=\"M";
    out += n(x) + ' ' + n(y);
    for (std::size_t i = 1; i < points.size(); ++i) {
        const bool is_stage = layout.is_stage(points[i]);
        const Place to = layout.place_of(points[i]);
        const int to_x = to.x - (is_stage ? arrow : 0);
        const int to_y = to.y + (is_stage ? node_height / 2 : 0);
        out += " C" + n(x + bend) + ' ' + n(y) + ' ' + n(to_x - bend) + ' ' + n(to_y) + ' ' + n(to_x) + ' ' + n(to_y);
        x = to_x + node_width;
        y = to_y;
        if (!is_stage) out += " H" + n(x);
    }
    out += "\" marker-end=\"url(#arrow)\"/>\n";
}

}  // namespace

void append_graph(std::string& out, const RunRecord& record) {
    const auto& stages = record.pipeline.stages;
    if (stages.size() < 2) return;
    out += "<section><h2>Graph</h2>\n";
    const graph::StageGraph stage_graph(stages);
    if (stages.size() > most_stages || !graph::find_cycle(*stage_graph.graph()).empty()) {
        out += "<p class=\"note\">The graph of " + std::to_string(stages.size()) + " stages is not drawn.</p></section>\n";
        return;
    }
    const graph::Graph& graph = *stage_graph.graph();
    const Layout layout(graph);
    const auto on_path = path_of(record, graph);
    const std::string width = n(layout.width());
    const std::string height = n(layout.height());
    const std::string smallest = n(layout.width() * smallest_percent / 100);
    out += "<p class=\"note\">A column is a level: its stages depend on nothing but what stands left of them.</p>\n";
    out += "<div class=\"graph\" tabindex=\"0\" role=\"group\" aria-label=\"Stage graph, scrolls sideways\"><svg role=\"img\" aria-label=\"" +
           std::to_string(stages.size()) + " stages in " + std::to_string(layout.levels()) + " levels\" width=\"" + width + "\" height=\"" + height +
           "\" viewBox=\"0 0 " + width + ' ' + height + "\" style=\"min-width:" + smallest + "px\">\n<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" " +
           "refX=\"3\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"arrow\" " +
           "d=\"M0 0L8 4L0 8z\"/></marker></defs>\n";
    for (const auto& points : layout.edges()) {
        const std::size_t from = on_path[points.front()];
        append_edge(out, layout, points, from != 0 && on_path[points.back()] == from + 1);
    }
    for (std::size_t s = 0; s < stages.size(); ++s) append_node(out, stages[s], layout.place_of(s), on_path[s] != 0);
    out += "</svg></div></section>\n";
}

}  // namespace kahn::render
