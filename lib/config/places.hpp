#pragma once

#include "config/document.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kahn::config {

/// Where the parts of a pipeline stand in the document it was read from, for checks that look at the pipeline.
///
/// Stages and jobs are remembered; what is inside them is looked up when it is wrong, so a good file costs 4 bytes a
/// job. \par Object lifetimes Refers to the document.
class Places {
public:
    explicit Places(const Document& document) : document_(&document) {}

    void add_stage(NodeId node);
    void add_job(NodeId node);  ///< of the stage that was added last
    /// A name could not be read, or an entry was none: what refers to it must not be called missing.
    void stages_incomplete() { are_stages_complete_ = false; }
    void jobs_incomplete() { stages_.back().are_jobs_complete = false; }

    bool are_stages_complete() const noexcept { return are_stages_complete_; }
    bool are_jobs_complete(std::size_t stage) const { return stages_[stage].are_jobs_complete; }
    std::size_t job_count() const noexcept { return jobs_.size(); }

    /// The jobs that a matrix made of one.
    struct MatrixJobs {
        NodeId node;
        std::string name;  ///< of the one
        std::size_t stage;
        std::size_t first;
        std::size_t count;
    };
    /// In the stage that was added last.
    void add_matrix(NodeId node, std::string name, std::size_t first, std::size_t count);
    const std::vector<MatrixJobs>& matrices() const noexcept { return matrices_; }
    /// Which entry of the document each dependency of a job comes from, where they are not one for one.
    void set_dependency_entries(NodeId job, std::vector<std::size_t> entries) { dependency_entries_[job] = std::move(entries); }

    NodeId stage(std::size_t stage) const { return stages_[stage].node; }
    NodeId job(std::size_t stage, std::size_t job) const { return jobs_[stages_[stage].first_job + job]; }

    Span span(NodeId node) const { return (*document_)[node].span; }
    /// The value of a key of a stage or job; the mapping itself if it is not there.
    Span value(NodeId mapping, std::string_view key) const;
    /// The entry of a list of texts. Going through a list in its order takes time linear in the list.
    Span entry(NodeId mapping, std::string_view key, std::size_t index) const;

private:
    struct Stage {
        NodeId node;
        std::size_t first_job;
        bool are_jobs_complete;
    };
    /// Where the last call of entry() arrived.
    struct Cursor {
        NodeId mapping = 0;
        std::string_view key;
        NodeId list = 0;
        std::size_t index = 0;
        NodeId node = 0;
    };

    NodeId find(NodeId mapping, std::string_view key) const;

    const Document* document_;
    std::vector<Stage> stages_;
    std::vector<NodeId> jobs_;
    bool are_stages_complete_ = true;
    std::vector<MatrixJobs> matrices_;
    std::unordered_map<NodeId, std::vector<std::size_t>> dependency_entries_;
    mutable Cursor cursor_;
};

}  // namespace kahn::config
