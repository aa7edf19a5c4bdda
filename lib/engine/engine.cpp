#include "engine/engine.hpp"

#include <kahn/base/error.hpp>

#include "base/ulid.hpp"
#include "engine/job_setup.hpp"
#include "engine/local_executor.hpp"
#include "engine/native_executor.hpp"
#include "engine/secrets.hpp"
#include "engine/selection.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace kahn {

namespace asio = boost::asio;

namespace {

/// All that one run is started with.
struct Start {
    Start(asio::any_io_executor strand_, RunResources resources_, PreparedRun prepared_, RunOptions options_,
          std::shared_ptr<RunControl> control_)
        : strand(std::move(strand_)),
          resources(std::move(resources_)),
          prepared(std::move(prepared_)),
          options(std::move(options_)),
          control(std::move(control_)) {}

    asio::any_io_executor strand;
    RunResources resources;
    PreparedRun prepared;
    RunOptions options;
    std::shared_ptr<RunControl> control;
};

/// Whatever happens to the run, even that its context is destroyed under it: nobody asks it to stop afterwards.
class DetachAtEnd {
public:
    explicit DetachAtEnd(std::shared_ptr<RunControl> control) : control_(std::move(control)) {}
    ~DetachAtEnd() { control_->detach(); }
    DetachAtEnd(const DetachAtEnd&) = delete;
    DetachAtEnd& operator=(const DetachAtEnd&) = delete;

private:
    std::shared_ptr<RunControl> control_;
};

/// What could not even begin, as a result.
Pipeline never_began(PreparedRun prepared, const RunResources& resources, Reason reason) {
    Pipeline pipeline = std::move(prepared.pipeline);
    if (prepared.masker) hide_in(*prepared.masker, reason);
    resources.logger.error("run " + pipeline.run_id + ": " + reason.text());
    pipeline.status = PipelineStatus::failure;
    pipeline.reason = std::move(reason);
    pipeline.start_time = pipeline.end_time = resources.clock->system_now();
    return pipeline;
}

asio::awaitable<Pipeline> execute(Start start) {
    const DetachAtEnd detach(start.control);
    std::shared_ptr<Run> run;
    std::optional<Reason> obstacle;
    try {
        run = std::make_shared<Run>(start.strand, start.resources, start.prepared, start.options, start.control->suspension());
    } catch (const Error& failure) {
        obstacle = Reason(Reason::Code::invalid_config, failure.what());
    } catch (const std::exception& failure) {
        obstacle = Reason(Reason::Code::internal, failure.what());
    }
    if (obstacle) co_return never_began(std::move(start.prepared), start.resources, std::move(*obstacle));
    co_return co_await run->execute(start.control);
}

/// Hands the end of a run to the operation's handler, on the handler's executor.
template <class Handler>
class Completion {
public:
    Completion(Handler handler, const asio::any_io_executor& fallback)
        : work_(asio::prefer(asio::get_associated_executor(handler, fallback), asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler)) {}

    void operator()(std::exception_ptr failure, Pipeline result) {
        if (const auto slot = asio::get_associated_cancellation_slot(handler_); slot.is_connected()) {
            asio::dispatch(work_, Deliver{std::move(handler_), std::move(failure), std::move(result), true});
        } else {
            asio::dispatch(work_, Deliver{std::move(handler_), std::move(failure), std::move(result), false});
        }
    }

private:
    struct Deliver {
        Handler handler;
        std::exception_ptr failure;
        Pipeline result;
        bool clears_slot;

        void operator()() {
            // On the handler's executor, where nobody can be emitting to it.
            if (clears_slot) asio::get_associated_cancellation_slot(handler).clear();
            std::move(handler)(std::move(failure), std::move(result));
        }
    };

    asio::any_io_executor work_;
    Handler handler_;
};

/// Starts a run as one asynchronous operation whose cancellation is a request to the run, so that it can be asked twice.
struct Initiate {
    template <class Handler>
    void operator()(Handler handler, Start start) const {
        if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
            slot.assign([control = start.control](asio::cancellation_type) { control->cancel({}); });
        }
        const auto strand = start.strand;
        asio::co_spawn(strand, execute(std::move(start)), Completion<Handler>(std::move(handler), strand));
    }
};

}  // namespace

Engine::Engine(EngineOptions options, std::filesystem::path workspace, Logger logger) {
    if (!options.executor) {
        local_ = make_local_executor(options.process, logger);
        options.executor = local_;
    }
    resources_.clock = options.clock ? std::move(options.clock) : real_clock();
    resources_.executors.native = make_native_executor(options.process, resources_.clock);
    resources_.executors.commands = std::move(options.executor);
    resources_.executors.github = std::move(options.github_executor);
    resources_.slots = graph::WorkerSlots::make(options.max_workers);
    resources_.past_durations = std::move(options.past_durations);
    resources_.observers = std::move(options.observers);
    resources_.workspace = std::move(workspace);
    resources_.logger = std::move(logger);
}

PreparedRun Engine::prepare(Pipeline pipeline, const RunOptions& options) const {
    PreparedRun prepared;
    prepared.pipeline = select(std::move(pipeline), options.stages, options.jobs);
    prepared.pipeline.run_id = new_ulid(resources_.clock->system_now());
    add_secrets(prepared.pipeline, options.secrets);
    if (prepared.pipeline.secrets.empty()) return prepared;
    const RunContext context = make_context(prepared.pipeline, options, resources_.workspace);
    Secrets secrets = find_secrets(prepared.pipeline, context, MissingSecrets::refused);
    prepared.host = context.host;
    prepared.masker = std::move(secrets.masker);
    prepared.warnings = std::move(secrets.warnings);
    prepared.definition = std::make_shared<const Pipeline>(prepared.pipeline);
    hide_in_definition(*prepared.masker, prepared.pipeline);
    return prepared;
}

asio::awaitable<Pipeline> Engine::run(asio::any_io_executor executor, PreparedRun prepared, RunOptions options,
                                      std::shared_ptr<RunControl> control) const {
    Start start(asio::make_strand(executor), resources_, std::move(prepared), std::move(options), std::move(control));
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, Pipeline)>(
        Initiate{}, asio::use_awaitable, std::move(start));
}

ContainmentReport Engine::containment() const {
    if (local_) return local_->containment();
    ContainmentReport report;
    report.containment = Containment::none;
    report.notes.emplace_back("jobs are run by an executor of the embedder's");
    return report;
}

void Engine::kill_all(std::chrono::milliseconds limit) noexcept { resources_.executors.kill_all(limit); }

}  // namespace kahn
