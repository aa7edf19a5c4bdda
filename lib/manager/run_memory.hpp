#pragma once

#include <kahn/base/log.hpp>
#include <kahn/engine/options.hpp>
#include <kahn/model/pipeline.hpp>
#include <kahn/store/store.hpp>

#include "engine/prepared_run.hpp"
#include "engine/run_control.hpp"

#include <filesystem>
#include <memory>
#include <mutex>

namespace kahn {

/// A manager's store: opened when it is first needed, so that a manager that runs nothing writes nothing. Safe from any thread.
class RunMemory {
public:
    RunMemory(std::filesystem::path workspace, store::StoreOptions options) : workspace_(std::move(workspace)), options_(std::move(options)) {}

    /// \throws Error (workspace_unusable)
    std::shared_ptr<store::Store> open();
    /// What past runs say, for EngineOptions::past_durations; as long as there is no store, nothing.
    static PastDurations past_durations(std::shared_ptr<RunMemory> memory);

    /// Writes one run down. A store that cannot be opened fails the run when it begins.
    /// \param definition as the run was asked for, before anything was selected or hidden
    std::shared_ptr<Observer> recorder(const Pipeline& definition, const PreparedRun& run, const RunOptions& options,
                                       const std::shared_ptr<RunControl>& control);

private:
    std::filesystem::path workspace_;
    store::StoreOptions options_;
    std::mutex mutex_;
    std::shared_ptr<store::Store> store_;
};

}  // namespace kahn
