#include "config/readers.hpp"

#include "base/text.hpp"

#include <cstdio>

namespace kahn::config {

bool check_encoding(std::string_view text, Report& report) {
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        report.add(Problem(Code::encoding, {0, 2}, "the file is UTF-16; save it as UTF-8"));
        return false;
    }
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 && byte < 0x80) {
            ++at;
            continue;
        }
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
