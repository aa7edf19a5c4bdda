#pragma once

#include "config/document.hpp"
#include "config/line_index.hpp"
#include "config/places.hpp"
#include "config/report.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kahn::config {

/// What the whole of a reading shares.
struct Reading {
    const Document& document;
    Report& report;
    Places& places;
    const LineIndex* lines = nullptr;  ///< nothing for a document without text

    SourceLocation location(NodeId node) const {
        return lines != nullptr ? lines->at(document[node].span.offset) : SourceLocation();
    }
};

/// The mapping that a key stands in, for messages: "job 'package'".
struct Owner {
    std::string_view noun;       ///< `pipeline`, `stage`, `job`
    NodeId name = 0;             ///< the value of its `name`; 0: none
    std::string_view part = {};  ///< "the conditions of "; empty: the mapping itself

    std::string describe(const Document& document) const;
};

/// The value of one key, on its way into the model.
class Value {
public:
    Value(const Reading& reading, NodeId node, std::string_view key, const Owner& owner)
        : reading_(reading), node_(node), key_(key), owner_(owner) {}

    const Reading& reading() const noexcept { return reading_; }
    const Document& document() const noexcept { return reading_.document; }
    NodeId node() const noexcept { return node_; }
    const Node& operator*() const { return document()[node_]; }
    const Owner& owner() const noexcept { return owner_; }

    /// The same for an entry of this list.
    Value entry(NodeId node) const;
    /// The same for a member of this mapping, or its key.
    Value member(NodeId node, std::string_view name) const;

    /// "'timeout' of job 'package'", "an entry of 'commands' of job 'package'", "'CC' in 'environment' of stage
    /// 'build'"
    std::string subject() const;

    /// Adds a problem whose message is the subject and `predicate`.
    void refuse(Code code, std::string_view predicate, std::string help = {}) const;
    /// The same for a part of the scalar: the place is that part where the source has the text as it is.
    void refuse_part(Code code, std::size_t offset, std::size_t length, std::string_view predicate,
                     std::string help = {}) const;
    /// "must be a list of commands, not a text"
    void refuse_kind(std::string_view wanted, std::string help = {}) const;

    /// Whether nothing was written here: then an optional list or mapping is empty.
    bool is_nothing() const;
    /// The scalar's text, literals included; refuses everything else. Nothing that holds NUL or is not UTF-8.
    std::optional<std::string_view> scalar(std::string_view wanted) const;
    /// The same for a text; in a typed document numbers and booleans are none.
    std::optional<std::string_view> text(std::string_view wanted) const;
    /// The same for a plain scalar: one with quotes is a text and refused.
    std::optional<std::string_view> literal(std::string_view wanted) const;

private:
    const Reading& reading_;
    NodeId node_;
    std::string_view key_;
    Owner owner_;
    enum class Part { whole, entry, member };
    Part part_ = Part::whole;
    std::string_view member_;
};

/// Whether Value::text() gives a text rather than refuse the node for its kind.
bool is_text(const Document& document, NodeId node);

}  // namespace kahn::config
