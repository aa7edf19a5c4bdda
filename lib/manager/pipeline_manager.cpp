#include <kahn/manager/pipeline_manager.hpp>

#include <kahn/config/load.hpp>
#include <kahn/render/graph_views.hpp>

#include "base/files.hpp"
#include "engine/conditions.hpp"
#include "engine/engine.hpp"
#include "graph/stage_graph.hpp"
#include "manager/github_executor.hpp"
#include "manager/run_memory.hpp"
#include "manager/run_registry.hpp"
#include "manager/schedule_analysis.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace kahn {

namespace asio = boost::asio;

struct PipelineManager::Impl {
    Impl(Options options, std::optional<asio::any_io_executor> executor_)
        : logger(options.log_sink, options.log_level),
          executor(std::move(executor_)),
          memory(std::make_shared<RunMemory>(absolute_directory(options.workspace_dir), store_options(options))),
          remembers(options.remembers),
          engine(std::make_shared<Engine>(with_past(with_github(options, logger, executor), memory, remembers),
                                          absolute_directory(options.workspace_dir), logger)) {}

    static store::StoreOptions store_options(const Options& options) {
        store::StoreOptions wanted;
        wanted.retention = options.retention;
        wanted.durability = options.durability;
        wanted.log_sink = options.log_sink;
        wanted.log_level = options.log_level;
        return wanted;
    }
    static EngineOptions with_github(const Options& options, const Logger& logger, const std::optional<asio::any_io_executor>& executor) {
        EngineOptions engine = options.engine;
        if (engine.github_executor) return engine;
        GithubExecutorOptions github;
        if (options.remote) github.remote = *options.remote;
        if (!github.remote.clock) github.remote.clock = engine.clock;
        github.remote.logger = logger;
        github.place = executor;
        github.process = engine.process;
        github.logger = logger;
        engine.github_executor = make_github_executor(std::move(github));
        return engine;
    }
    static EngineOptions with_past(EngineOptions options, const std::shared_ptr<RunMemory>& memory, bool remembers) {
        if (remembers && !options.past_durations) options.past_durations = RunMemory::past_durations(memory);
        return options;
    }

    std::shared_ptr<RunMemory> memory_if_used() const { return remembers ? memory : nullptr; }

    Logger logger;
    std::optional<asio::any_io_executor> executor;
    std::shared_ptr<RunMemory> memory;
    bool remembers;
    std::shared_ptr<Engine> engine;
    std::shared_ptr<RunRegistry> registry = std::make_shared<RunRegistry>();
};

namespace {

/// A run that was asked for, checked and registered, but not begun.
struct Prepared {
    Prepared(std::shared_ptr<Engine> engine_, std::shared_ptr<RunRegistry::Lease> lease_, PreparedRun run_, RunOptions options_)
        : engine(std::move(engine_)), lease(std::move(lease_)), run(std::move(run_)), options(std::move(options_)) {}

    std::shared_ptr<Engine> engine;
    std::shared_ptr<RunRegistry::Lease> lease;
    PreparedRun run;
    RunOptions options;
};

Prepared prepare(const Logger& logger, const std::shared_ptr<Engine>& engine, const std::shared_ptr<RunRegistry>& registry,
                 const std::shared_ptr<RunMemory>& memory, Pipeline definition, RunOptions options) {
    try {
        PreparedRun run = engine->prepare(definition, options);
        auto lease = RunRegistry::begin(registry, run.pipeline.name);
        if (!lease) throw Error(Errc::invalid_argument, "the manager is shut down");
        // Before the other observers, so that what they tell is written down already.
        if (memory) options.observers.insert(options.observers.begin(), memory->recorder(definition, run, options, lease->control()));
        return {engine, std::move(lease), std::move(run), std::move(options)};
    } catch (const Error& failure) {
        logger.error(failure.what());
        throw;
    }
}

asio::awaitable<Pipeline> run_prepared(Prepared prepared, std::optional<asio::any_io_executor> executor) {
    if (!executor) executor = co_await asio::this_coro::executor;
    const auto lease = prepared.lease;
    Pipeline result = co_await prepared.engine->run(*executor, std::move(prepared.run), std::move(prepared.options),
                                                    lease->control());
    lease->finished(result.status);
    co_return result;
}

/// Runs an awaitable to its end on a context of its own.
template <class T>
T run_to_completion(asio::awaitable<T> work) {
    asio::io_context context(1);
    std::exception_ptr failure;
    std::optional<T> result;
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown, T value) {
        failure = std::move(thrown);
        result.emplace(std::move(value));
    });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
}

ParallelExecution summarise(Pipeline run) {
    ParallelExecution execution;
    execution.total_stages = run.stages.size();
    for (PipelineStage& stage : run.stages) {
        if (stage.status == PipelineStatus::success) ++execution.completed_stages;
        if (stage.status == PipelineStatus::failure) ++execution.failed_stages;
        std::string name = stage.name;
        execution.stage_results.emplace(std::move(name), std::move(stage));
    }
    return execution;
}

