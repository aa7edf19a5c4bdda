#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kahn::config {

/// A node's number in its document, in the order of the text.
using NodeId = std::uint32_t;

/// Bytes of the text: what a diagnostic underlines.
struct Span {
    std::uint32_t offset = 0;
    std::uint32_t length = 1;

    friend bool operator==(const Span&, const Span&) = default;
};

/// One value of a document. 20 bytes; its descendants follow it directly.
struct Node {
    enum class Kind : std::uint8_t { null, scalar, sequence, mapping };

    Span span;               ///< as it was written: quotes included, of a collection only the beginning
    std::uint32_t text = 0;  ///< of a scalar or null: where its text begins
    std::uint32_t extent =
        0;  ///< of a scalar or null: the bytes of its text; of a collection: one past the last descendant
    Kind kind = Kind::null;
    bool plain : 1 = false;  ///< without quotes; in a typed document a number or a boolean
    bool owned : 1 = false;  ///< the text stands in the document's own store, because the source has it in another form
    bool merges : 1 = false;   ///< the key `<<`, whose value's members belong to this mapping, too
    bool repeats : 1 = false;  ///< a key that its mapping has already: it is reported, and then left out
};

static_assert(sizeof(Node) == 20);

/// What a pipeline file says before anybody knows what it means: one tree for YAML, JSON and values in memory.
///
/// Flat, in the order of the text: a mapping's children are key, value, key, value. Whoever has an id can walk:
///
///     for (NodeId child = id + 1; child != document.end(id); child = document.next(child))
///
/// \par Object lifetimes
/// Refers to the source it was read from.
class Document {
public:
    struct Member {
        NodeId key;
        NodeId value;
    };

    const Node& operator[](NodeId id) const { return nodes_[id]; }
    std::size_t size() const noexcept { return nodes_.size(); }

    /// The next sibling, which is end() of the parent if there is none.
    NodeId next(NodeId id) const { return is_collection(id) ? nodes_[id].extent : id + 1; }
    NodeId end(NodeId id) const { return next(id); }
    bool is_collection(NodeId id) const {
        return nodes_[id].kind == Node::Kind::sequence || nodes_[id].kind == Node::Kind::mapping;
    }
    /// \pre a scalar or null
    std::string_view text(NodeId id) const {
        const Node& node = nodes_[id];
        return (node.owned ? std::string_view(store_) : source_).substr(node.text, node.extent);
    }

    /// A mapping's members as they count: its own, then those that `<<` brings and that it does not have itself.
    std::vector<Member> members(NodeId mapping) const;

    /// `stages[2].jobs[0]`; empty for the root.
    std::string path(NodeId id) const;

    /// Plain scalars are numbers and booleans, and never text: JSON.
    bool is_typed() const noexcept { return typed_; }
    /// There is no text: a span's offset is the node's id.
    bool is_value() const noexcept { return value_; }
    /// Where a scalar's text stands in the source, if it stands there in one piece at the place of the node.
    bool is_verbatim(NodeId id) const;

private:
    friend class DocumentBuilder;

    /// \returns whether any came by `<<`
    bool append_members(NodeId mapping, std::vector<Member>& out) const;

    std::string_view source_;
    std::string store_;
    std::vector<Node> nodes_;
    bool typed_ = false;
    bool value_ = false;
};

}  // namespace kahn::config
