#pragma once

#include <kahn/engine/executor.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kahn::test {

/// An executor without processes: what each job does is written down before, by `stage.job`. For one thread.
///
/// A job that is not mentioned succeeds at once.
class ScriptedExecutor final : public Executor {
public:
    /// The codes that a job's attempts exit with, one after another; the last one again and again.
    void exits(const std::string& job, std::vector<int> codes) { codes_[job] = std::move(codes); }
    /// The job goes on until release() or a cancellation.
    void blocks(const std::string& job) { blocked_[job] = nullptr; }
    /// It needs this many cancellations to end.
    void resists(const std::string& job, int cancellations) {
        blocks(job);
        resistance_[job] = cancellations;
    }
    void release(const std::string& job) {
        released_.push_back(job);
        if (auto& timer = blocked_.at(job)) timer->cancel();
    }
    void throws(const std::string& job) { throwing_.push_back(job); }

    bool is_running(const std::string& job) const { return std::find(running_.begin(), running_.end(), job) != running_.end(); }
    const std::vector<std::string>& started() const noexcept { return started_; }
    const std::vector<AttemptRequest>& requests() const noexcept { return requests_; }
    int cancellations(const std::string& job) const {
        const auto found = cancellations_.find(job);
        return found == cancellations_.end() ? 0 : found->second;
    }

    boost::asio::awaitable<AttemptOutcome> run(AttemptRequest request, std::shared_ptr<AttemptListener> listener) override {
        return play(this, std::move(request), std::move(listener));
    }
    void kill_all(std::chrono::milliseconds) noexcept override {}

private:
    static boost::asio::awaitable<AttemptOutcome> play(ScriptedExecutor* self, AttemptRequest request,
                                                       std::shared_ptr<AttemptListener> listener) {
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        const std::string name = request.stage + "." + request.job.name;
        self->started_.push_back(name);
        self->requests_.push_back(request);
        if (self->contains(self->throwing_, name)) throw std::runtime_error("the executor broke at " + name);
        listener->on_output(OutputStream::stdout_stream, 0, "from " + name + "\n");

        AttemptOutcome outcome;
        outcome.output = "from " + name + "\n";
        outcome.exit_code = self->next_code(name);
        if (!self->blocked_.contains(name)) co_return outcome;

        self->running_.push_back(name);
        const auto executor = co_await boost::asio::this_coro::executor;
        while (!self->contains(self->released_, name)) {
            const auto timer = std::make_shared<boost::asio::steady_timer>(executor, SteadyTime::max());
            self->blocked_[name] = timer;
            try {
                co_await timer->async_wait(boost::asio::use_awaitable);
            } catch (const boost::system::system_error&) {
                // Cancelled or released: looked at below.
            }
            const auto state = co_await boost::asio::this_coro::cancellation_state;
            if (state.cancelled() == boost::asio::cancellation_type::none) continue;
            co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_terminal_cancellation());
            if (++self->cancellations_[name] < self->resistance_[name]) continue;
            outcome.end = AttemptEnd::stopped;
            outcome.exit_code.reset();
            break;
        }
        self->running_.erase(std::find(self->running_.begin(), self->running_.end(), name));
        co_return outcome;
    }

    static bool contains(const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    }
    int next_code(const std::string& name) {
        auto& codes = codes_[name];
        if (codes.empty()) return 0;
        const int code = codes.front();
        if (codes.size() > 1) codes.erase(codes.begin());
        return code;
    }

    std::map<std::string, std::vector<int>> codes_;
    std::map<std::string, std::shared_ptr<boost::asio::steady_timer>> blocked_;
    std::map<std::string, int> resistance_;
    std::map<std::string, int> cancellations_;
    std::vector<std::string> released_;
    std::vector<std::string> throwing_;
    std::vector<std::string> running_;
    std::vector<std::string> started_;
    std::vector<AttemptRequest> requests_;
};

}  // namespace kahn::test
