#pragma once

#include <kahn/model/attempt.hpp>
#include <kahn/model/pipeline.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>

namespace kahn {

/// What a native job knows of its attempt, and how it speaks. A handle: copies are the same attempt.
///
/// \par Thread safety
/// Every member may be called from any thread.
/// \par Object lifetimes
/// May be kept longer than the attempt: what is written then is lost.
class JobContext {
public:
    class State;
    explicit JobContext(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

    const std::string& run_id() const noexcept;
    const std::string& pipeline() const noexcept;
    const std::string& stage() const noexcept;
    const std::string& job() const noexcept;
    int attempt() const noexcept;  ///< from 1
    const std::filesystem::path& working_directory() const noexcept;  ///< absolute; nobody has changed to it

    /// What a command would find in its environment beyond kahn's own: variables, outputs of the jobs it depends on, the
    /// stage's and the job's environment, `KAHN_JOB` and the like.
    const Variables& variables() const noexcept;
    /// One of them, or else of the environment that kahn has.
    std::optional<std::string> variable(std::string_view name) const;

    /// A line on the job's standard output or error: into its log, its tail and its run's events, as if a command had printed it.
    void log(std::string_view line) const;
    void log_error(std::string_view line) const;
    /// The same for bytes as they are. Written elsewhere than on the run's strand they wait for it; of more than 1 MiB that wait
    /// the rest is lost, and the job says so. flush() prevents that.
    void write(OutputStream stream, std::string_view bytes) const;
    /// Returns when all that was written is where it belongs.
    boost::asio::awaitable<void> flush() const;

    /// A value for the jobs that depend on this one, if it succeeds; the last one of a name counts.
    /// \throws Error (invalid_argument) for what is no variable's name, or begins with `KAHN_`
    void set_output(std::string name, std::string value) const;

    /// Whether the attempt is to end: it timed out, was cancelled, or its manager is being destroyed. The coroutine is cancelled as
    /// well; this is for what computes or waits without awaiting. Callbacks run on the thread that ends it and must not throw.
    std::stop_token stop_token() const noexcept;
    bool is_cancelled() const noexcept { return stop_token().stop_requested(); }

private:
    std::shared_ptr<State> state_;
};

/// How a coroutine runs in place of commands.
struct NativeOptions {
    NativeOptions() = default;

    /// Tells versions of the work apart. Without one, a rerun never reuses what the job did, nor what any job after it did.
    std::string version;
    /// Where it runs, on a strand of its own, with a context that outlives the run; nothing: on the run's strand, where work that
    /// does not await delays the whole run.
    boost::asio::any_io_executor executor;
};
static_assert(!std::is_aggregate_v<NativeOptions>);

/// Work of a job that is a C++ coroutine. What it returns is the attempt's exit code, what it throws its failure.
///
/// The body may be a lambda with captures that is itself a coroutine: it is kept until the coroutine has ended. It takes its context
/// by value.
/// \code
/// asio::awaitable<int> count(kahn::JobContext job) {
///     job.log("counting in " + job.working_directory().string());
///     job.set_output("COUNT", "3");
///     co_return 0;
/// }
/// \endcode
/// \par Cancellation
/// Of a timeout, a cancelled run, a shutdown: the coroutine is cancelled (`terminal`, its next `co_await` throws unless it says
/// otherwise) and JobContext::stop_token() is set, whatever it comes to is then the end of a stopped attempt. It has
/// ProcessOptions::grace to end, 2 s if asked at once. One that has not ended by then is given up: the job ends as `unkillable`, the
/// run goes on, and so does the coroutine, undisturbed, but what it writes is lost. It ends with its work or with its context.
/// Work that blocks the run's own strand cannot be given up.
class NativeWork {
public:
    using Body = std::function<boost::asio::awaitable<int>(JobContext)>;

    /// \throws Error (invalid_argument) without a body
    explicit NativeWork(Body body, NativeOptions options = NativeOptions());

    const Body& body() const noexcept { return body_; }
    const NativeOptions& options() const noexcept { return options_; }

private:
    Body body_;
    NativeOptions options_;
};

/// A job without commands. No pipeline file can say it: it cannot be saved to one.
PipelineJob native_job(std::string name, NativeWork::Body body, NativeOptions options = NativeOptions());

}  // namespace kahn
