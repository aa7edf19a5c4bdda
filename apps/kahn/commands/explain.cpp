#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "usage_error.hpp"

#include "base/text.hpp"
#include "config/codes.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <memory>

namespace kahn::app {
namespace {

constexpr std::size_t line_width = 100;

/// Broken at blanks.
std::string wrapped(std::string_view text) {
    std::string out;
    while (text.size() > line_width) {
        const std::size_t blank = text.rfind(' ', line_width);
        if (blank == std::string_view::npos) break;
        out.append(text.substr(0, blank)).append("\n");
        text.remove_prefix(blank + 1);
    }
    return out.append(text).append("\n");
}

/// `K999`: any other code is as near to it as the next.
bool is_like_a_code(const std::string& word) {
    return word.size() == 4 && word[0] == 'K' && word.find_first_not_of("0123456789", 1) == std::string::npos;
}

int explain(const std::string& given, Console& console) {
    if (given.empty()) {
        for (const config::CodeRow& row : config::all_codes()) {
            console.out.write(config::to_string(row.code) + "  " + std::string(row.title) + '\n');
        }
        return exit_success;
    }
    std::string code = given;
    std::transform(code.begin(), code.end(), code.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    std::vector<std::string> known;
    for (const config::CodeRow& row : config::all_codes()) {
        known.push_back(config::to_string(row.code));
        if (known.back() != code) continue;
        console.out.write(code + ": " + std::string(row.title) + "\n\n" + wrapped(row.explanation));
        return exit_success;
    }
    if (is_like_a_code(code)) throw UsageError("there is no code '" + code + "'; 'kahn explain' lists all");
    if (!did_you_mean(code, known)) throw UsageError("unknown code '" + printable(given) + "'; 'kahn explain' lists all");
    throw UsageError(unknown("code", code, known));
}

}  // namespace

void add_explain(CLI::App& app, Action& chosen) {
    const auto code = std::make_shared<std::string>();
    CLI::App* const command = app.add_subcommand("explain", "Say what the code of a problem in a pipeline file means");
    command->add_option("CODE", *code, "For example K012; none: list all")->type_name("");
    command->callback([code, &chosen] { chosen = [code](Console& console) { return explain(*code, console); }; });
}

}  // namespace kahn::app
