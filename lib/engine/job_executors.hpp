#pragma once

#include <kahn/engine/executor.hpp>
#include <kahn/model/pipeline.hpp>

#include <chrono>
#include <memory>

namespace kahn {

/// Which executor runs a job: each kind of work has its own.
class JobExecutors {
public:
    JobExecutors() = default;

    std::shared_ptr<Executor> commands;
    std::shared_ptr<Executor> native;
    std::shared_ptr<Executor> github;  ///< null: nobody here can

    /// \throws NotImplemented for a kind that has none
    std::shared_ptr<Executor> of(const PipelineJob& job) const;
    /// Of all of them, within `limit` together.
    void kill_all(std::chrono::milliseconds limit) const noexcept;
};

}  // namespace kahn
