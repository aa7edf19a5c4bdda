#include "base/ulid.hpp"

#include <kahn/base/error.hpp>

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <mutex>

namespace kahn {
namespace {

/// 48 bits of time, then 80 random ones, most significant byte first.
using Bytes = std::array<std::uint8_t, 16>;
constexpr std::size_t time_bytes = 6;

void fill_randomly(Bytes& bytes) {
    constexpr std::size_t count = std::tuple_size_v<Bytes> - time_bytes;
    if (::getrandom(bytes.data() + time_bytes, count, 0) != static_cast<ssize_t>(count)) {
        throw Error(Errc::internal, "getrandom gave no random bytes");
    }
    bytes[time_bytes] &= 0x7F;  // leaves room to count up
}

void count_up(Bytes& bytes) noexcept {
    for (std::size_t i = bytes.size(); i-- > time_bytes && ++bytes[i] == 0;) {
    }
}

std::string to_text(const Bytes& bytes) {
    static constexpr char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's base 32
    std::string out(26, '0');
    for (std::size_t digit = 0; digit < out.size(); ++digit) {
        // 26 digits have 130 bits: the first two are always zero.
        unsigned value = 0;
        for (std::size_t bit = digit * 5; bit < digit * 5 + 5; ++bit) {
            const unsigned byte = bit < 2 ? 0U : bytes[(bit - 2) / 8];
            const unsigned one = byte >> (7 - (bit + 6) % 8) & 1U;
            value = value << 1 | one;
        }
        out[digit] = digits[value];
    }
    return out;
}

}  // namespace

std::string new_ulid(SystemTime now) {
    using namespace std::chrono;
    const auto milliseconds_now =
        static_cast<std::uint64_t>(duration_cast<milliseconds>(now.time_since_epoch()).count());
    // The order within a millisecond is a property of the whole process, so this is state of the whole process.
    static std::mutex mutex;
    static Bytes last{};
    static std::uint64_t last_milliseconds = 0;

    const std::lock_guard lock(mutex);
    if (milliseconds_now == last_milliseconds) {
        count_up(last);
    } else {
        for (std::size_t i = 0; i < time_bytes; ++i) {
            last[i] = static_cast<std::uint8_t>(milliseconds_now >> (8 * (time_bytes - 1 - i)));
        }
        fill_randomly(last);
        last_milliseconds = milliseconds_now;
    }
    return to_text(last);
}

}  // namespace kahn
