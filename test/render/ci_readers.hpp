#pragma once

#include <cctype>
#include <cstddef>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::test {

inline std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

/// What the runner of GitHub Actions obeys in a log: `::name ...::data` at the beginning of a line, `##[name ...]data` anywhere in it;
/// between `::stop-commands::WORD` and `::WORD::` nothing.
class RunnerOfGithub {
public:
    void read(std::string_view log) {
        for (const std::string& line : lines_of(log)) read_line(line);
    }

    const std::vector<std::string>& obeyed() const noexcept { return obeyed_; }  ///< but for stop and resume
    bool is_stopped() const noexcept { return !word_.empty(); }

private:
    void read_line(const std::string& line) {
        static const std::regex current(R"(^\s*::([^\s:]+)([^:]|:[^:])*?::(.*)$)");
        static const std::regex old(R"(##\[([^\s\]]+)[^\]]*\](.*))");
        static const std::set<std::string> known{"set-output", "set-env", "add-path", "save-state", "add-mask", "error", "warning", "notice",
                                                 "debug", "group", "endgroup", "add-matcher", "echo", "stop-commands"};
        std::smatch found;
        if (!std::regex_search(line, found, current) && !std::regex_search(line, found, old)) return;
        const std::string name = found[1];
        if (!word_.empty()) {
            if (name == word_) word_.clear();
        } else if (name == "stop-commands") {
            word_ = found[found.size() - 1];
        } else if (known.contains(name)) {
            obeyed_.push_back(line);
        }
    }

    std::vector<std::string> obeyed_;
    std::string word_;
};

/// The marks that GitLab finds in a log, `start NAME` and `end NAME`: https://docs.gitlab.com/ci/jobs/job_logs/
inline std::vector<std::string> gitlab_marks(const std::string& log) {
    static const std::regex mark("section_(start|end):([0-9]+):([a-zA-Z0-9_.-]+)(\\[\\w+=\\w+\\])?\r\x1B\\[0K");
    std::vector<std::string> marks;
    for (std::sregex_iterator found(log.begin(), log.end(), mark), end; found != end; ++found) {
        marks.push_back((*found)[1].str() + ' ' + (*found)[3].str());
    }
    return marks;
}

/// The lines that Buildkite takes for headings, whatever colours they have.
inline std::vector<std::string> buildkite_headings(std::string_view log) {
    static const std::regex colour("\x1B\\[[;0-9]*[mK]");
    static const std::regex heading(R"(^(---|\+\+\+|~~~|\^\^\^)\s)");
    std::vector<std::string> headings;
    for (const std::string& line : lines_of(log)) {
        const std::string plain = std::regex_replace(line, colour, "");
        if (std::regex_search(plain, heading)) headings.push_back(plain);
    }
    return headings;
}

}  // namespace kahn::test
