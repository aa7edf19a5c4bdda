#include "graph/stage_graph.hpp"

#include <kahn/graph/algorithms.hpp>

#include "base/text.hpp"
#include "graph/cycle_text.hpp"
#include "model/name_index.hpp"

#include <optional>

namespace kahn::graph {
namespace {

std::string in_quotes(const std::string& name) { return "'" + printable(name) + "'"; }

/// Suggests names as long as that stays cheap: each suggestion looks at every stage.
class Suggestions {
public:
    explicit Suggestions(const std::vector<PipelineStage>& stages) : stages_(stages) {}

    std::string for_name(const std::string& wrong) {
        if (stages_.size() > budget_) return {};
        budget_ -= stages_.size();
        if (names_.empty()) {
            names_.reserve(stages_.size());
            for (const PipelineStage& stage : stages_) names_.push_back(stage.name);
        }
        return did_you_mean(wrong, names_).value_or(std::string());
    }

private:
    const std::vector<PipelineStage>& stages_;
    std::vector<std::string> names_;
    std::size_t budget_ = 1'000'000;
};

StageFinding make_finding(StageFinding::Kind kind, std::size_t stage, std::size_t dependency, std::string message) {
    StageFinding finding;
    finding.kind = kind;
    finding.stage = stage;
    finding.dependency = dependency;
    finding.message = std::move(message);
    return finding;
}

/// Adds the edges of one stage, and what is wrong with its dependencies.
void check_stage(const std::vector<PipelineStage>& stages, std::size_t stage, const NameIndex& index,
                 Suggestions& suggestions, std::vector<Edge>& edges, std::vector<StageFinding>& findings) {
    using Kind = StageFinding::Kind;
    const std::string& name = stages[stage].name;
    const std::size_t first = index.stage(name).value_or(stage);
    if (first != stage) {
        findings.push_back(make_finding(Kind::duplicate_name, stage, 0, "two stages have the name " + in_quotes(name)));
        findings.back().first = first;
    }
    const std::vector<std::string>& dependencies = stages[stage].dependencies;
    for (std::size_t i = 0; i < dependencies.size(); ++i) {
        const std::optional<std::size_t> target = index.stage(dependencies[i]);
        if (!target) {
            findings.push_back(make_finding(
                Kind::missing_stage, stage, i,
                "stage " + in_quotes(name) + " depends on " + in_quotes(dependencies[i]) + ", which does not exist"));
            findings.back().suggestion = suggestions.for_name(dependencies[i]);
        } else if (dependencies[i] == name) {
            findings.push_back(
                make_finding(Kind::self_dependency, stage, i, "stage " + in_quotes(name) + " depends on itself"));
        } else {
            edges.push_back({static_cast<NodeIndex>(*target), static_cast<NodeIndex>(stage)});
        }
    }
}

StageFinding describe_cycle(const std::vector<PipelineStage>& stages, const NameIndex& index,
                            std::vector<NodeIndex> cycle) {
    const std::vector<std::string>& dependencies = stages[cycle.front()].dependencies;
    std::size_t closing = 0;
    while (closing + 1 < dependencies.size() && index.stage(dependencies[closing]) != cycle.back()) ++closing;
    std::vector<std::string> names;
    names.reserve(cycle.size());
    for (const NodeIndex node : cycle) names.push_back(stages[node].name);
    StageFinding finding =
        make_finding(StageFinding::Kind::cycle, cycle.front(), closing, "dependency cycle: " + cycle_text(names));
    finding.cycle = std::move(cycle);
    return finding;
}

}  // namespace

std::string StageFinding::text() const {
    return suggestion.empty() ? message : message + "; did you mean " + in_quotes(suggestion) + "?";
}

StageGraph::StageGraph(const std::vector<PipelineStage>& stages) {
    const NameIndex index(stages);
    Suggestions suggestions(stages);
    std::vector<Edge> edges;
    for (std::size_t stage = 0; stage < stages.size(); ++stage) {
        check_stage(stages, stage, index, suggestions, edges, findings_);
    }
    graph_ = std::make_shared<const Graph>(stages.size(), edges);
    std::vector<NodeIndex> cycle = find_cycle(*graph_);
    if (!cycle.empty()) findings_.push_back(describe_cycle(stages, index, std::move(cycle)));
}

}  // namespace kahn::graph
