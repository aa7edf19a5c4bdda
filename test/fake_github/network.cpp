#include "fake_github/network.hpp"

#include "fake_github/site.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>
#include <thread>
#include <utility>

namespace kahn::testing {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

void note_failure(Site& site, const std::exception_ptr& failure) {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        site.recorder.add_breach(std::string("the fake server failed: ") + error.what());
    }
}

namespace {

/// One listening socket.
struct Door {
    Door(asio::io_context& context, Listener listener_, std::uint16_t port)
        : listener(listener_), acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), port)) {}

    Listener listener;
    tcp::acceptor acceptor;
    Greeting greeting = Greeting::honest;
    std::shared_ptr<TlsContexts> contexts;
};

asio::awaitable<void> accept_all(Door* door, Site* site) {
    while (!site->is_stopping) {
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        tcp::socket socket(door->acceptor.get_executor());
        co_await door->acceptor.async_accept(socket, token);
        if (error || site->is_stopping) continue;
        if (door->listener == Listener::proxy) {
            serve_proxy(*site, std::move(socket));
        } else {
            serve_tls(*site, door->listener, std::move(socket), door->greeting, door->contexts);
        }
    }
}

}  // namespace

class Network::Impl {
public:
    Impl(NetworkOptions options, Answerer& answerer, Recorder& recorder, const CertificateAuthority& authority)
        : site_(answerer, recorder), guard_(context_.get_executor()) {
        for (const auto& [listener, port] : options.ports) {
            auto& door = doors_.try_emplace(listener, context_, listener, port).first->second;
            ports_[listener] = door.acceptor.local_endpoint().port();
            const auto& hosts = options.hosts[listener];
            door.contexts = make_tls_contexts(authority, hosts);
            for (const auto& host : hosts) {
                const bool is_shared = host == "127.0.0.1" || host == "localhost";  // then the port tells which is meant
                site_.ports[is_shared ? host + ":" + std::to_string(ports_[listener]) : host] = ports_[listener];
            }
        }
        for (auto& [listener, door] : doors_) {
            auto accepting = accept_all(&door, &site_);
            asio::co_spawn(context_, std::move(accepting), [this](std::exception_ptr failure) { note_failure(site_, failure); });
        }
        thread_ = std::thread([this] { context_.run(); });
    }
    ~Impl() {
        asio::post(context_, [this] { stop(); });
        guard_.reset();
        thread_.join();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    std::uint16_t port(Listener listener) const {
        const auto place = ports_.find(listener);
        return place == ports_.end() ? std::uint16_t{0} : place->second;
    }
    /// Runs it on the network's thread, and returns when that has been done.
    template <class Change>
    void change(Change change) {
        std::promise<void> done;
        asio::post(context_, [&] {
            change(*this);
            done.set_value();
        });
        done.get_future().wait();
    }

    Site& site() noexcept { return site_; }
    Door& door(Listener listener) { return doors_.at(listener); }

private:
    void stop() {
        site_.is_stopping = true;
        error_code ignored;
        for (auto& [listener, door] : doors_) door.acceptor.close(ignored);
        const auto open = site_.open;  // closing may end coroutines, which change the original
        for (const auto& [number, connection] : open) {
            if (const auto held = connection.lock()) held->close();
        }
    }

    asio::io_context context_{1};
    Site site_;
    std::map<Listener, Door> doors_;
    std::map<Listener, std::uint16_t> ports_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
    std::thread thread_;
};

Network::Network(NetworkOptions options, Answerer& answerer, Recorder& recorder, const CertificateAuthority& authority)
    : impl_(std::make_unique<Impl>(std::move(options), answerer, recorder, authority)) {}

Network::~Network() = default;

std::uint16_t Network::port(Listener listener) const { return impl_->port(listener); }

void Network::greet(Listener listener, Greeting greeting) {
    impl_->change([listener, greeting](Impl& impl) { impl.door(listener).greeting = greeting; });
}

void Network::set_proxy(ProxyRules rules) {
    impl_->change([rules = std::move(rules)](Impl& impl) { impl.site().proxy = rules; });
}

void Network::close_idle() {
    impl_->change([](Impl& impl) {
        const auto open = impl.site().open;
        for (const auto& [number, connection] : open) {
            if (const auto held = connection.lock()) held->close_if_idle();
        }
    });
}

}  // namespace kahn::testing
