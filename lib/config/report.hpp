#pragma once

#include "config/codes.hpp"
#include "config/document.hpp"

#include <kahn/model/diagnostic.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace kahn::config {

/// A Diagnostic whose places are still spans.
struct Problem {
    struct Related {
        Span span;
        std::string message;
    };

    Problem(Code code_, Span span_, std::string message_) : code(code_), span(span_), message(std::move(message_)) {}
    Problem&& with_label(std::string text) && {
        label = std::move(text);
        return std::move(*this);
    }
    Problem&& with_help(std::string text) && {
        help = std::move(text);
        return std::move(*this);
    }
    Problem&& with_related(Span place, std::string text) && {
        related.push_back({place, std::move(text)});
        return std::move(*this);
    }

    Code code;
    Span span;
    std::string message;
    std::string label;
    std::string help;
    std::vector<Related> related;
};

/// Collects problems in any order. Keeps the first `kept` by position, however many there are, and counts the rest.
class Report {
public:
    static constexpr std::size_t kept = 100;

    void add(Problem problem);
    bool empty() const noexcept { return problems_.empty(); }

    /// Sorted by position, each one once, and at the end how many more there were.
    /// \param source what the spans are offsets of
    std::vector<Diagnostic> diagnostics(std::string_view source) const;
    /// The same for a document that has no text: the path to each place stands in the message.
    std::vector<Diagnostic> diagnostics(const Document& value) const;

private:
    struct Entry {
        Problem problem;
        std::size_t number;
    };
    static bool before(const Entry& a, const Entry& b);

    template <class Finish>
    std::vector<Diagnostic> finish(Finish finish) const;

    std::vector<Entry> problems_;  // a heap, the last one by position on top
    std::size_t count_ = 0;
};

/// What to say of a file that could not be read at all.
Diagnostic unreadable(const Error& failure);
/// The same as an error (config_not_found).
ConfigError unreadable(const std::string& file, const Error& failure);

}  // namespace kahn::config
