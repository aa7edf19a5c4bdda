// Never compiled into anything: lint/coroutines_passes_good_file demands no finding on the shapes that g++ 12 gets right.
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

template <class T = void>
using awaitable = boost::asio::awaitable<T>;

struct Options {
    Options() = default;
    std::string text;
    int number = 0;
};

awaitable<bool> ready();
awaitable<int> count(std::string name, Options options = {});
awaitable<> spawn(std::function<std::size_t()> function);

awaitable<> bare() {
    co_await count("a");
}

awaitable<int> named_then_tested(bool other) {
    const bool is_ready = co_await ready();
    if (is_ready && other) co_return 7;
    bool again = true;
    while (again) again = co_await ready();
    co_return co_await count("b");
}

awaitable<> arguments_named_first(Options options, bool first) {
    auto body = [options] { return options.text.size(); };
    co_await spawn(std::move(body));
    const std::string name = first ? "a" : "b";
    const int number = co_await count(name, options);
    if (number > 3) throw std::runtime_error(name);
}

awaitable<> lambda_of_plain_values(std::size_t number) {
    co_await spawn([number] { return number + std::size_t{1}; });
}
