#include "remote/lookup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace kahn::remote {

namespace asio = boost::asio;

namespace {

/// What the thread and the one who waits share. Whoever of them is left last frees it.
struct Shared {
    std::mutex mutex;
    bool is_abandoned = false;          // guarded: nobody waits, and the executor may be gone
    asio::any_io_executor executor;     // emptied with it
    asio::steady_timer* waiter = nullptr;  // used on the executor only
    LookupAnswer answer;
    bool is_answered = false;  // used on the executor only
};

/// However the wait ends, even by the destruction of its context: nothing is posted any more.
class Abandon {
public:
    explicit Abandon(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    ~Abandon() {
        const std::lock_guard lock(shared_->mutex);
        shared_->is_abandoned = true;
        shared_->waiter = nullptr;
        shared_->executor = {};
    }
    Abandon(const Abandon&) = delete;
    Abandon& operator=(const Abandon&) = delete;

private:
    std::shared_ptr<Shared> shared_;
};

void run_lookup(const std::shared_ptr<Shared>& shared, const Lookup& lookup, const std::string& host) {
    LookupAnswer answer;
    try {
        answer = lookup(host);
    } catch (const std::exception& failure) {
        answer.error = failure.what();
    }
    const std::lock_guard lock(shared->mutex);
    if (shared->is_abandoned) return;
    asio::post(shared->executor, [shared, answer = std::move(answer)]() mutable {
        shared->answer = std::move(answer);
        shared->is_answered = true;
        if (shared->waiter) shared->waiter->cancel();
    });
}

}  // namespace

LookupAnswer system_lookup(const std::string& host) {
    LookupAnswer answer;
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (status != 0) {
        answer.error = ::gai_strerror(status);
        return answer;
    }
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        const auto size = static_cast<socklen_t>(text.size());
        if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), size, nullptr, 0, NI_NUMERICHOST) == 0) {
            answer.addresses.emplace_back(text.data());
        }
    }
    ::freeaddrinfo(list);
    if (answer.addresses.empty()) answer.error = "no address";
    return answer;
}

asio::awaitable<Result<std::vector<std::string>>> look_up(Lookup lookup, std::string host, SteadyTime deadline) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer waiter(executor, deadline);
    const auto shared = std::make_shared<Shared>();
    shared->executor = executor;
    shared->waiter = &waiter;
    const Abandon abandon(shared);
    RemoteFailure failure(ErrorKind::resolve, "");
    try {
        std::thread([shared, lookup = std::move(lookup), host] { run_lookup(shared, lookup, host); }).detach();
    } catch (const std::system_error& error) {
        failure.text = "'" + host + "' cannot be looked up: " + error.what();
        co_return failure;
    }
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await waiter.async_wait(token);
    if (!shared->is_answered) {
        failure.kind = error ? ErrorKind::cancelled : ErrorKind::resolve;
        failure.text = error ? "the look-up of '" + host + "' was cancelled" : "the look-up of '" + host + "' did not end in time";
        co_return failure;
    }
    if (shared->answer.addresses.empty()) {
        failure.text = "'" + host + "' cannot be resolved: " + shared->answer.error;
        co_return failure;
    }
    co_return shared->answer.addresses;
}

}  // namespace kahn::remote