asio::awaitable<ParallelExecution> execute_stages(Prepared prepared, std::optional<asio::any_io_executor> executor) {
    Pipeline result = co_await run_prepared(std::move(prepared), std::move(executor));
    co_return summarise(std::move(result));
}

asio::awaitable<void> wait_until_idle(std::shared_ptr<RunRegistry> registry) {
    const auto initiate = [](auto handler, const std::shared_ptr<RunRegistry>& runs) {
        auto executor = asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        runs->when_idle([executor, shared] { asio::post(executor, std::move(*shared)); });
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable, std::move(registry));
}

void require_valid(const Logger& logger, const Pipeline& pipeline) {
    auto diagnostics = config::check(pipeline);
    const bool is_bad = std::any_of(diagnostics.begin(), diagnostics.end(),
                                    [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; });
    if (is_bad) logger.raise(ConfigError(Errc::invalid_config, pipeline.name, {}, std::move(diagnostics)));
}

std::string as_text(const boost::json::value& scalar) {
    return scalar.is_string() ? std::string(scalar.get_string()) : boost::json::serialize(scalar);
}

}  // namespace

PipelineManager::PipelineManager(Options options) : impl_(std::make_shared<Impl>(std::move(options), std::nullopt)) {}

PipelineManager::PipelineManager(asio::any_io_executor executor, Options options)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(executor))) {}

PipelineManager::~PipelineManager() {
    constexpr std::chrono::milliseconds longest{2500};
    const auto going = impl_->registry->close();
    for (const auto& control : going) control->abandon();
    impl_->engine->kill_all(longest);
}

Pipeline PipelineManager::create_pipeline(const std::filesystem::path& config_path) {
    try {
        Pipeline pipeline = config::require(config::load_file(config_path));
        impl_->registry->put(pipeline);
        return pipeline;
    } catch (const Error& failure) {
        impl_->logger.error(failure.what());
        throw;
    }
}

Pipeline PipelineManager::create_pipeline(Pipeline definition) {
    require_valid(impl_->logger, definition);
    impl_->registry->put(definition);
    return definition;
}

namespace {

Pipeline find_or_raise(const Logger& logger, const RunRegistry& registry, std::string_view name) {
    auto found = registry.definition(name);
    if (!found) logger.raise(Error(Errc::unknown_pipeline, "Pipeline '" + std::string(name) + "' not found"));
    return std::move(*found);
}

}  // namespace

Pipeline PipelineManager::run_pipeline(std::string_view name, RunOptions options) {
    auto definition = find_or_raise(impl_->logger, *impl_->registry, name);
    auto prepared = prepare(impl_->logger, impl_->engine, impl_->registry, impl_->memory_if_used(), std::move(definition), std::move(options));
    return run_to_completion(run_prepared(std::move(prepared), std::nullopt));
}

asio::awaitable<Pipeline> PipelineManager::run_pipeline_async(std::string name, RunOptions options) {
    auto definition = find_or_raise(impl_->logger, *impl_->registry, name);
    auto prepared = prepare(impl_->logger, impl_->engine, impl_->registry, impl_->memory_if_used(), std::move(definition), std::move(options));
    return run_prepared(std::move(prepared), impl_->executor);
}

Pipeline PipelineManager::run_pipeline(Pipeline definition, RunOptions options) {
    require_valid(impl_->logger, definition);
    auto prepared = prepare(impl_->logger, impl_->engine, impl_->registry, impl_->memory_if_used(), std::move(definition), std::move(options));
    return run_to_completion(run_prepared(std::move(prepared), std::nullopt));
}

asio::awaitable<Pipeline> PipelineManager::run_pipeline_async(Pipeline definition, RunOptions options) {
    require_valid(impl_->logger, definition);
    auto prepared = prepare(impl_->logger, impl_->engine, impl_->registry, impl_->memory_if_used(), std::move(definition), std::move(options));
    return run_prepared(std::move(prepared), impl_->executor);
}

std::pair<bool, std::vector<std::string>> PipelineManager::validate_pipeline_config(const boost::json::value& config) const {
    const auto result = config::load_value(config);
    std::vector<std::string> messages;
    for (const Diagnostic& diagnostic : result.diagnostics) messages.push_back(diagnostic.message);
    return {result.ok(), std::move(messages)};
}

std::vector<std::string> PipelineManager::validate_stage_dependencies(const std::vector<PipelineStage>& stages) const {
    std::vector<std::string> messages;
    const graph::StageGraph graph(stages);
    for (const auto& finding : graph.findings()) messages.push_back(finding.text());
    return messages;
}

std::string PipelineManager::generate_pipeline_visualization(const Pipeline& pipeline) const {
    return render::to_mermaid(pipeline);
}

