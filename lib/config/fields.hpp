#pragma once

#include "config/document_builder.hpp"
#include "config/reading.hpp"

#include <kahn/model/pipeline.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

/// The types that keys take. Each one has its name in words, reads a value into a member of the model, writes it back, and has
/// a JSON Schema (draft-07) that accepts whatever it reads; what a schema cannot say, reading alone refuses.
namespace kahn::config::fields {

struct Text {
    static constexpr std::string_view type = "a text";
    static constexpr std::string_view schema = R"({"type": ["string", "number", "boolean"]})";
    static void read(const Value& value, std::string& out);
    static void write(const std::string& text, DocumentBuilder& out) { out.text(text); }
};

/// 1 to 128 bytes without control characters or blanks at its ends.
struct Name : Text {
    static constexpr std::string_view type = "a name";
    static constexpr std::string_view schema = R"({"type": ["string", "number", "boolean"], "minLength": 1, "maxLength": 128})";
    static void read(const Value& value, std::string& out);
};

/// A text in which the engine expands `${NAME}`.
struct ExpandedText : Text {
    static void read(const Value& value, std::string& out);
};

/// `owner/name`, or a text with `${NAME}` that becomes that.
struct RepositoryName : Text {
    static constexpr std::string_view type = "a repository, owner/name";
    static constexpr std::string_view schema = R"({"type": "string", "pattern": "^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$|[$]"})";
    static void read(const Value& value, std::string& out);
};

/// A workflow's file or number, or a text with `${NAME}` that becomes that.
struct WorkflowName : Text {
    static constexpr std::string_view type = "a workflow's file or number";
    static constexpr std::string_view schema = R"({"type": ["string", "number", "boolean"], "pattern": "^[^/]+$|[$]"})";
    static void read(const Value& value, std::string& out);
};

struct ConditionExpression : Text {
    static constexpr std::string_view type = "an expression";
    static void read(const Value& value, std::string& out);
};

struct Switch {
    static constexpr std::string_view type = "true or false";
    static constexpr std::string_view schema = R"({"type": "boolean"})";
    static void read(const Value& value, bool& out);
    static void write(bool flag, DocumentBuilder& out) { out.literal(flag ? "true" : "false"); }
};

struct Count {
    static constexpr std::string_view type = "a whole number";
    static constexpr std::string_view schema = R"({"type": "integer", "minimum": 0, "maximum": 2147483647})";
    static void read(const Value& value, int& out);
    static void write(int count, DocumentBuilder& out) { out.literal(std::to_string(count)); }
};

template <int MinimumMilliseconds>
struct Duration {
    static constexpr std::string_view type = "a duration";
    static constexpr std::string_view schema = R"({
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 2592000},
            {"type": "string", "pattern": "^([0-9.]+([eE][-+]?[0-9]+)?|([0-9.]+d)?([0-9.]+h)?([0-9.]+m)?([0-9.]+s)?([0-9.]+ms)?)$",
             "minLength": 1}
        ]
    })";
    static void read(const Value& value, std::chrono::milliseconds& out);
    static void write(std::chrono::milliseconds duration, DocumentBuilder& out);
};
using Timeout = Duration<1>;
using Delay = Duration<0>;

struct TextList {
    static constexpr std::string_view type = "a list of texts";
    static constexpr std::string_view schema = R"({"type": ["array", "null"], "items": {"type": ["string", "number", "boolean"], "minLength": 1}})";
    static void read(const Value& value, std::vector<std::string>& out);
    static void write(const std::vector<std::string>& list, DocumentBuilder& out);
};

/// Not empty, nor is any command.
struct CommandList : TextList {
    static constexpr std::string_view type = "a list of commands";
    static constexpr std::string_view schema = R"({"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"], "minLength": 1}})";
    static void read(const Value& value, std::vector<std::string>& out);
};

/// Not empty; the engine expands `${NAME}` in each of them.
struct WordList : TextList {
    static constexpr std::string_view type = "a list of words";
    static constexpr std::string_view schema = R"({"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}})";
    static void read(const Value& value, std::vector<std::string>& out);
};

struct Leftovers {
    static constexpr std::string_view type = "kill, keep or fail";
    static constexpr std::string_view schema = R"({"enum": ["kill", "keep", "fail"]})";
    static void read(const Value& value, LeftoverPolicy& out);
    static void write(LeftoverPolicy policy, DocumentBuilder& out) { out.text(to_string(policy)); }
};

/// Globs that stay below the working directory.
struct ArtifactList : TextList {
    static constexpr std::string_view type = "a list of patterns";
    static constexpr std::string_view schema = R"({"type": ["array", "null"], "items": {"type": ["string", "number", "boolean"], "pattern": "^[^/]"}})";
    static void read(const Value& value, std::vector<std::string>& out);
};

/// The same, or one of them.
struct OneOrManyPatterns : TextList {
    static constexpr std::string_view type = "a pattern or a list of patterns";
    static constexpr std::string_view schema = R"({"type": ["array", "null", "string", "number", "boolean"], "pattern": "^[^/]", "items": {"type": ["string", "number", "boolean"], "pattern": "^[^/]"}})";
    static void read(const Value& value, std::vector<std::string>& out);
};

struct OneOrManyTexts : TextList {
    static constexpr std::string_view type = "a text or a list of texts";
    static constexpr std::string_view schema = R"({"type": ["array", "null", "string", "number", "boolean"], "minLength": 1, "items": {"type": ["string", "number", "boolean"], "minLength": 1}})";
    static void read(const Value& value, std::vector<std::string>& out);
};

/// Names of variables to scalars, whose text is kept as it was written.
struct VariableMap {
    static constexpr std::string_view type = "a mapping of names to values";
    static constexpr std::string_view schema = R"({
        "type": ["object", "null"],
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 128},
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]}
    })";
    static void read(const Value& value, Variables& out);
    static void write(const Variables& variables, DocumentBuilder& out);
};

/// The same where the engine expands `${NAME}` in the values.
struct ExpandedVariableMap : VariableMap {
    static void read(const Value& value, Variables& out);
};

/// Names of variables, each once.
struct VariableNameList : TextList {
    static constexpr std::string_view type = "a list of names of variables";
    static constexpr std::string_view schema = R"({
        "type": ["array", "null"],
        "items": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 128},
        "uniqueItems": true
    })";
    static void read(const Value& value, std::vector<std::string>& out);
};

/// The same for a workflow's inputs, whose names may hold hyphens.
struct InputMap : VariableMap {
    static constexpr std::string_view schema = R"({
        "type": ["object", "null"],
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_-]*$", "maxLength": 128},
        "maxProperties": 25,
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]}
    })";
    static void read(const Value& value, Variables& out);
};

struct TriggerList {
    static constexpr std::string_view type = "a list of push, pull_request, manual, schedule";
    static constexpr std::string_view schema = R"({
        "type": ["array", "object", "null"],
        "items": {"enum": ["push", "pull_request", "manual", "schedule"]},
        "uniqueItems": true,
        "propertyNames": {"enum": ["push", "pull_request", "manual", "schedule"]},
        "additionalProperties": {"type": ["boolean", "null", "object", "array"], "maxProperties": 0, "maxItems": 0}
    })";
    static void read(const Value& value, std::vector<Trigger>& out);
    static void write(const std::vector<Trigger>& triggers, DocumentBuilder& out);
};

}  // namespace kahn::config::fields
