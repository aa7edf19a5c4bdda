#include <kahn/base/error.hpp>
#include <kahn/base/log.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace kahn {
namespace {

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(every_code_has_a_message_of_its_own_and_none_is_zero) {
    std::set<std::string> messages;
    for (int code = 1; code <= static_cast<int>(Errc::internal); ++code) {
        const boost::system::error_code error = make_error_code(static_cast<Errc>(code));
        BOOST_TEST(error.failed());
        BOOST_TEST(messages.insert(error.message()).second);
    }
    BOOST_TEST(std::string(kahn_category().name()) == "kahn");
}

BOOST_AUTO_TEST_CASE(what_is_not_implemented_says_what) {
    try {
        throw NotImplemented("remote jobs");
    } catch (const Error& error) {
        BOOST_TEST((error.code() == Errc::not_implemented));
        BOOST_TEST(std::string(error.what()) == "not implemented: remote jobs");
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(logging)

BOOST_AUTO_TEST_CASE(without_a_sink_nothing_is_said) {
    const Logger logger;
    BOOST_TEST(!logger.says(LogLevel::error));
    logger.error("nobody hears it");
}

BOOST_AUTO_TEST_CASE(only_what_reaches_the_threshold_is_said) {
    std::vector<std::string> lines;
    const Logger logger([&](LogLevel level, std::string_view line) {
        lines.push_back(std::string(to_string(level)) + " " + std::string(line));
    });
    logger.debug("a");
    logger.info("b");
    logger.warning("c");
    logger.error("d");
    BOOST_TEST(lines == (std::vector<std::string>{"warning c", "error d"}));
}

BOOST_AUTO_TEST_CASE(an_error_is_logged_before_it_propagates) {
    std::vector<std::string> events;
    const Logger logger([&](LogLevel, std::string_view line) { events.emplace_back(line); });
    try {
        logger.raise(Error(Errc::unknown_pipeline, "Pipeline 'x' not found"));
    } catch (const Error& error) {
        events.push_back(std::string("caught ") + error.what());
    }
    BOOST_TEST(events == (std::vector<std::string>{"Pipeline 'x' not found", "caught Pipeline 'x' not found"}));
}

BOOST_AUTO_TEST_CASE(a_sink_that_throws_disturbs_nobody) {
    const Logger logger([](LogLevel, std::string_view) { throw std::runtime_error("full"); });
    logger.error("lost");
    BOOST_CHECK_THROW(logger.raise(Error(Errc::internal, "x")), Error);
}

BOOST_AUTO_TEST_CASE(the_sink_is_called_by_one_thread_at_a_time) {
    int count = 0;  // not atomic on purpose
    const Logger logger([&](LogLevel, std::string_view) { ++count; });
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([copy = logger] {
            for (int j = 0; j < 10'000; ++j) copy.error("x");
        });
    }
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(count == 40'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
