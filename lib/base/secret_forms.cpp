#include "base/secret_forms.hpp"

#include "base/text.hpp"
#include "base/text_matcher.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <utility>

namespace kahn {
namespace {

constexpr std::string_view upper_digits = "0123456789ABCDEF";
constexpr std::string_view lower_digits = "0123456789abcdef";

bool is_one_of(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }
bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// The text with each byte as `escape` has it.
template <class Escape>
std::string escaped(std::string_view text, Escape escape) {
    std::string out;
    for (const char c : text) out += escape(c);
    return out;
}

std::string trimmed(std::string_view text) {
    const auto is_space = [](char c) { return TextMatcher::is_space(static_cast<unsigned char>(c)); };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return std::string(text);
}

/// With every end of line as `end`.
std::string with_line_ends(std::string_view text, std::string_view end) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        if (text[i] == '\n') out += end;
        else out += text[i];
    }
    return out;
}

class Forms {
public:
    void add(std::string form) {
        if (known_.insert(form).second) all_.push_back(std::move(form));
    }
    void add_all_of(std::string_view secret) {
        add(std::string(secret));
        add_base64(secret);
        add_url(secret);
        add_json(secret);
        add_shell(secret);
    }
    std::vector<std::string> take() && { return std::move(all_); }

private:
    void add_base64(std::string_view secret) {
        for (std::size_t shift = 0; shift < 3; ++shift) {
            const std::size_t undecided = std::array<std::size_t, 3>{0, 2, 3}[shift];  // digits that what stands before has a part in
            const std::size_t decided = (shift + secret.size()) * 8 / 6;               // the rest depends on what follows
            const std::string whole = to_base64(std::string(shift, '\0') + std::string(secret));
            const std::string unpadded = whole.substr(0, whole.find('='));
            add_both_alphabets(whole.substr(undecided, decided - undecided));
            add_both_alphabets(unpadded.substr(undecided));
            add_both_alphabets(whole.substr(undecided));
        }
        for (const std::string& text : {std::string(secret), std::string(secret) + "\n"}) {
            for (const std::size_t width : {std::size_t{64}, std::size_t{76}}) {
                const std::string digits = to_base64(text);
                if (digits.size() > width) add(wrapped(digits, width));
            }
        }
    }
    void add_both_alphabets(const std::string& digits) {
        add(escaped(digits, [](char c) { return c == '+' ? '-' : c == '/' ? '_' : c; }));
        add(digits);
    }
    static std::string wrapped(std::string_view text, std::size_t width) {
        std::string out;
        for (; text.size() > width; text.remove_prefix(width)) out.append(text.substr(0, width)).append("\n");
        return out.append(text);
    }

    void add_url(std::string_view secret) {
        for (const std::string_view kept : {"-._~", "-._~!'()*", "-._~;,/?:@&=+$#!'()*", "-._~/", "-._*", "-._~!$&'()*+,;=:@"}) {
            for (const std::string_view digits : {upper_digits, lower_digits}) {
                for (const bool is_form : {false, true}) {
                    add(escaped(secret, [&](char c) -> std::string {
                        if (is_alphanumeric(c) || is_one_of(kept, c)) return {c};
                        if (is_form && c == ' ') return "+";
                        const auto byte = static_cast<unsigned char>(c);
                        return {'%', digits[byte >> 4U], digits[byte & 15U]};
                    }));
                }
            }
        }
    }

