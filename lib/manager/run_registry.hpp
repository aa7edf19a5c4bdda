#pragma once

#include <kahn/model/pipeline.hpp>

#include "engine/run_control.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kahn {

/// The pipelines a manager knows and the runs that go on. Safe from any thread.
class RunRegistry {
public:
    void put(Pipeline definition);
    std::optional<Pipeline> definition(std::string_view name) const;
    std::vector<std::string> names() const;
    std::optional<PipelineStatus> status(std::string_view name) const;

    /// A run that goes on: registered as long as this lives.
    class Lease {
    public:
        Lease(std::shared_ptr<RunRegistry> registry, std::uint64_t id, std::shared_ptr<RunControl> control)
            : registry_(std::move(registry)), id_(id), control_(std::move(control)) {}
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        const std::shared_ptr<RunControl>& control() const noexcept { return control_; }
        /// What get_pipeline_status() says from now on.
        void finished(PipelineStatus status);

    private:
        std::shared_ptr<RunRegistry> registry_;
        std::uint64_t id_;
        std::shared_ptr<RunControl> control_;
    };

    /// Nothing once close() was called.
    static std::shared_ptr<Lease> begin(const std::shared_ptr<RunRegistry>& registry, std::string pipeline);

    /// True if there was a run that nobody had cancelled yet.
    bool cancel(std::string_view pipeline, const std::string& why);
    /// True if there was a run that went on, or stood still.
    bool suspend(std::string_view pipeline);
    bool resume(std::string_view pipeline);
    /// No run begins any more. Those that go on are returned.
    std::vector<std::shared_ptr<RunControl>> close();
    /// Calls the function once no run goes on, perhaps at once, on the thread that ends the last one.
    void when_idle(std::function<void()> idle);

private:
    struct Newest {
        std::uint64_t id = 0;
        PipelineStatus status = PipelineStatus::pending;
    };
    struct Going {
        std::string pipeline;
        std::shared_ptr<RunControl> control;
    };
    void end(std::uint64_t id);
    std::vector<std::shared_ptr<RunControl>> controls_of(std::string_view pipeline) const;

    mutable std::mutex mutex_;
    std::map<std::string, Pipeline, std::less<>> definitions_;
    std::map<std::string, Newest, std::less<>> newest_;  // of pipelines that are known, and of others while they run
    std::map<std::uint64_t, Going> going_;
    std::vector<std::function<void()>> idle_waiters_;
    std::uint64_t next_id_ = 1;
    bool is_closed_ = false;
};

}  // namespace kahn
