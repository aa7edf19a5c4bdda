#pragma once

#include "fake_github/fake_github.hpp"
#include "remote/https_transport.hpp"
#include "remote/scripted_transport.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace kahn::test {

/// Tells the clock when a request is on its way: time stands still meanwhile.
class CountingTransport final : public remote::Transport {
public:
    CountingTransport(std::shared_ptr<remote::Transport> inner, std::shared_ptr<VirtualClock> clock)
        : inner_(std::move(inner)), clock_(std::move(clock)) {}

    boost::asio::awaitable<remote::ExchangeOutcome> exchange(remote::HttpRequest request, remote::ExchangeOptions options) override {
        return count(inner_, clock_, std::move(request), std::move(options));
    }
    void close_idle() noexcept override { inner_->close_idle(); }

private:
    struct Going {
        explicit Going(VirtualClock& clock_) : clock(clock_) { clock.begin(); }
        ~Going() { clock.end(); }
        Going(const Going&) = delete;
        Going& operator=(const Going&) = delete;
        VirtualClock& clock;
    };

    static boost::asio::awaitable<remote::ExchangeOutcome> count(std::shared_ptr<remote::Transport> inner, std::shared_ptr<VirtualClock> clock,
                                                                 remote::HttpRequest request, remote::ExchangeOptions options) {
        const Going going(*clock);
        co_return co_await inner->exchange(std::move(request), std::move(options));
    }

    std::shared_ptr<remote::Transport> inner_;
    std::shared_ptr<VirtualClock> clock_;
};

/// A client and a server that speak TLS over the loopback, in a time of their own.
struct ServerFixture {
    explicit ServerFixture(bool has_proxy = false) : server(server_options(clock, has_proxy)) {
        options.base_url = server.base_url();
        options.api_token = remote::Secret("test-token");
        options.logger = token_watch.logger();
        options.environment = [](std::string_view) { return std::optional<std::string>(); };
        options.clock = clock;
        options.random_seed = 1;
        options.operation_timeout = std::chrono::hours{1};
        options.network.ca_file = server.ca_file();
        options.network.user_agent = "kahn/test";
        for (const testing::HostPlace& place : server.hosts()) {
            options.network.overrides.emplace_back(place.host, "", place.address, std::to_string(place.port));
        }
    }

    remote::Client& client() {
        if (!client_) {
            options.transport = std::make_shared<CountingTransport>(remote::make_https_transport(options.network, lookup), clock);
            client_.emplace(context.get_executor(), options);
        }
        return *client_;
    }

    template <class T>
    T get(boost::asio::awaitable<T> operation) {
        std::optional<T> result;
        boost::asio::co_spawn(context, std::move(operation), [&](std::exception_ptr thrown, T value) {
            if (!thrown) result = std::move(value);
        });
        if (!clock->run(context, [&] { return result.has_value(); })) throw std::runtime_error("the operation hangs");
        token_watch.check(*result);
        return std::move(*result);
    }

    remote::Result<remote::WorkflowRun> run() { return get(client().run(repository, run_id)); }
    remote::ErrorKind kind() {
        const auto result = run();
        return result ? remote::ErrorKind{} : result.failure().kind;
    }

    static testing::FakeOptions server_options(const std::shared_ptr<VirtualClock>& clock, bool has_proxy) {
        testing::FakeOptions out;
        out.clock = clock;
        out.has_proxy = has_proxy;
        return out;
    }

    const TokenWatch token_watch{"test-token"};
    std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>();
    testing::FakeGitHub server;
    boost::asio::io_context context;
    remote::RemoteOptions options;
    remote::Lookup lookup = remote::system_lookup;
    const remote::Repository repository{"acme", "rocket"};
    std::int64_t run_id = server.start_run("acme", "rocket", testing::RunPlan());

private:
    std::optional<remote::Client> client_;
};

}  // namespace kahn::test
