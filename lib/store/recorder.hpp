#pragma once

#include <kahn/model/event.hpp>
#include <kahn/model/run_record.hpp>

#include "store/workspace.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace kahn::store {

class LiveRun;

/// Writes runs down while they go on: see Store::recorder().
class Recorder final : public Observer {
public:
    Recorder(std::shared_ptr<Workspace> workspace, RunOrigin origin, std::function<void(std::string)> cancel);
    ~Recorder() override;

    void on_event(const Event& event) override;

private:
    void begin(const Event& event, const event::RunStarted& started);
    void finish(const Event& event, const event::RunFinished& finished, const std::shared_ptr<LiveRun>& run);
    std::shared_ptr<LiveRun> find(const std::string& id);

    std::shared_ptr<Workspace> workspace_;
    RunOrigin origin_;
    std::function<void(std::string)> cancel_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<LiveRun>> live_;
};

}  // namespace kahn::store
