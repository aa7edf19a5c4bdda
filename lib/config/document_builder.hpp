#pragma once

#include "config/document.hpp"
#include "config/report.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace kahn::config {

/// A problem after which a text cannot be read any further.
struct ReadFailure {
    Problem problem;
};

/// Builds a document from its values in the order of the text, and holds it to the limits.
///
/// \throws ReadFailure from every member that adds a node: depth, number of nodes, a list or mapping as a key
class DocumentBuilder {
public:
    static constexpr std::size_t max_depth = 64;
    static constexpr std::size_t few_keys = 12;  ///< comparing each with each is cheaper than sorting
    static constexpr std::size_t max_nodes = 10'000'000;
    static constexpr std::size_t max_alias_nodes = 100'000;

    /// \param report gets duplicate keys
    DocumentBuilder(std::string_view source, bool typed, Report& report);
    /// Of a document without text: spans are given by itself.
    static DocumentBuilder for_value(Report& report);

    /// \param guess where in the source the text stands if it stands there as it is
    NodeId scalar(Span span, std::uint32_t guess, std::string_view text, bool plain);
    NodeId null(Span span, std::string_view text);
    NodeId begin_sequence(Span span);
    NodeId begin_mapping(Span span);
    /// Ends the innermost sequence or mapping.
    void end();
    /// Adds a copy of a node that is complete; its own place is that of the alias.
    NodeId alias(Span span, NodeId target);
    /// The last key, plain and `<<`, takes in its value's members.
    void merge_key(NodeId key) { document_.nodes_[key].merges = true; }

    /// For documents without text.
    NodeId text(std::string_view value) { return scalar({}, 0, value, false); }
    NodeId literal(std::string_view value) { return scalar({}, 0, value, true); }

    bool expects_key() const { return !open_.empty() && open_.back().is_mapping && open_.back().at_key; }
    std::size_t depth() const noexcept { return open_.size(); }
    const Document& document() const noexcept { return document_; }
    /// Ends what is still open, as after a failure.
    Document finish();

private:
    struct Open {
        NodeId id;
        bool is_mapping;
        bool at_key;
    };

    NodeId add(Node node);
    NodeId begin(Span span, Node::Kind kind);
    void set_text(Node& node, std::uint32_t guess, std::string_view text);
    void check_members(NodeId mapping);
    void check_merge(NodeId value);

    Document document_;
    Report* report_;
    std::vector<Open> open_;
    std::vector<NodeId> keys_;  // scratch
    std::size_t alias_nodes_ = 0;
};

}  // namespace kahn::config
