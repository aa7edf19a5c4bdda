#pragma once

#include <boost/asio/awaitable.hpp>

template <class T = void>
using awaitable = boost::asio::awaitable<T>;

awaitable<bool> ready();

template <class T>
awaitable<> condition_in_a_header(T) {
    if (co_await ready()) co_return;  // BAD
}