    void add_json(std::string_view secret) {
        for (const std::string_view digits : {lower_digits, upper_digits}) {
            const auto unit = [&](std::uint32_t value) {
                return std::string("\\u") + digits[value >> 12U & 15U] + digits[value >> 8U & 15U] + digits[value >> 4U & 15U] + digits[value & 15U];
            };
            for (const std::string_view named : {"\"\\", "\"\\/"}) {
                for (const std::string_view by_number : {"", "<>&", "<>&'", "<>&'+"}) {
                    for (const bool is_ascii_only : {false, true}) {
                        add(is_ascii_only ? json_ascii(secret, named, by_number, unit) : escaped(secret, [&](char c) {
                            return json_byte(c, named, by_number, unit);
                        }));
                    }
                }
            }
        }
    }
    template <class Unit>
    static std::string json_byte(char c, std::string_view named, std::string_view by_number, const Unit& unit) {
        static constexpr std::string_view controls = "\b\t\n\f\r";
        static constexpr std::string_view letters = "btnfr";
        if (is_one_of(named, c)) return {'\\', c};
        if (const auto at = controls.find(c); at != std::string_view::npos) return {'\\', letters[at]};
        if (is_one_of(by_number, c) || static_cast<unsigned char>(c) < 0x20) return unit(static_cast<unsigned char>(c));
        return {c};
    }
    /// UTF-8 as UTF-16 units in ASCII.
    template <class Unit>
    static std::string json_ascii(std::string_view text, std::string_view named, std::string_view by_number, const Unit& unit) {
        std::string out;
        while (!text.empty()) {
            const std::size_t length = std::max<std::size_t>(utf8_sequence_length(text), 1);
            if (length == 1) {
                out += json_byte(text.front(), named, by_number, unit);
            } else {
                auto point = static_cast<std::uint32_t>(static_cast<unsigned char>(text[0]) & (0xffU >> (length + 1)));
                for (std::size_t i = 1; i < length; ++i) point = point << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
                if (point < 0x10000) out += unit(point);
                else out += unit(0xd800 + ((point - 0x10000) >> 10U)) + unit(0xdc00 + ((point - 0x10000) & 0x3ffU));
            }
            text.remove_prefix(length);
        }
        return out;
    }

    void add_shell(std::string_view secret) {
        for (const std::string_view quote : {R"('\'')", R"('"'"')", R"(\')"}) {
            add(escaped(secret, [&](char c) { return c == '\'' ? std::string(quote) : std::string(1, c); }));
        }
        add(escaped(secret, [](char c) { return is_one_of("\"\\$`", c) ? std::string{'\\', c} : std::string(1, c); }));
        add(escaped(secret, [](char c) { return is_one_of("\"\\$`!", c) ? std::string{'\\', c} : std::string(1, c); }));
        for (const std::string_view plain : {"-._/:=@%+,", "-._/:=@%+", "-._/"}) {  // printf %q of several shells
            add(escaped(secret, [&](char c) {
                return is_alphanumeric(c) || !is_ascii(c) || is_control(c) || is_one_of(plain, c) ? std::string(1, c) : std::string{'\\', c};
            }));
        }
        for (const bool is_ascii_only : {false, true}) {
            for (const char* escape : {"\\E", "\\e", "\\033"}) {
                add(escaped(secret, [&](char c) { return in_dollar_quotes(c, is_ascii_only, escape); }));
            }
        }
    }
    static std::string in_dollar_quotes(char c, bool is_ascii_only, const char* escape) {
        static constexpr std::string_view controls = "\a\b\t\n\v\f\r";
        static constexpr std::string_view letters = "abtnvfr";
        if (c == '\'' || c == '\\') return {'\\', c};
        if (const auto at = controls.find(c); at != std::string_view::npos) return {'\\', letters[at]};
        if (c == '\x1b') return escape;
        if (!is_control(c) && (is_ascii(c) || !is_ascii_only)) return {c};
        const auto byte = static_cast<unsigned char>(c);
        return {'\\', static_cast<char>('0' + (byte >> 6U)), static_cast<char>('0' + (byte >> 3U & 7U)), static_cast<char>('0' + (byte & 7U))};
    }

    std::set<std::string> known_;
    std::vector<std::string> all_;
};

}  // namespace

std::vector<std::string> secret_forms(std::string_view secret) {
    const std::string text = trimmed(secret);
    Forms forms;
    forms.add_all_of(text);
    if (text.find('\n') != std::string::npos) {
        forms.add_all_of(with_line_ends(text, "\n"));
        forms.add_all_of(with_line_ends(text, "\r\n"));
    }
    return std::move(forms).take();
}

}  // namespace kahn
