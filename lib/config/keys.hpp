#pragma once

#include "config/document_builder.hpp"
#include "config/reading.hpp"

#include <kahn/model/pipeline.hpp>

#include <span>
#include <string>
#include <string_view>

namespace kahn::config {

/// One key of the pipeline file: what it is called, what it takes, what it means and where it goes.
///
/// Adding a key is adding a row to the table of its mapping in keys.cpp and a member to the model: reading, writing,
/// the advice on unknown keys, the list of keys and the JSON Schema all come from here.
template <class T>
struct KeyRow {
    std::string_view name;
    std::string_view type;      ///< in words: "a list of texts"
    std::string_view fallback;  ///< as one would write it; empty: there is none
    std::string_view meaning;   ///< one line
    std::string_view schema;    ///< JSON Schema (draft-07) of the value
    bool is_required = false;

    void (*read)(const Value& value, T& out) = nullptr;
    void (*write)(const T& value, DocumentBuilder& out) = nullptr;
    bool (*has_default)(const T& value) = nullptr;
};

/// In the order of DESIGN section 3, which is the order of writing.
std::span<const KeyRow<Pipeline>> pipeline_keys() noexcept;
std::span<const KeyRow<PipelineStage>> stage_keys() noexcept;
std::span<const KeyRow<StageConditions>> condition_keys() noexcept;
std::span<const KeyRow<PipelineJob>> job_keys() noexcept;
/// Of a job's `reports`.
std::span<const KeyRow<PipelineJob>> report_keys() noexcept;
/// Of a job's `github`.
std::span<const KeyRow<GithubWorkflow>> github_keys() noexcept;
/// Of a job's `executor`.
std::span<const KeyRow<PipelineJob>> executor_keys() noexcept;

/// Keys that begin so are a place for anchors and notes.
inline constexpr std::string_view free_key_prefix = "x-";

/// Reads a mapping's members into `out`: refuses keys that are unknown, and misses those that are required.
/// \param noun what the keys belong to, for "job keys are: ..."
template <class T>
void read_members(const Reading& reading, NodeId mapping, Owner owner, std::string_view noun,
                  std::span<const KeyRow<T>> rows, T& out);

/// Writes what is required and what differs from its default.
template <class T>
void write_members(const T& value, std::span<const KeyRow<T>> rows, DocumentBuilder& out);

extern template void read_members(const Reading&, NodeId, Owner, std::string_view, std::span<const KeyRow<Pipeline>>,
                                  Pipeline&);
extern template void write_members(const Pipeline&, std::span<const KeyRow<Pipeline>>, DocumentBuilder&);

}  // namespace kahn::config
