#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace kahn::test {

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream rest(text);
    for (std::string line; std::getline(rest, line);) lines.push_back(line);
    return lines;
}

/// A block of code in a Markdown text, between three backticks.
struct CodeBlock {
    std::size_t line = 0;  ///< of its first backticks, from 1
    std::string language;
    std::string source;  ///< `FILE` or `FILE: REGION`, from the comment in the line above; empty: there is none
    std::string text;
};

inline std::vector<CodeBlock> code_blocks(const std::string& markdown) {
    static const std::regex note("^<!-- ([^ ]+\\.cpp(: [a-z-]+)?) -->$");
    std::vector<CodeBlock> blocks;
    std::string above;
    bool is_inside = false;
    std::size_t number = 0;
    for (const std::string& line : lines_of(markdown)) {
        ++number;
        if (line.starts_with("```")) {
            is_inside = !is_inside;
            if (!is_inside) continue;
            std::smatch match;
            const bool has_note = std::regex_match(above, match, note);
            blocks.push_back({number, line.substr(3), has_note ? match[1].str() : std::string(), {}});
        } else if (is_inside) {
            blocks.back().text += line + '\n';
        }
        above = line;
    }
    return blocks;
}

/// What stands between `//[NAME` and `//]`, without the indentation of its first line.
inline std::optional<std::string> region_of(const std::string& source, const std::string& name) {
    std::string text;
    bool is_inside = false;
    std::size_t indentation = std::string::npos;
    for (const std::string& line : lines_of(source)) {
        const auto first = line.find_first_not_of(' ');
        const std::string words = first == std::string::npos ? std::string() : line.substr(first);
        if (words == "//[" + name) {
            is_inside = true;
        } else if (is_inside && words == "//]") {
            return text;
        } else if (is_inside) {
            if (indentation == std::string::npos) indentation = first == std::string::npos ? 0 : first;
            text += (first == std::string::npos ? std::string() : line.substr(std::min(indentation, first))) + '\n';
        }
    }
    return std::nullopt;
}

/// A source as a reader sees it: without the lines that mark regions.
inline std::string without_marks(const std::string& source) {
    static const std::regex mark("^ *//(\\[[a-z-]+|\\])$");
    std::string text;
    for (const std::string& line : lines_of(source)) {
        if (!std::regex_match(line, mark)) text += line + '\n';
    }
    return text;
}

/// What is wrong with the C++ of a Markdown text, a line each: every block is a compiled file, or a region of one.
/// \param read gives the text of a compiled file, nothing for any other
inline std::vector<std::string> wrong_snippets(const std::string& markdown,
                                               const std::function<std::optional<std::string>(const std::string&)>& read) {
    std::vector<std::string> wrong;
    for (const CodeBlock& block : code_blocks(markdown)) {
        if (block.language != "cpp") continue;
        const std::string place = "line " + std::to_string(block.line) + ": ";
        const auto colon = block.source.find(": ");
        const std::string file = block.source.substr(0, colon);
        const auto source = read(file);
        if (block.source.empty()) {
            wrong.push_back(place + "C++ without `<!-- FILE: REGION -->` above it: nobody compiles it");
        } else if (!source) {
            wrong.push_back(place + file + " is not compiled");
        } else {
            const auto wanted = colon == std::string::npos ? without_marks(*source) : region_of(*source, block.source.substr(colon + 2));
            if (!wanted) wrong.push_back(place + file + " has no region `//[" + block.source.substr(colon + 2) + "`");
            else if (*wanted != block.text) wrong.push_back(place + "is not what " + block.source + " says, which is:\n" + *wanted);
        }
    }
    return wrong;
}

/// The words between backticks in the last column of the table below a heading, except where a row has none.
inline std::vector<std::string> names_in_last_column(const std::string& markdown, const std::string& heading) {
    static const std::regex quoted("`([^`]+)`");
    std::vector<std::string> names;
    bool is_below = false;
    for (const std::string& line : lines_of(markdown)) {
        if (line.starts_with("#")) is_below = line == heading;
        if (!is_below || !line.starts_with("|") || line.starts_with("|---")) continue;
        const auto bar = line.rfind('|', line.size() - 2);
        const std::string cell = line.substr(bar);
        for (std::sregex_iterator name(cell.begin(), cell.end(), quoted), none; name != none; ++name) names.push_back((*name)[1]);
    }
    return names;
}

}  // namespace kahn::test
