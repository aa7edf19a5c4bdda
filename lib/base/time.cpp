#include <kahn/base/time.hpp>

#include "base/iso8601.hpp"
#include "base/real_clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <tuple>

namespace kahn {
namespace {

class RealClock final : public Clock {
public:
    SystemTime system_now() const noexcept override { return std::chrono::system_clock::now(); }
    SteadyTime now() const noexcept override { return std::chrono::steady_clock::now(); }

    boost::asio::awaitable<void> sleep_until(SteadyTime deadline) override { return sleep(deadline); }

private:
    static boost::asio::awaitable<void> sleep(SteadyTime deadline) {
        const auto executor = co_await boost::asio::this_coro::executor;
        boost::asio::steady_timer timer(executor, for_timer(deadline));
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
};

}  // namespace

std::shared_ptr<Clock> real_clock() { return std::make_shared<RealClock>(); }

bool is_real(const Clock& clock) noexcept { return dynamic_cast<const RealClock*>(&clock) != nullptr; }

SteadyTime for_timer(SteadyTime when) noexcept { return std::min(when, std::chrono::steady_clock::now() + std::chrono::hours(24 * 365)); }

Iso8601::Iso8601(SystemTime time) noexcept {
    using namespace std::chrono;
    const auto since_epoch = duration_cast<nanoseconds>(time.time_since_epoch());
    const auto whole_days = floor<days>(since_epoch);
    const year_month_day date{sys_days{whole_days}};
    const hh_mm_ss clock{since_epoch - whole_days};
    // By hand: every event has several of them, and printf takes ten times as long.
    constexpr std::string_view form = "0000-00-00T00:00:00.000000000Z";
    static_assert(form.size() == std::tuple_size_v<decltype(text_)>);
    std::copy(form.begin(), form.end(), text_.begin());
    const auto put = [this](std::size_t end, std::int64_t value, int digits) {
        for (; digits > 0; --digits, value /= 10) text_[--end] = static_cast<char>('0' + value % 10);
    };
    put(4, static_cast<int>(date.year()), 4);
    put(7, static_cast<unsigned>(date.month()), 2);
    put(10, static_cast<unsigned>(date.day()), 2);
    put(13, clock.hours().count(), 2);
    put(16, clock.minutes().count(), 2);
    put(19, clock.seconds().count(), 2);
    put(29, clock.subseconds().count(), 9);
}

std::string to_iso8601(SystemTime time) { return std::string(Iso8601(time)); }

std::string format_duration(std::chrono::nanoseconds duration) {
    const double seconds = std::chrono::duration<double>(std::max(duration, std::chrono::nanoseconds{0})).count();
    char text[64];
    if (seconds < 9.995) {
        std::snprintf(text, sizeof text, "%.2fs", seconds);
    } else if (seconds < 59.95) {
        std::snprintf(text, sizeof text, "%.1fs", seconds);
    } else {
        const auto whole = static_cast<std::int64_t>(seconds + 0.5);
        if (whole < 3600) {
            std::snprintf(text, sizeof text, "%dm%02ds", static_cast<int>(whole / 60), static_cast<int>(whole % 60));
        } else {
            std::snprintf(text, sizeof text, "%lldh%02dm", static_cast<long long>(whole / 3600),
                          static_cast<int>(whole % 3600 / 60));
        }
    }
    return text;
}

}  // namespace kahn
