#pragma once

#include "config/reading.hpp"
#include "config/report.hpp"

#include <kahn/model/pipeline.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kahn::config {

/// The values of one job that a matrix makes, in the order in which its name shows them.
using Combination = std::vector<std::pair<std::string, std::string>>;

/// `matrix` of a job: one job for each combination of its variables' values.
struct Matrix {
    static constexpr std::string_view type = "a mapping of names to lists of values, with include and exclude";
    static constexpr std::string_view schema = R"({
        "type": "object", "minProperties": 1,
        "properties": {
            "include": {"type": "array", "minItems": 1, "items": {
                "type": "object", "minProperties": 1,
                "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 128},
                "additionalProperties": {"type": ["string", "number", "boolean"]}}},
            "exclude": {"type": "array", "minItems": 1, "items": {
                "type": "object", "minProperties": 1,
                "additionalProperties": {"type": ["string", "number", "boolean"]}}}
        },
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 128},
        "additionalProperties": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"type": ["string", "number", "boolean"]}}
    })";

    std::vector<std::pair<std::string, std::vector<std::string>>> variables;
    std::vector<Combination> include;
    std::vector<Combination> exclude;

    /// The product, the last variable changing fastest, without those that have all values of an entry of `exclude`; then, as
    /// GitHub Actions does it, each entry of `include` is added to every combination of which it changes no value of the product
    /// (what an earlier entry added may change), or is a combination of its own if there is none.
    std::vector<Combination> combinations() const;
};

/// Nothing if it is wrong in any way; the report says how.
std::optional<Matrix> read_matrix(const Value& value);

/// Puts the jobs of its matrix in the place of the last job: `name (value, value)`, with the values in their environment. A matrix
/// that cannot be used is reported and leaves the job as it is.
/// \param most jobs that may be there in its place
void expand_matrix(const Reading& reading, NodeId job, const Matrix& matrix, std::size_t most, std::vector<PipelineJob>& jobs);

/// A dependency on the plain name of a job with a matrix is one on all of its jobs.
void expand_dependencies(const Reading& reading, Pipeline& pipeline);

}  // namespace kahn::config
