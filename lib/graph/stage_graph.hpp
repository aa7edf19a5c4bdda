#pragma once

#include <kahn/graph/graph.hpp>
#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace kahn::graph {

/// Something that is wrong with the names or the dependencies of stages.
struct StageFinding {
    enum class Kind { duplicate_name, missing_stage, self_dependency, cycle };

    StageFinding() = default;

    Kind kind = Kind::missing_stage;
    std::size_t stage = 0;         ///< the stage that is at fault; of a cycle the first one in the file
    std::size_t dependency = 0;    ///< which of its dependencies: the missing one, itself, the last one of the cycle
    std::size_t first = 0;         ///< of duplicates: the stage that had the name first
    std::vector<NodeIndex> cycle;  ///< stages, each one followed by one that depends on it, without the repeated end
    std::string message;           ///< `stage 'test' depends on 'biuld', which does not exist`
    std::string suggestion;        ///< a name that may be meant; often empty

    /// The message, and what may be meant.
    std::string text() const;
};
static_assert(!std::is_aggregate_v<StageFinding>);

/// The stages of a pipeline as a graph, and what is wrong with it.
///
/// Linear in stages and dependencies, iterative: safe at 1,000,000 stages.
class StageGraph {
public:
    explicit StageGraph(const std::vector<PipelineStage>& stages);

    /// An edge for each dependency that names another stage. Without cycles if ok().
    const std::shared_ptr<const Graph>& graph() const noexcept { return graph_; }
    /// By stage, then by dependency; the first cycle comes last.
    const std::vector<StageFinding>& findings() const noexcept { return findings_; }
    bool ok() const noexcept { return findings_.empty(); }

private:
    std::shared_ptr<const Graph> graph_;
    std::vector<StageFinding> findings_;
};

}  // namespace kahn::graph
