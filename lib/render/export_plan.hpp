#pragma once

#include <kahn/model/pipeline.hpp>

#include "model/name_index.hpp"
#include "render/export_condition.hpp"
#include "render/export_names.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kahn::render {

/// What every form of export asks about a pipeline.
///
/// \par Object lifetimes
/// Refers to the pipeline.
class ExportPlan {
public:
    explicit ExportPlan(const Pipeline& pipeline);

    const Pipeline& pipeline() const noexcept { return pipeline_; }
    const PipelineStage& stage(std::size_t s) const { return pipeline_.stages[s]; }
    const PipelineJob& job(JobReference place) const { return pipeline_.stages[place.stage].jobs[place.job]; }
    const std::string& id(JobReference place) const { return names_.job(place); }
    const ExportNames& names() const noexcept { return names_; }

    /// Stages in an order in which each stands behind those it depends on.
    const std::vector<std::size_t>& order() const noexcept { return order_; }
    const std::vector<std::size_t>& dependencies(std::size_t stage) const { return dependencies_[stage]; }
    bool has_dependents(std::size_t stage) const { return has_dependents_[stage]; }
    std::set<std::size_t> ancestors(std::size_t stage) const;

    /// The jobs whose success this one requires: those it names, and the one before it where a stage is not parallel.
    std::vector<JobReference> required(JobReference place) const;
    /// The jobs whose outputs this one sees, later ones over earlier ones.
    std::vector<JobReference> imports(JobReference place) const;
    bool is_imported(JobReference place) const { return imported_.contains({place.stage, place.job}); }
    bool is_required(JobReference place) const { return required_.contains({place.stage, place.job}); }
    /// The jobs that keep artifacts and have ended when this one begins.
    std::vector<JobReference> keepers_before(JobReference place) const;

    /// Nothing: it asks for what is not known before a run.
    const std::optional<ExportCondition>& condition(std::size_t stage) const { return conditions_[stage]; }
    bool is_conditional(std::size_t stage) const { return !pipeline_.stages[stage].conditions.empty(); }
    bool has_inner_order(std::size_t stage) const;

private:
    const Pipeline& pipeline_;
    NameIndex index_;
    ExportNames names_;
    std::vector<std::vector<std::size_t>> dependencies_;
    std::vector<bool> has_dependents_;
    std::vector<std::size_t> order_;
    std::vector<std::set<std::size_t>> keepers_;  // by stage: those of its ancestors with a job that keeps artifacts
    std::vector<std::optional<ExportCondition>> conditions_;
    std::set<std::pair<std::size_t, std::size_t>> imported_;
    std::set<std::pair<std::size_t, std::size_t>> required_;
};

/// What both forms have to say about a pipeline in a person's words.
std::vector<std::string> common_notes(const ExportPlan& plan);

/// `job 'STAGE.JOB'`, for notes.
std::string named(const PipelineStage& stage, const PipelineJob& job);

}  // namespace kahn::render
