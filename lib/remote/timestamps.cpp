#include "remote/timestamps.hpp"

#include "remote/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace kahn::remote {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/// Takes a text apart from the front. After the first thing that is not there, nothing else is.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    int digits(std::size_t count) {
        const auto number = is_good_ && text_.size() >= count ? parse_number(text_.substr(0, count)) : std::nullopt;
        if (!number) {
            is_good_ = false;
            return 0;
        }
        text_.remove_prefix(count);
        return static_cast<int>(*number);
    }
    void literal(std::string_view wanted) {
        if (!text_.starts_with(wanted)) is_good_ = false;
        else text_.remove_prefix(wanted.size());
    }
    void blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size())); }
    unsigned month() {
        const auto found = std::find(month_names.begin(), month_names.end(), to_lower(text_.substr(0, 3)));
        if (found == month_names.end()) {
            is_good_ = false;
            return 1;
        }
        text_.remove_prefix(3);
        return static_cast<unsigned>(found - month_names.begin()) + 1;
    }
    bool starts_with(char c) const { return text_.starts_with(c); }
    std::string_view rest() const { return text_; }
    bool is_good() const { return is_good_; }
    void skip(std::size_t count) { text_.remove_prefix(std::min(count, text_.size())); }

private:
    std::string_view text_;
    bool is_good_ = true;
};

std::optional<SystemTime> make_time(int year, unsigned month, int day, int hour, int minute, int second, nanoseconds more) {
    const year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                              std::chrono::day{static_cast<unsigned>(day)}};
    // A double leap second, 23:59:60, is a moment too.
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    if (year < 1970 || year > 2200) return std::nullopt;  // what the clock's nanoseconds hold
    return SystemTime(duration_cast<SystemTime::duration>(sys_days{date}.time_since_epoch() + hours{hour} +
                                                          minutes{minute} + seconds{second} + more));
}

nanoseconds fraction(Scanner& in) {
    if (!in.starts_with('.')) return nanoseconds{0};
    in.skip(1);
    std::int64_t value = 0;
    std::int64_t unit = 1'000'000'000;
    bool any = false;
    while (!in.rest().empty() && in.rest()[0] >= '0' && in.rest()[0] <= '9') {
        if (unit > 1) {
            unit /= 10;
            value += (in.rest()[0] - '0') * unit;
        }
        any = true;
        in.skip(1);
    }
    if (!any) in.digits(1);  // a point without digits is an error
    return nanoseconds{value};
}

/// `Z`, `-08:00`, `-0800`: how far the text is ahead of UTC.
nanoseconds offset(Scanner& in) {
    if (in.starts_with('Z') || in.starts_with('z')) {
        in.skip(1);
        return {};
    }
    const int sign = in.starts_with('-') ? -1 : 1;
    if (!in.starts_with('-')) in.literal("+");
    else in.skip(1);
    const int hour = in.digits(2);
    if (in.starts_with(':')) in.skip(1);
    return sign * (hours{hour} + minutes{in.digits(2)});
}

}  // namespace

std::optional<SystemTime> parse_iso8601(std::string_view text) {
    Scanner in(text);
    const int year = in.digits(4);
    in.literal("-");
    const int month = in.digits(2);
    in.literal("-");
    const int day = in.digits(2);
    in.literal("T");
    const int hour = in.digits(2);
    in.literal(":");
    const int minute = in.digits(2);
    in.literal(":");
    const int second = in.digits(2);
    const auto part = fraction(in);
    const auto ahead = offset(in);
    if (!in.is_good() || !in.rest().empty()) return std::nullopt;
    return make_time(year, static_cast<unsigned>(month), day, hour, minute, second, part - ahead);
}

std::optional<SystemTime> parse_header_date(std::string_view text) {
    text = trim(text);
    Scanner in(text);
    if (text.size() > 4 && text[4] == '-') {  // 2006-01-02 15:04:05 UTC
        const int year = in.digits(4);
        in.literal("-");
        const int month = in.digits(2);
        in.literal("-");
        const int day = in.digits(2);
        in.literal(" ");
        const int hour = in.digits(2);
        in.literal(":");
        const int minute = in.digits(2);
        in.literal(":");
        const int second = in.digits(2);
        in.literal(" ");
        nanoseconds ahead{0};
        if (in.starts_with('+') || in.starts_with('-')) ahead = offset(in);
        else if (in.rest() != "UTC" && in.rest() != "GMT") return std::nullopt;
        if (!in.is_good()) return std::nullopt;
        return make_time(year, static_cast<unsigned>(month), day, hour, minute, second, -ahead);
    }
    const auto comma = text.find(',');
    if (comma != std::string_view::npos) {  // Sun, 06 Nov 1994 08:49:37 GMT or Sunday, 06-Nov-94 08:49:37 GMT
        in.skip(comma + 1);
        in.blanks();
        const int day = in.digits(2);
        const bool is_old = in.starts_with('-');
        in.skip(1);
        const unsigned month = in.month();
        in.skip(1);
        int year = in.digits(is_old ? 2 : 4);
        if (is_old) year += year < 70 ? 2000 : 1900;
        in.literal(" ");
        const int hour = in.digits(2);
        in.literal(":");
        const int minute = in.digits(2);
        in.literal(":");
        const int second = in.digits(2);
        in.literal(" GMT");
        if (!in.is_good() || !in.rest().empty()) return std::nullopt;
        return make_time(year, month, day, hour, minute, second, {});
    }
    in.skip(3);  // Sun Nov  6 08:49:37 1994
    in.literal(" ");
    const unsigned month = in.month();
    in.literal(" ");
    const bool is_short = in.starts_with(' ');
    if (is_short) in.skip(1);
    const int day = in.digits(is_short ? 1 : 2);
    in.literal(" ");
    const int hour = in.digits(2);
    in.literal(":");
    const int minute = in.digits(2);
    in.literal(":");
    const int second = in.digits(2);
    in.literal(" ");
    const int year = in.digits(4);
    if (!in.is_good() || !in.rest().empty()) return std::nullopt;
    return make_time(year, month, day, hour, minute, second, {});
}

std::string to_header_date(SystemTime time) {
    const auto whole_days = floor<days>(time);
    const year_month_day date{whole_days};
    const hh_mm_ss clock{floor<seconds>(time - whole_days)};
    const auto weekday = std::chrono::weekday{whole_days}.c_encoding();
    std::string month(month_names[static_cast<unsigned>(date.month()) - 1]);
    month[0] = static_cast<char>(month[0] - 'a' + 'A');
    char text[64];
    std::snprintf(text, sizeof text, "%.3s, %02u %s %04d %02d:%02d:%02d GMT", day_names[weekday].data(),
                  static_cast<unsigned>(date.day()), month.c_str(), static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text;
}

std::string to_iso8601_with_offset(SystemTime time) {
    std::string text = to_iso8601(floor<microseconds>(time));  // 2026-11-25T02:17:39.123456000Z
    const auto end = text.find('.') + 7;
    return text.substr(0, end) + "+00:00";
}

}  // namespace kahn::remote
