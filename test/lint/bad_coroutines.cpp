// Never compiled into anything: lint/coroutines_catches_bad_file demands a finding on each marked line, and on no other.
#include "bad_coroutines.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

struct Aggregate {
    std::string text;
    int number = 0;
};

struct Job {
    Job() = default;
    std::string name;
};

awaitable<int> count(std::string name);
awaitable<std::string> name_of(int number);
awaitable<> take(Aggregate aggregate);
awaitable<> take_default(std::string name, Aggregate aggregate = {});
awaitable<> spawn(std::function<std::size_t()> function);

awaitable<int> condition_of_if() {
    if (co_await ready()) co_return 7;  // BAD
    co_return 0;
}

awaitable<> part_of_a_condition(bool other) {
    if (other && co_await count("a") > 3) co_return;  // BAD
}

awaitable<> condition_of_while() {
    while (co_await ready()) {}  // BAD
}

awaitable<> condition_of_do() {
    do {} while (co_await ready());  // BAD
}

awaitable<> condition_of_for() {
    for (int i = 0; co_await ready(); ++i) {}  // BAD
}

awaitable<> condition_of_switch() {
    switch (co_await count("a")) { default: break; }  // BAD
}

awaitable<int> choice_of_awaits(bool first) {
    co_return first ? co_await count("a") : co_await count("b");  // BAD
}

awaitable<> choice_of_an_argument(bool first) {
    co_await count(first ? std::string("a") : std::string("b"));  // BAD
}

awaitable<> throws_what_it_awaits() {
    throw std::runtime_error(co_await name_of(1));  // BAD
}

awaitable<> lambda_with_an_object(Job job) {
    co_await spawn([job] { return job.name.size(); });  // BAD
}

awaitable<> aggregate_as_argument() {
    co_await take({.text = "a", .number = 4});  // BAD
}

awaitable<> aggregate_by_name() {
    co_await take(Aggregate{"a", 4});  // BAD
}

awaitable<> aggregate_by_default_argument() {
    co_await take_default("a");  // BAD
}

awaitable<> await_in_braces() {
    const Aggregate aggregate{co_await name_of(1), 2};  // BAD
    static_cast<void>(aggregate);
}

awaitable<> await_in_array() {
    const std::array<int, 2> counts{co_await count("a"), 2};  // BAD
    static_cast<void>(counts);
}

template awaitable<> condition_in_a_header(int number);
