#include "fake_github/dates.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace kahn::testing {

namespace {

struct Parts {
    explicit Parts(SystemTime time)
        : day(std::chrono::floor<std::chrono::days>(time)), date(day), clock(std::chrono::floor<std::chrono::seconds>(time) - day) {}

    int year() const { return static_cast<int>(date.year()); }
    unsigned month() const { return static_cast<unsigned>(date.month()); }
    unsigned day_of_month() const { return static_cast<unsigned>(date.day()); }
    int hour() const { return static_cast<int>(clock.hours().count()); }
    int minute() const { return static_cast<int>(clock.minutes().count()); }
    int second() const { return static_cast<int>(clock.seconds().count()); }

    std::chrono::sys_days day;
    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<std::chrono::seconds> clock;
};

std::string written(SystemTime time, const char* ending) {
    const Parts parts(time);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d%s", parts.year(), parts.month(), parts.day_of_month(),
                  parts.hour(), parts.minute(), parts.second(), ending);
    return text.data();
}

}  // namespace

std::string iso_date(SystemTime time) { return written(time, "Z"); }

std::string pacific_date(SystemTime time) { return written(time - std::chrono::hours{8}, ".000-08:00"); }

std::string http_date(SystemTime time) {
    constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const Parts parts(time);
    const std::chrono::weekday weekday(parts.day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", days[weekday.c_encoding()], parts.day_of_month(),
                  months[parts.month() - 1], parts.year(), parts.hour(), parts.minute(), parts.second());
    return text.data();
}

std::int64_t epoch_seconds(SystemTime time) {
    return std::chrono::ceil<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::optional<SystemTime> parse_date(std::string_view text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int used = 0;
    const std::string copy(text);
    if (std::sscanf(copy.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &used) != 3) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
    if (!date.ok()) return std::nullopt;
    SystemTime time = std::chrono::sys_days(date);
    auto rest = text.substr(static_cast<std::size_t>(used));
    if (rest.empty()) return time;
    const std::string clock(rest);
    if (std::sscanf(clock.c_str(), "T%2d:%2d:%2d%n", &hour, &minute, &second, &used) != 3) return std::nullopt;
    time += std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
    rest.remove_prefix(static_cast<std::size_t>(used));
    if (rest == "Z" || rest.empty()) return time;
    const std::string offset(rest);
    char sign = 0;
    if (std::sscanf(offset.c_str(), "%c%2d:%2d", &sign, &hour, &minute) != 3 || (sign != '+' && sign != '-')) return std::nullopt;
    const auto shift = std::chrono::hours{hour} + std::chrono::minutes{minute};
    return sign == '+' ? time - shift : time + shift;
}

}  // namespace kahn::testing
