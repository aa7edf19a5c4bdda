#include "graph/job_graph.hpp"

#include <kahn/base/error.hpp>
#include <kahn/graph/algorithms.hpp>

#include "model/name_index.hpp"

#include <string>

namespace kahn::graph {

JobGraph::JobGraph(const Pipeline& pipeline) {
    const auto& stages = pipeline.stages;
    nodes_.reserve(pipeline.job_count() + 2 * stages.size());
    for (std::uint32_t s = 0; s < stages.size(); ++s) {
        first_node_.push_back(static_cast<NodeIndex>(nodes_.size()));
        nodes_.push_back({Kind::stage_begin, s, 0});
        for (std::uint32_t j = 0; j < stages[s].jobs.size(); ++j) nodes_.push_back({Kind::job, s, j});
        nodes_.push_back({Kind::stage_end, s, 0});
    }
    first_node_.push_back(static_cast<NodeIndex>(nodes_.size()));
    add_edges(pipeline);
}

void JobGraph::add_edges(const Pipeline& pipeline) {
    const auto& stages = pipeline.stages;
    const NameIndex names(stages);
    std::vector<Edge> edges;
    std::vector<Edge> stage_edges;
    for (std::size_t s = 0; s < stages.size(); ++s) {
        const PipelineStage& stage = stages[s];
        for (const std::string& dependency : stage.dependencies) {
            const auto on = names.stage(dependency);
            if (!on) throw Error(Errc::invalid_config, "stage '" + stage.name + "' depends on '" + dependency + "', which is not there");
            edges.push_back({end_of(*on), begin_of(s)});
            stage_edges.push_back({static_cast<NodeIndex>(*on), static_cast<NodeIndex>(s)});
        }
        if (stage.jobs.empty()) edges.push_back({begin_of(s), end_of(s)});
        for (std::size_t j = 0; j < stage.jobs.size(); ++j) {
            const NodeIndex job = job_of(s, j);
            edges.push_back({begin_of(s), job});
            edges.push_back({job, end_of(s)});
            if (!stage.parallel && j > 0) edges.push_back({job_of(s, j - 1), job});
            for (const std::string& dependency : stage.jobs[j].dependencies) {
                const auto on = names.dependency(s, dependency);
                if (on.empty()) {
                    throw Error(Errc::invalid_config, "job '" + stage.name + "." + stage.jobs[j].name + "' depends on '" +
                                                          dependency + "', which is not there");
                }
                edges.push_back({job_of(on.front().stage, on.front().job), job});
            }
        }
    }
    const Graph stage_graph(stages.size(), stage_edges);
    if (!find_cycle(stage_graph).empty()) throw Error(Errc::invalid_config, "the stages depend on each other in a cycle");
    stage_levels_ = levels(stage_graph);

    graph_ = std::make_shared<const Graph>(nodes_.size(), edges);
    if (!find_cycle(*graph_).empty()) throw Error(Errc::invalid_config, "the jobs depend on each other in a cycle");
}

}  // namespace kahn::graph
