#include <kahn/config/env_file.hpp>

#include <kahn/base/error.hpp>
#include <kahn/model/diagnostic.hpp>

#include "config/report.hpp"

#include "base/files.hpp"
#include "base/text.hpp"
#include "model/name.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

namespace kahn::config {
namespace {

constexpr std::size_t longest_file = std::size_t{1} << 20;
constexpr std::size_t longest_name = 128;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

class EnvReader {
public:
    EnvReader(std::string_view text, Report& report) : text_(text), report_(report) {}

    Variables read() {
        while (at_ < text_.size()) read_line();
        return std::move(variables_);
    }

private:
    char here() const { return at_ < text_.size() ? text_[at_] : '\n'; }
    void skip_blanks() {
        while (is_blank(here())) ++at_;
    }
    bool is_line_end() const { return here() == '\n' || (here() == '\r' && (at_ + 1 >= text_.size() || text_[at_ + 1] == '\n')); }
    void next_line() {
        while (here() != '\n') ++at_;
        ++at_;
    }
    void fail(std::size_t from, std::size_t length, std::string message, std::string help = {}) {
        const Span span{static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(std::max<std::size_t>(length, 1))};
        report_.add(Problem(Code::bad_env_file, span, std::move(message)).with_help(std::move(help)));
    }

    void read_line() {
        skip_blanks();
        if (is_line_end() || here() == '#') return next_line();
        constexpr std::string_view prefix = "export";
        if (text_.substr(at_).starts_with(prefix) && at_ + prefix.size() < text_.size() && is_blank(text_[at_ + prefix.size()])) {
            at_ += prefix.size();
            skip_blanks();
        }
        const std::size_t name_at = at_;
        while (!is_line_end() && here() != '=') ++at_;
        std::string_view name = text_.substr(name_at, at_ - name_at);
        while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
        if (here() != '=') {
            fail(name_at, name.size(), "a line is NAME=value, or begins with #");  // not shown: it may be half a secret
            return next_line();
        }
        ++at_;
        const bool is_good = check_name(name, name_at);
        const std::optional<std::string> value = read_value();
        next_line();
        if (is_good && value) variables_.insert_or_assign(std::string(name), *value);
    }

    bool check_name(std::string_view name, std::size_t name_at) {
        const std::string shown = "'" + printable(name.substr(0, longest_name)) + "'";
        if (!is_variable_name(name) || name.size() > longest_name) {
            fail(name_at, name.size(), shown + " is no name of a variable", "letters, digits and underscores, the first one no digit, at most 128 bytes");
            return false;
        }
        const auto [first, is_new] = places_.emplace(name, name_at);
        if (is_new) return true;
        const Span span{static_cast<std::uint32_t>(name_at), static_cast<std::uint32_t>(name.size())};
        report_.add(Problem(Code::bad_env_file, span, shown + " is given twice")
                        .with_related({static_cast<std::uint32_t>(first->second), span.length}, "first given here"));
        return false;
    }

    /// Ends before the end of the line, whatever it finds.
    std::optional<std::string> read_value() {
        skip_blanks();
        if (here() == '\'' || here() == '"') return read_quoted(here());
        const std::size_t begin = at_;
        while (!is_line_end() && !(here() == '#' && (at_ == begin || is_blank(text_[at_ - 1])))) ++at_;
        std::string_view value = text_.substr(begin, at_ - begin);
        while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
        return without_nul(std::string(value), begin);
    }

    std::optional<std::string> read_quoted(char quote) {
        const std::size_t begin = at_++;
        std::string value;
        bool is_good = true;
        while (at_ < text_.size() && text_[at_] != quote) {
            const char c = text_[at_++];
            if (c == '\r' && here() == '\n' && at_ < text_.size()) continue;  // a line end is \n
            if (c != '\\' || quote == '\'') {
                value += c;
                continue;
            }
            constexpr std::string_view letters = "nrt\"\\$";
            constexpr std::string_view meant = "\n\r\t\"\\$";
            const auto letter = at_ < text_.size() ? letters.find(text_[at_]) : std::string_view::npos;
            if (letter == std::string_view::npos) {
                fail(at_ - 1, 2, "a backslash in double quotes stands before n, r, t, \", \\ or $", "in single quotes it stands for itself");
                is_good = false;
                continue;
            }
            value += meant[letter];
            ++at_;
        }
        if (at_ >= text_.size()) {
            fail(begin, 1, "a quote is not closed");
            return std::nullopt;
        }
        ++at_;
        const std::size_t after = at_;
        skip_blanks();
        if (!is_line_end() && !(here() == '#' && at_ > after)) {
            fail(at_, 1, "nothing but a comment follows a closing quote");
            return std::nullopt;
        }
        return is_good ? without_nul(std::move(value), begin) : std::nullopt;
    }

    std::optional<std::string> without_nul(std::string value, std::size_t begin) {
        if (value.find('\0') == std::string::npos) return value;
        fail(begin, 1, "a value holds a NUL byte, which no variable can");
        return std::nullopt;
    }

    std::string_view text_;
    Report& report_;
    std::size_t at_ = 0;
    Variables variables_;
    std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace

Variables parse_env_file(std::string text, const std::string& file) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
    Report report;
    Variables variables = EnvReader(text, report).read();
    if (report.empty()) return variables;
    auto diagnostics = report.diagnostics(text);
    // Without the lines themselves: there may be secrets in them.
    throw ConfigError(Errc::invalid_config, file, {}, std::move(diagnostics));
}

Variables load_env_file(const std::filesystem::path& path) {
    std::string text;
    try {
        text = read_regular_file(path, longest_file);
    } catch (const Error& failure) {
        throw unreadable(path.string(), failure);
    }
    return parse_env_file(std::move(text), path.string());
}

}  // namespace kahn::config
