#include "config/readers.hpp"

#include "base/text.hpp"

#include <cstdint>
#include <cstdio>
#include <cstring>

namespace kahn::config {
namespace {

/// Where something else than printable ASCII may stand, at or after `at`: eight bytes are looked at together.
std::size_t skip_plain(std::string_view text, std::size_t at) {
    constexpr std::uint64_t each = 0x0101010101010101;
    constexpr std::uint64_t high_bits = 0x80 * each;
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, sizeof bytes);
        const std::uint64_t below_blank = (bytes - 0x20 * each) & ~bytes;  // may also name a byte above one that is: never too few
        if (((bytes | below_blank) & high_bits) != 0) break;
    }
    return at;
}

}  // namespace

bool check_encoding(std::string_view text, Report& report) {
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        report.add(Problem(Code::encoding, {0, 2}, "the file is UTF-16; save it as UTF-8"));
        return false;
    }
    for (std::size_t at = 0; at < text.size();) {
        at = skip_plain(text, at);
        const auto is_plain = [](unsigned char byte) { return byte >= 0x20 && byte < 0x80; };
        while (at < text.size() && is_plain(static_cast<unsigned char>(text[at]))) ++at;
        if (at == text.size()) break;
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool is_control = byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
        const std::size_t length = utf8_sequence_length(text.substr(at));
        if (is_control || length == 0) {
            char name[8];
            std::snprintf(name, sizeof name, "\\x%02X", static_cast<unsigned>(byte));
            const Span span{static_cast<std::uint32_t>(at), 1};
            report.add(is_control ? Problem(Code::encoding, span, std::string("control character ") + name)
                                        .with_help("in double quotes a control character is written as an escape: \"" +
                                                   std::string(byte == 0 ? "" : name) + "\"")
                                  : Problem(Code::encoding, span, std::string("byte ") + name + " is not UTF-8"));
            return false;
        }
        at += length;
    }
    return true;
}

}  // namespace kahn::config
