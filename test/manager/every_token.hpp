#pragma once

#include "manager/native_pipelines.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <tuple>
#include <utility>

namespace kahn::test {

/// Starts one operation again and again, with one kind of completion token after the other.
///
/// Operations are functions of a token, `start(token)`, and complete with `void(std::exception_ptr, Result...)`.
template <class... Result>
class EveryToken {
public:
    using Check = std::function<void(const Result&...)>;

    /// \param run    runs `context` until something is true
    /// \param check  what must hold of each result
    EveryToken(boost::asio::io_context& context, std::function<bool(std::function<bool()>)> run, Check check)
        : context_(context), run_(std::move(run)), check_(std::move(check)) {}

    /// The operation ends well with each of them.
    template <class Start>
    void complete(const Start& start) {
        namespace asio = boost::asio;
        one("callback", [&] { start(Callback{this}); });
        one("use_future", [&] {
            auto future = start(asio::use_future);
            run([&] { return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
            if constexpr (sizeof...(Result) == 0) {
                future.get();
                got(nullptr);
            } else {
                got(nullptr, future.get());
            }
        });
        one("use_awaitable", [&] { asio::co_spawn(context_, start(asio::use_awaitable), Callback{this}); });
        one("as_tuple", [&] {
            auto operation = start(asio::as_tuple(asio::use_awaitable));
            asio::co_spawn(context_, std::move(operation), [this](std::exception_ptr failure, std::tuple<std::exception_ptr, Result...> all) {
                BOOST_TEST(!failure);
                std::apply([this](auto&&... parts) { got(std::forward<decltype(parts)>(parts)...); }, std::move(all));
            });
        });
        one("deferred", [&] {
            auto later = start(asio::deferred);
            settle();
            BOOST_TEST(calls_ == 0);
            std::move(later)(Callback{this});
        });
        asio::io_context other;
        one("bind_executor", [&] {
            start(asio::bind_executor(other, [this, &other](std::exception_ptr failure, Result... result) {
                BOOST_TEST(other.get_executor().running_in_this_thread());
                got(std::move(failure), std::move(result)...);
            }));
            run([&] { return other.poll() > 0; });
        });
        asio::cancellation_signal signal;
        one("bind_cancellation_slot", [&] { start(asio::bind_cancellation_slot(signal.slot(), Callback{this})); });
        BOOST_TEST(!signal.slot().has_handler());
    }

    /// Partial and total change nothing; terminal ends the operation. \param has_begun it waits for what does not come
    template <class Start>
    void cancel(const Start& start, const std::function<bool()>& has_begun) {
        boost::asio::cancellation_signal signal;
        calls_ = 0;
        start(boost::asio::bind_cancellation_slot(signal.slot(), Callback{this}));
        run(has_begun);
        signal.emit(boost::asio::cancellation_type::partial);
        signal.emit(boost::asio::cancellation_type::total);
        settle();
        BOOST_TEST(calls_ == 0);
        signal.emit(boost::asio::cancellation_type::terminal);
        run([this] { return calls_ > 0; });
        settle();
        BOOST_TEST(calls_ == 1);
        BOOST_TEST(!signal.slot().has_handler());
    }

private:
    struct Callback {
        EveryToken* self;
        void operator()(std::exception_ptr failure, Result... result) const { self->got(std::move(failure), std::move(result)...); }
    };

    void got(std::exception_ptr failure, Result... result) {  // NOLINT: as handlers have it
        BOOST_TEST(!failure);
        check_(result...);
        ++calls_;
    }
    void run(const std::function<bool()>& is_done) { BOOST_TEST_REQUIRE(run_(is_done)); }
    void settle() {
        context_.restart();
        context_.poll();
    }
    template <class Begin>
    void one(const char* token, const Begin& begin) {
        BOOST_TEST_CONTEXT(token) {
            calls_ = 0;
            begin();
            run([this] { return calls_ > 0; });
            settle();
            BOOST_TEST(calls_ == 1);
        }
    }

    boost::asio::io_context& context_;
    std::function<bool(std::function<bool()>)> run_;
    Check check_;
    int calls_ = 0;
};

}  // namespace kahn::test
