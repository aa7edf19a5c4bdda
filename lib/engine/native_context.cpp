#include "engine/native_context.hpp"

#include "engine/job_outputs.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>

namespace kahn {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_waiting_bytes = std::size_t{1} << 20U;

/// By way of the strand and back to the coroutine's own executor; at once if there is no way any more.
asio::awaitable<void> pass_the_strand(std::shared_ptr<JobContext::State> state) {
    const auto initiate = [](auto handler, const std::shared_ptr<JobContext::State>& shared) {
        using Handler = std::decay_t<decltype(handler)>;
        auto executor = asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        const auto kept = std::make_shared<Handler>(std::move(handler));
        const auto resume = [executor, kept] { asio::post(executor, std::move(*kept)); };
        if (!shared->post(resume)) resume();
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable, std::move(state));
}

}  // namespace

JobContext::State::State(asio::any_io_executor strand, AttemptRequest request, std::unique_ptr<process::OutputSink> sink)
    : strand_(std::move(strand)), request_(std::move(request)), sink_(std::move(sink)) {}

bool JobContext::State::is_on_strand() const noexcept {
    const auto* strand = strand_.target<asio::strand<asio::any_io_executor>>();
    return strand && strand->running_in_this_thread();
}

void JobContext::State::write(OutputStream stream, std::string_view bytes) {
    if (bytes.empty()) return;
    std::unique_lock lock(mutex_);
    if (is_closed_) return;
    if (waiting_bytes_ == 0 && is_on_strand()) {
        lock.unlock();  // nobody else closes it, and the listener may come back here
        return sink_->take(stream, bytes);
    }
    if (bytes.size() > most_waiting_bytes - waiting_bytes_) {
        lost_bytes_ += bytes.size();
        return;
    }
    waiting_bytes_ += bytes.size();
    asio::post(strand_, [self = shared_from_this(), stream, text = std::string(bytes)] {
        {
            const std::scoped_lock inner(self->mutex_);
            self->waiting_bytes_ -= text.size();
            if (self->is_closed_) return;
        }
        self->sink_->take(stream, text);
    });
}

void JobContext::State::set_output(std::string name, std::string value) {
    require_output(name, value);
    const std::scoped_lock lock(mutex_);
    outputs_.insert_or_assign(std::move(name), std::move(value));
}

Variables JobContext::State::outputs() const {
    const std::scoped_lock lock(mutex_);
    return outputs_;
}

void JobContext::State::finish(AttemptOutcome& outcome) {
    close();
    sink_->finish(outcome);
    const std::scoped_lock lock(mutex_);
    if (lost_bytes_ == 0) return;
    outcome.log_truncated = true;
    outcome.warnings.push_back(std::to_string(lost_bytes_) + " bytes were printed faster than the run could take them, and are lost");
}

void JobContext::State::close() noexcept {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
}

const std::string& JobContext::run_id() const noexcept { return state_->request().run_id; }
const std::string& JobContext::pipeline() const noexcept { return state_->request().pipeline; }
const std::string& JobContext::stage() const noexcept { return state_->request().stage; }
const std::string& JobContext::job() const noexcept { return state_->request().job.name; }
int JobContext::attempt() const noexcept { return state_->request().attempt; }
const std::filesystem::path& JobContext::working_directory() const noexcept { return state_->request().working_directory; }
const Variables& JobContext::variables() const noexcept { return state_->request().environment; }

std::optional<std::string> JobContext::variable(std::string_view name) const {
    const AttemptRequest& request = state_->request();
    if (const auto found = request.environment.find(name); found != request.environment.end()) return found->second;
    if (!request.host_environment) return std::nullopt;
    if (const auto found = request.host_environment->find(name); found != request.host_environment->end()) return found->second;
    return std::nullopt;
}

void JobContext::log(std::string_view line) const { write(OutputStream::stdout_stream, std::string(line) + '\n'); }
void JobContext::log_error(std::string_view line) const { write(OutputStream::stderr_stream, std::string(line) + '\n'); }
void JobContext::write(OutputStream stream, std::string_view bytes) const { state_->write(stream, bytes); }
asio::awaitable<void> JobContext::flush() const { return pass_the_strand(state_); }
void JobContext::set_output(std::string name, std::string value) const { state_->set_output(std::move(name), std::move(value)); }
std::stop_token JobContext::stop_token() const noexcept { return state_->stop().get_token(); }

}  // namespace kahn
