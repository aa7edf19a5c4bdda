#include <kahn/remote/client.hpp>

#include <kahn/base/error.hpp>

#include "base/files.hpp"
#include "remote/api_request.hpp"
#include "remote/https_transport.hpp"
#include "remote/operation.hpp"
#include "remote/operations.hpp"
#include "remote/watch_hub.hpp"
#include "remote/zip_archive.hpp"

#include <boost/asio/strand.hpp>

#include <utility>

namespace kahn::remote {

namespace asio = boost::asio;

struct Client::Impl {
    Impl(const asio::any_io_executor& executor, std::shared_ptr<const Settings> settings, std::shared_ptr<Origin> origin)
        : strand(asio::make_strand(executor)),
          session(std::make_shared<Session>(settings, std::move(origin),
                                            settings->options.transport ? settings->options.transport
                                                                        : make_https_transport(settings->options.network))) {}

    asio::any_io_executor strand;
    SessionPtr session;
};

namespace {

std::shared_ptr<const Settings> checked(RemoteOptions options) {
    const Logger logger = options.logger;
    auto settings = resolve_settings(std::move(options));
    if (const auto* const failure = std::get_if<RemoteFailure>(&settings)) {
        logger.raise(Error(Errc::invalid_argument, failure->text + (failure->hint.empty() ? "" : "; " + failure->hint)));
    }
    return std::make_shared<const Settings>(std::get<Settings>(std::move(settings)));
}

std::shared_ptr<Origin> make_origin(const Settings& settings) {
    auto origin = std::make_shared<Origin>();
    origin->places = RequestPlaces(settings.options.most_at_once);
    origin->api_version = settings.options.api_version;
    // An enterprise server that is not asked first is taken to be an old one.
    if (origin->api_version.empty()) {
        origin->api_version = settings.kind == ServerKind::cloud ? newest_api_version : oldest_api_version;
    }
    return origin;
}

asio::awaitable<Result<Download>> download_of(SessionPtr session, Repository repository, std::string rest, std::filesystem::path file,
                                              std::string digest) {
    const auto path = actions_path(repository);
    if (const auto* const failure = std::get_if<RemoteFailure>(&path)) co_return *failure;
    const std::string text = std::get<std::string>(path) + rest;
    co_return co_await download(std::move(session), text, std::move(file), std::move(digest));
}

}  // namespace

Client::Client(asio::any_io_executor executor, RemoteOptions options) {
    const auto settings = checked(std::move(options));
    impl_ = std::make_shared<Impl>(executor, settings, make_origin(*settings));
}

Client::Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Client Client::on(asio::any_io_executor executor) const {
    return Client(std::make_shared<Impl>(executor, impl_->session->settings, impl_->session->origin));
}

std::string Client::base_url() const { return impl_->session->settings->url(""); }
SteadyTime Client::now() const { return impl_->session->clock().now(); }

asio::awaitable<Result<Dispatched>> Client::dispatch(Repository repository, DispatchRequest request) {
    return run_on(impl_->strand, dispatch_workflow(impl_->session, std::move(repository), std::move(request)));
}

asio::awaitable<Result<WorkflowRun>> Client::run(Repository repository, std::int64_t run_id) {
    return run_on(impl_->strand, get_run(impl_->session, std::move(repository), run_id, 0));
}

asio::awaitable<Result<WorkflowRun>> Client::run_attempt(Repository repository, std::int64_t run_id, std::int64_t attempt) {
    return run_on(impl_->strand, get_run(impl_->session, std::move(repository), run_id, attempt));
}

asio::awaitable<Result<WorkflowRuns>> Client::runs(Repository repository, RunFilter filter) {
    return run_on(impl_->strand, list_runs(impl_->session, std::move(repository), std::move(filter)));
}

asio::awaitable<Result<Watched>> Client::watch(Repository repository, std::int64_t run_id, WatchOptions options) {
    return run_on(impl_->strand, watch_run(impl_->session, std::move(repository), run_id, options));
}

asio::awaitable<Result<CancelOutcome>> Client::cancel(Repository repository, std::int64_t run_id, SteadyTime deadline) {
    return run_on(impl_->strand, cancel_run(impl_->session, std::move(repository), run_id, "cancel", deadline));
}

asio::awaitable<Result<CancelOutcome>> Client::force_cancel(Repository repository, std::int64_t run_id) {
    return run_on(impl_->strand, cancel_run(impl_->session, std::move(repository), run_id, "force-cancel"));
}

asio::awaitable<Result<Cancelled>> Client::cancel_and_wait(Repository repository, std::int64_t run_id, CancelOptions options) {
    return run_on(impl_->strand, cancel_to_the_end(impl_->session, std::move(repository), run_id, options));
}

asio::awaitable<Result<std::int64_t>> Client::rerun(Repository repository, std::int64_t run_id, RerunKind kind, bool debug_logging) {
    return run_on(impl_->strand, rerun_run(impl_->session, std::move(repository), run_id, kind, debug_logging));
}

asio::awaitable<Result<std::vector<WorkflowJob>>> Client::jobs(Repository repository, std::int64_t run_id, JobFilter filter) {
    return run_on(impl_->strand, list_jobs(impl_->session, std::move(repository), run_id, filter));
}

asio::awaitable<Result<std::vector<Artifact>>> Client::artifacts(Repository repository, std::int64_t run_id) {
    return run_on(impl_->strand, list_artifacts(impl_->session, std::move(repository), run_id));
}

asio::awaitable<Result<std::vector<PendingDeployment>>> Client::pending_deployments(Repository repository, std::int64_t run_id) {
    return run_on(impl_->strand, list_pending_deployments(impl_->session, std::move(repository), run_id));
}

asio::awaitable<Result<std::vector<ConcurrencyPlace>>> Client::concurrency(Repository repository, std::int64_t run_id) {
    return run_on(impl_->strand, list_concurrency(impl_->session, std::move(repository), run_id));
}

asio::awaitable<Result<RateLimitReport>> Client::rate_limit() { return run_on(impl_->strand, get_rate_limit(impl_->session)); }

asio::awaitable<Result<Download>> Client::download_job_log(Repository repository, std::int64_t job_id, std::filesystem::path file) {
    return run_on(impl_->strand, download_of(impl_->session, std::move(repository), "/jobs/" + std::to_string(job_id) + "/logs",
                                             std::move(file), ""));
}

asio::awaitable<Result<Download>> Client::download_run_logs(Repository repository, std::int64_t run_id, std::filesystem::path file) {
    return run_on(impl_->strand, download_of(impl_->session, std::move(repository), "/runs/" + std::to_string(run_id) + "/logs",
                                             std::move(file), ""));
}

asio::awaitable<Result<Download>> Client::download_artifact(Repository repository, Artifact artifact, std::filesystem::path file) {
    return run_on(impl_->strand, download_of(impl_->session, std::move(repository), "/artifacts/" + std::to_string(artifact.id) + "/zip",
                                             std::move(file), artifact.digest));
}

void Client::close_idle() {
    asio::dispatch(impl_->strand, [session = impl_->session] { session->transport->close_idle(); });
}

std::vector<std::filesystem::path> unpack_zip(const std::filesystem::path& archive, const std::filesystem::path& directory) {
    constexpr std::size_t largest = 2ULL << 30;  // it is held in memory
    const std::string bytes = read_regular_file(archive, largest);
    return unpack(ZipArchive(bytes), directory);
}

}  // namespace kahn::remote
