#pragma once

#include <kahn/graph/graph.hpp>
#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace kahn::graph {

/// A pipeline as one flat graph: each stage is a node where it begins, a node a job, and a node where it ends.
///
///     build.begin -> build.a -> build.end -> test.begin -> ...
///                 -> build.b ->
///
/// What a stage waits for are the ends of others; so one graph has every job of every stage, and its longest path is that of the
/// whole run.
class JobGraph {
public:
    enum class Kind : std::uint8_t { stage_begin, job, stage_end };
    struct Node {
        Kind kind = Kind::job;
        std::uint32_t stage = 0;
        std::uint32_t job = 0;  ///< within its stage; only for jobs
    };

    /// \throws Error (invalid_config) for dependencies that are not there or make a cycle
    explicit JobGraph(const Pipeline& pipeline);

    const std::shared_ptr<const Graph>& graph() const noexcept { return graph_; }
    std::size_t size() const noexcept { return nodes_.size(); }
    const Node& node(NodeIndex index) const { return nodes_[index]; }
    NodeIndex begin_of(std::size_t stage) const { return first_node_[stage]; }
    NodeIndex job_of(std::size_t stage, std::size_t job) const { return first_node_[stage] + 1 + static_cast<NodeIndex>(job); }
    NodeIndex end_of(std::size_t stage) const { return first_node_[stage + 1] - 1; }
    /// By stage.
    const std::vector<std::uint32_t>& stage_levels() const noexcept { return stage_levels_; }

private:
    void add_edges(const Pipeline& pipeline);

    std::vector<Node> nodes_;
    std::vector<NodeIndex> first_node_;  // of each stage, and one past the last
    std::vector<std::uint32_t> stage_levels_;
    std::shared_ptr<const Graph> graph_;
};

}  // namespace kahn::graph