namespace {

Pipeline pipeline_of(const Logger& logger, std::vector<PipelineStage> stages) {
    Pipeline pipeline;
    pipeline.name = "parallel-execution";
    pipeline.stages = std::move(stages);
    if (!pipeline.stages.empty()) require_valid(logger, pipeline);
    return pipeline;
}

}  // namespace

ParallelExecution PipelineManager::parallel_pipeline_execution(std::vector<PipelineStage> stages) {
    auto pipeline = pipeline_of(impl_->logger, std::move(stages));
    auto prepared = prepare(impl_->logger, impl_->engine, impl_->registry, impl_->memory_if_used(), std::move(pipeline), RunOptions());
    return run_to_completion(execute_stages(std::move(prepared), std::nullopt));
}

asio::awaitable<ParallelExecution> PipelineManager::parallel_pipeline_execution_async(std::vector<PipelineStage> stages) {
    auto pipeline = pipeline_of(impl_->logger, std::move(stages));
    auto prepared = prepare(impl_->logger, impl_->engine, impl_->registry, impl_->memory_if_used(), std::move(pipeline), RunOptions());
    return execute_stages(std::move(prepared), impl_->executor);
}

ScheduleAnalysis PipelineManager::optimize_pipeline_schedule(const Pipeline& pipeline) const {
    if (!pipeline.stages.empty()) require_valid(impl_->logger, pipeline);
    return analyse_schedule(pipeline, impl_->engine->past_durations(), impl_->engine->max_workers());
}

bool PipelineManager::conditional_stage_execution(const PipelineStage& stage, const boost::json::object& conditions) const {
    auto parsed = Expression::parse(stage.conditions.custom);
    if (const auto* bad = std::get_if<ExpressionError>(&parsed)) {
        impl_->logger.raise(Error(Errc::invalid_config, "stage '" + stage.name + "': " + bad->message));
    }
    constexpr std::string_view environment_prefix = "env_";
    Variables environment;
    ExpressionScope scope;
    for (const auto& [key, value] : conditions) {
        const std::string_view name(key.data(), key.size());
        if (name == "branch") {
            scope.branch = as_text(value);
        } else if (name == "has_previous_failures") {
            scope.any_failed = value.is_bool() ? value.get_bool() : as_text(value) == "true";
        } else if (name.starts_with(environment_prefix)) {
            environment.insert_or_assign(std::string(name.substr(environment_prefix.size())), as_text(value));
        } else {
            impl_->logger.raise(Error(Errc::invalid_argument, "unknown condition '" + std::string(name) +
                                                                  "': branch, env_NAME and has_previous_failures are known"));
        }
    }
    scope.upstream_ok = !scope.any_failed;
    scope.environment = &environment;
    scope.variables = &environment;
    return check_conditions(stage.conditions, std::get<Expression>(parsed), scope).holds;
}

bool PipelineManager::cancel_pipeline(std::string_view name, std::string why) { return impl_->registry->cancel(name, why); }

bool PipelineManager::suspend_pipeline(std::string_view name) { return impl_->registry->suspend(name); }

bool PipelineManager::resume_pipeline(std::string_view name) { return impl_->registry->resume(name); }

void PipelineManager::save_pipeline_config(const Pipeline& pipeline, const std::filesystem::path& path) const {
    const auto extension = path.extension();
    if (!extension.empty() && extension != ".yaml" && extension != ".yml" && extension != ".json") {
        impl_->logger.raise(NotImplemented("saving a pipeline as '" + extension.string() + "', only as .yaml, .yml or .json"));
    }
    try {
        write_file_atomically(path, config::to_text(pipeline, config::format_of(path)));
    } catch (const Error& failure) {
        impl_->logger.error(failure.what());
        throw;
    }
}

std::optional<PipelineStatus> PipelineManager::get_pipeline_status(std::string_view name) const {
    return impl_->registry->status(name);
}

std::vector<std::string> PipelineManager::list_pipelines() const { return impl_->registry->names(); }

asio::any_io_executor PipelineManager::executor() const { return impl_->executor.value_or(asio::any_io_executor()); }

ContainmentReport PipelineManager::containment() const { return impl_->engine->containment(); }

std::shared_ptr<store::Store> PipelineManager::store() const { return impl_->memory->open(); }

asio::awaitable<void> PipelineManager::shutdown() {
    for (const auto& control : impl_->registry->close()) control->cancel("shutdown", RunControl::Again::changes_nothing);
    return wait_until_idle(impl_->registry);
}

Pipeline create_pipeline(const std::filesystem::path& config_path) { return config::require(config::load_file(config_path)); }

Pipeline run_pipeline(const std::filesystem::path& config_path, RunOptions options) {
    PipelineManager manager;
    const Pipeline pipeline = manager.create_pipeline(config_path);
    return manager.run_pipeline(pipeline.name, std::move(options));
}

}  // namespace kahn
