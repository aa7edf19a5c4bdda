#pragma once

#include <kahn/model/report.hpp>

#include "render/status_words.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kahn::render {

/// One cell of a report's table: what it says, before any escaping.
struct Cell {
    enum class Look { text, code, number };

    Cell(std::string text_ = {}, Look look_ = Look::text) : text(std::move(text_)), look(look_) {}  // NOLINT: a text is a cell
    Cell(StatusWords words) : text(words.text()), style(words.style) {}                              // NOLINT: so is a status

    std::string text;
    Look look = Look::text;
    std::string_view style;  ///< of a status; empty: it is none
};

struct Table {
    std::string title;
    std::string note;  ///< a line below the title, may be empty
    std::vector<std::string> columns;
    std::vector<std::vector<Cell>> rows;
    std::size_t omitted = 0;  ///< rows beyond what is shown; all are in the JSON
};

/// A label and what it says.
struct Fact {
    std::string label;
    std::string value;
    std::string detail;  ///< smaller, below; may be empty
};

/// A job that failed, and the end of what it printed.
struct Failure {
    std::string name;
    StatusWords words;
    std::string detail;
    std::string log;  ///< path; may be empty
    std::string output;
    std::string error;
};

/// What one type of report says, for Markdown and HTML alike.
struct ReportContent {
    std::string title;
    StatusWords status;
    std::vector<Fact> facts;
    std::vector<Failure> failures;
    std::size_t failures_omitted = 0;
    std::vector<Table> tables;
};

ReportContent content_of(const PipelineReport& report);

/// SHA-256 of the commands, each ended by a NUL byte.
std::string commands_digest(const PipelineJob& job);

/// Of a run: `interrupted` if it has not ended and its engine is gone.
StatusWords status_words(const RunRecord& record) noexcept;

/// `2026-11-23 15:04:05 UTC`; `-` for none.
std::string time_text(const std::optional<SystemTime>& time);
/// `93.3 %`; `-` for none.
std::string percent_text(const std::optional<double>& value);

}  // namespace kahn::render
