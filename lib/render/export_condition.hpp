#pragma once

#include <kahn/model/pipeline.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kahn::render {

/// A stage's conditions with everything decided that the file decides: what is left asks for the branch, for variables that
/// come from outside, and for how the stages before ended. Negations stand at the leaves.
struct ExportCondition {
    enum class Kind {
        constant, all, any,                    // of `parts`
        is_set, equals, matches, same,         // of a text that is known there
        success, failure, always, cancelled,   // of the run
    };

    ExportCondition() = default;
    explicit ExportCondition(bool holds_) : holds(holds_) {}

    bool is(bool value) const noexcept { return kind == Kind::constant && holds == value; }

    Kind kind = Kind::constant;
    bool holds = true;        ///< of a constant
    bool is_negated = false;  ///< of a leaf
    std::string subject;      ///< a variable; empty: the branch
    std::string text;         ///< what it is compared with: a text, a pattern, another variable
    std::vector<ExportCondition> parts;
};

/// Conjunction and disjunction, without parts that say nothing.
ExportCondition all_of(std::vector<ExportCondition> parts);
ExportCondition any_of(std::vector<ExportCondition> parts);

/// What decides whether a stage runs. \return nothing if a value it asks for cannot be known before a run
std::optional<ExportCondition> export_condition(const Pipeline& pipeline, const PipelineStage& stage);

/// The same once it is known how the run went so far.
ExportCondition assuming(const ExportCondition& condition, bool success, bool failure);

/// Whether any leaf is of this kind.
bool asks_for(const ExportCondition& condition, ExportCondition::Kind kind);

}  // namespace kahn::render
