#pragma once

#include <kahn/model/attempt.hpp>
#include <kahn/model/pipeline.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn {

class Masker;
class Suspension;

/// One attempt of one job, with everything resolved that the engine resolves.
struct AttemptRequest {
    AttemptRequest() = default;

    std::string run_id;
    std::string pipeline;
    std::string stage;
    PipelineJob job;  ///< the definition
    int attempt = 1;
    Variables environment;  ///< `variables`, the stage's, the job's and kahn's own, expanded
    std::shared_ptr<const Variables> host_environment;  ///< kahn's own, as it was when the run began; lies below
    std::filesystem::path working_directory;  ///< absolute
    /// What each command of a wrapped job is executed as (PipelineJob::wrap), by command; empty: by a shell.
    std::vector<std::vector<std::string>> arguments;
    std::filesystem::path log;                ///< where the output is to be kept
    /// Hides the run's secrets (<kahn/base/masker.hpp>); null: there are none. Whoever runs the attempt masks what it prints before
    /// it goes to the log, the listener and the tails, each stream by a MaskingStream of its own; the outcome's texts are masked by
    /// the engine.
    std::shared_ptr<const Masker> masker;
    /// Whether the run stands still (<kahn/base/suspension.hpp>); null: it never does. What the attempt runs stands still with it, if
    /// that is possible there; its timeout does in any case.
    std::shared_ptr<Suspension> suspension;
};
static_assert(!std::is_aggregate_v<AttemptRequest>);

/// The seam to where jobs run: this machine, another one, a coroutine.
class Executor {
public:
    virtual ~Executor() = default;

    /// Runs one attempt to its end. Failure is a value; an exception fails the attempt with its text.
    ///
    /// \par Cancellation
    /// `terminal`: end gracefully, as quickly as the work allows; a second one: at once. The outcome's end is then
    /// AttemptEnd::stopped, unless the work had ended before. The engine knows why it cancelled (timeout, cancel) and says so.
    virtual boost::asio::awaitable<AttemptOutcome> run(AttemptRequest request, std::shared_ptr<AttemptListener> listener) = 0;

    /// Ends everything at once, blocking for at most `limit`: the engine is being destroyed. Touches no coroutine.
    virtual void kill_all(std::chrono::milliseconds limit) noexcept = 0;
};

}  // namespace kahn
