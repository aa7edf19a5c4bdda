#pragma once

#include <kahn/base/log.hpp>
#include <kahn/remote/client.hpp>
#include <kahn/remote/transport.hpp>

#include "remote/timestamps.hpp"
#include "support/virtual_clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kahn::test {

/// A network that answers by a function. For one thread.
class ScriptedTransport final : public remote::Transport {
public:
    struct Seen {
        remote::HttpRequest request;
        remote::ExchangeOptions options;
        std::chrono::nanoseconds at;
    };
    /// Nothing: it never answers.
    using Handler = std::function<std::optional<remote::ExchangeOutcome>(const remote::HttpRequest&)>;

    explicit ScriptedTransport(std::shared_ptr<VirtualClock> clock) : clock_(std::move(clock)) {}

    Handler handler;
    std::vector<Seen> seen;

    std::size_t count(const std::string& method, const std::string& part = "") const {
        std::size_t number = 0;
        for (const Seen& one : seen) number += one.request.method == method && one.request.url.find(part) != std::string::npos ? 1U : 0U;
        return number;
    }

    boost::asio::awaitable<remote::ExchangeOutcome> exchange(remote::HttpRequest request, remote::ExchangeOptions options) override {
        return play(this, std::move(request), std::move(options));
    }

private:
    static boost::asio::awaitable<remote::ExchangeOutcome> play(ScriptedTransport* self, remote::HttpRequest request,
                                                                remote::ExchangeOptions options) {
        self->seen.push_back(Seen{request, options, self->clock_->passed()});
        auto outcome = self->handler(request);
        if (outcome) co_return std::move(*outcome);
        remote::ExchangeOutcome silent;
        silent.failure = remote::RemoteFailure(remote::ErrorKind::timeout, "the time was up");
        silent.failure.may_have_arrived = true;
        const auto clock = self->clock_;
        try {
            co_await clock->sleep_until(clock->now() + options.timeout);
        } catch (const boost::system::system_error&) {
            silent.failure.kind = remote::ErrorKind::cancelled;
        }
        co_return silent;
    }

    std::shared_ptr<VirtualClock> clock_;
};

inline remote::ExchangeOutcome answer(unsigned status, std::string body = "", std::vector<remote::Headers::Field> headers = {}) {
    remote::ExchangeOutcome outcome;
    outcome.response.emplace();
    outcome.response->status = status;
    outcome.response->body = std::move(body);
    for (auto& [name, value] : headers) outcome.response->headers.add(name, value);
    return outcome;
}

inline remote::ExchangeOutcome broken(remote::ErrorKind kind, bool may_have_arrived = true, unsigned status_seen = 0) {
    remote::ExchangeOutcome outcome;
    outcome.failure = remote::RemoteFailure(kind, "it broke");
    outcome.failure.may_have_arrived = may_have_arrived;
    outcome.status_seen = status_seen;
    return outcome;
}

inline std::string run_json(std::int64_t id, const std::string& status, const std::string& conclusion = "", int attempt = 1,
                            const std::string& created = "2024-10-04T00:00:00Z", const std::string& branch = "main") {
    const auto quoted = [](const std::string& text) { return text.empty() ? std::string("null") : "\"" + text + "\""; };
    return "{\"id\":" + std::to_string(id) + ",\"name\":\"CI\",\"head_branch\":\"" + branch + "\",\"head_sha\":\"abc\",\"event\":\"workflow_dispatch\",\"status\":" +
           quoted(status) + ",\"conclusion\":" + quoted(conclusion) + ",\"workflow_id\":7,\"run_number\":1,\"run_attempt\":" + std::to_string(attempt) +
           ",\"html_url\":\"https://gh/r\",\"created_at\":\"" + created + "\",\"updated_at\":\"2024-10-04T00:00:00Z\",\"display_title\":\"t\"}";
}

inline std::string list_json(const std::vector<std::string>& runs) {
    std::string out = "{\"total_count\":" + std::to_string(runs.size()) + ",\"workflow_runs\":[";
    for (std::size_t i = 0; i < runs.size(); ++i) out += (i > 0 ? "," : "") + runs[i];
    return out + "]}";
}

/// Watches that a token shows up in no failure and no line of the log, whatever a test does.
class TokenWatch {
public:
    explicit TokenWatch(std::string token) : token_(std::move(token)) {}
    ~TokenWatch() { BOOST_TEST(*leaks_ == 0, "the token was logged"); }
    TokenWatch(const TokenWatch&) = delete;
    TokenWatch& operator=(const TokenWatch&) = delete;

    /// Counts, on any thread.
    Logger logger() const {
        return Logger([leaks = leaks_, token = token_](LogLevel, std::string_view line) { *leaks += line.find(token) == std::string_view::npos ? 0 : 1; },
                      LogLevel::debug);
    }
    template <class T>
    void check(const T& result) const {
        if constexpr (requires { result.failure().text; }) {
            const remote::RemoteFailure& failure = result.failure();
            for (const std::string* const text : {&failure.text, &failure.hint, &failure.github_message, &failure.request_id}) {
                BOOST_TEST(text->find(token_) == std::string::npos, *text);
            }
        }
    }

private:
    std::string token_;
    std::shared_ptr<std::atomic<int>> leaks_ = std::make_shared<std::atomic<int>>(0);
};

/// A client over a scripted network, with time that costs nothing.
struct RemoteFixture {
    RemoteFixture() {
        options.base_url = "https://api.gh.test";
        options.api_token = remote::Secret("s3cret-token");
        options.logger = token_watch.logger();
        options.environment = [](std::string_view) { return std::optional<std::string>(); };
        options.clock = clock;
        options.transport = transport;
        options.random_seed = 1;
        options.operation_timeout = std::chrono::hours{1};
    }

    remote::Client& client() {
        if (!client_) client_.emplace(context.get_executor(), options);
        return *client_;
    }

    /// Runs one operation to its end.
    template <class T>
    T get(boost::asio::awaitable<T> operation) {
        std::optional<T> result;
        std::exception_ptr failure;
        boost::asio::co_spawn(context, std::move(operation), [&](std::exception_ptr thrown, T value) {
            failure = thrown;
            result = std::move(value);
        });
        if (!clock->run(context, [&] { return result.has_value(); })) throw std::runtime_error("the operation hangs");
        if (failure) std::rethrow_exception(failure);
        token_watch.check(*result);
        return std::move(*result);
    }

    std::chrono::seconds passed() const { return std::chrono::duration_cast<std::chrono::seconds>(clock->passed()); }

    const TokenWatch token_watch{"s3cret-token"};
    boost::asio::io_context context;
    std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>();
    std::shared_ptr<ScriptedTransport> transport = std::make_shared<ScriptedTransport>(clock);
    remote::RemoteOptions options;
    const remote::Repository repository{"acme", "rocket"};

private:
    std::optional<remote::Client> client_;
};

}  // namespace kahn::test
