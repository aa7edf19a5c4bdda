#include "manager/run_memory.hpp"

#include <kahn/base/error.hpp>
#include <kahn/config/load.hpp>

#include "base/files.hpp"
#include "engine/secrets.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace kahn {
namespace {

/// Says at the run's first event why it cannot be written down.
class Refusal final : public Observer {
public:
    explicit Refusal(std::string why) : why_(std::move(why)) {}
    void on_event(const Event&) override { throw Error(Errc::workspace_unusable, why_); }

private:
    std::string why_;
};

/// Secrets are not written down: a rerun takes them from its own environment.
Variables recorded_variables(const PreparedRun& run, Variables variables) {
    if (!run.masker) return variables;
    std::erase_if(variables, [&run](const auto& variable) {
        const auto& secrets = run.pipeline.secrets;
        return std::find(secrets.begin(), secrets.end(), variable.first) != secrets.end();
    });
    hide_in_variables(*run.masker, {}, variables);
    return variables;
}

RunOrigin origin_of(const Pipeline& definition, const PreparedRun& run, const RunOptions& options) {
    RunOrigin origin;
    origin.parent = options.parent;
    origin.config_digest = config::digest(definition);
    origin.working_directory = absolute_directory(options.working_directory).string();
    origin.variables = recorded_variables(run, options.variables);
    origin.condition_branch = options.branch;
    origin.stages = options.stages;
    origin.jobs = options.jobs;
    return origin;
}

}  // namespace

std::shared_ptr<store::Store> RunMemory::open() {
    const std::lock_guard lock(mutex_);
    if (!store_) store_ = std::make_shared<store::Store>(workspace_, options_);
    return store_;
}

PastDurations RunMemory::past_durations(std::shared_ptr<RunMemory> memory) {
    struct Lazy {
        std::shared_ptr<RunMemory> memory;
        std::mutex mutex;
        PastDurations known;
    };
    const auto lazy = std::make_shared<Lazy>();
    lazy->memory = std::move(memory);
    return [lazy](std::string_view pipeline, std::string_view stage, std::string_view job) -> std::optional<std::chrono::nanoseconds> {
        const std::lock_guard lock(lazy->mutex);
        if (!lazy->known) {
            if (!store::Store::is_there(lazy->memory->workspace_)) return std::nullopt;
            try {
                lazy->known = lazy->memory->open()->past_durations();
            } catch (const Error&) {
                return std::nullopt;  // whoever records the run says so
            }
        }
        return lazy->known(pipeline, stage, job);
    };
}

std::shared_ptr<Observer> RunMemory::recorder(const Pipeline& definition, const PreparedRun& run, const RunOptions& options,
                                              const std::shared_ptr<RunControl>& control) {
    const auto cancel = [weak = std::weak_ptr<RunControl>(control)](std::string who) {
        if (const auto live = weak.lock()) live->cancel("by " + who);
    };
    try {
        return open()->recorder(origin_of(definition, run, options), cancel);
    } catch (const Error& failure) {
        return std::make_shared<Refusal>(failure.what());
    }
}

}  // namespace kahn
