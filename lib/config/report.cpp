#include "config/report.hpp"

#include "config/line_index.hpp"

#include <algorithm>
#include <tuple>

namespace kahn::config {

bool Report::before(const Entry& a, const Entry& b) {
    return std::tie(a.problem.span.offset, a.number) < std::tie(b.problem.span.offset, b.number);
}

void Report::add(Problem problem) {
    // What an alias repeats is one problem, though it may name another job. Several keys can be missing at one place.
    for (const Entry& entry : problems_) {
        const bool is_same_kind = entry.problem.code == problem.code && problem.code != Code::missing_key;
        if (entry.problem.span == problem.span && (is_same_kind || entry.problem.message == problem.message)) return;
    }
    ++count_;
    problems_.push_back({std::move(problem), count_});
    std::push_heap(problems_.begin(), problems_.end(), before);
    if (problems_.size() > kept) {
        std::pop_heap(problems_.begin(), problems_.end(), before);
        problems_.pop_back();
    }
}

template <class Finish>
std::vector<Diagnostic> Report::finish(Finish finish) const {
    std::vector<Entry> sorted = problems_;
    std::sort(sorted.begin(), sorted.end(), before);
    std::vector<Diagnostic> out;
    out.reserve(sorted.size() + 1);
    for (Entry& entry : sorted) {
        Diagnostic diagnostic;
        diagnostic.code = to_string(entry.problem.code);
        diagnostic.message = std::move(entry.problem.message);
        diagnostic.label = std::move(entry.problem.label);
        diagnostic.help = std::move(entry.problem.help);
        finish(entry.problem, diagnostic);
        out.push_back(std::move(diagnostic));
    }
    if (count_ > sorted.size()) {
        Diagnostic more;
        more.code = to_string(Code::more_problems);
        more.message = std::to_string(count_ - sorted.size()) + " more problems, not shown";
        more.location = out.back().location;
        more.length = out.back().length;
        out.push_back(std::move(more));
    }
    return out;
}

std::vector<Diagnostic> Report::diagnostics(std::string_view source) const {
    if (empty()) return {};
    const LineIndex lines(source);
    return finish([&](const Problem& problem, Diagnostic& diagnostic) {
        diagnostic.location = lines.at(problem.span.offset);
        diagnostic.length = std::max<std::size_t>(1, problem.span.length);
        for (const Problem::Related& related : problem.related) {
            RelatedPlace place;
            place.location = lines.at(related.span.offset);
            place.length = std::max<std::size_t>(1, related.span.length);
            place.message = related.message;
            diagnostic.related.push_back(std::move(place));
        }
    });
}

Diagnostic unreadable(const Error& failure) {
    Diagnostic diagnostic;
    diagnostic.code = to_string(Code::unreadable);
    diagnostic.message = failure.what();
    return diagnostic;
}

ConfigError unreadable(const std::string& file, const Error& failure) {
    return ConfigError(Errc::config_not_found, file, {}, {unreadable(failure)});
}

std::vector<Diagnostic> Report::diagnostics(const Document& value) const {
    return finish([&](const Problem& problem, Diagnostic& diagnostic) {
        if (const std::string path = value.path(problem.span.offset); !path.empty()) {
            diagnostic.message = path + ": " + diagnostic.message;
        }
        for (const Problem::Related& related : problem.related) {
            RelatedPlace place;
            place.message = value.path(related.span.offset) + ": " + related.message;
            diagnostic.related.push_back(std::move(place));
        }
    });
}

}  // namespace kahn::config
