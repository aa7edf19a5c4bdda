#include "config/document.hpp"

#include <algorithm>

namespace kahn::config {
namespace {

/// Keeps the first of those with one name; the order stays.
void drop_overridden(const Document& document, std::vector<Document::Member>& members) {
    std::vector<std::size_t> order(members.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto name = [&](std::size_t i) { return document.text(members[i].key); };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const int by_name = name(a).compare(name(b));
        return by_name != 0 ? by_name < 0 : a < b;
    });
    std::vector<bool> overridden(members.size());
    for (std::size_t i = 1; i < order.size(); ++i) overridden[order[i]] = name(order[i]) == name(order[i - 1]);
    std::size_t index = 0;
    std::erase_if(members, [&](const Document::Member&) { return overridden[index++]; });
}

}  // namespace

bool Document::is_verbatim(NodeId id) const {
    const Node& node = nodes_[id];
    return !value_ && !node.owned && node.text >= node.span.offset &&
           node.text + node.extent <= node.span.offset + node.span.length;
}

std::vector<Document::Member> Document::members(NodeId mapping) const {
    std::vector<Member> out;
    out.reserve(8);  // as many as most mappings have
    if (append_members(mapping, out)) drop_overridden(*this, out);
    return out;
}

// As deep as the document, so at most its depth limit.
bool Document::append_members(NodeId mapping, std::vector<Member>& out) const {
    bool has_merge = false;
    for (NodeId key = mapping + 1; key != end(mapping); key = next(key + 1)) {
        has_merge = has_merge || nodes_[key].merges;
        if (!nodes_[key].merges && !nodes_[key].repeats) out.push_back({key, key + 1});
    }
    if (!has_merge) return false;
    for (NodeId key = mapping + 1; key != end(mapping); key = next(key + 1)) {
        if (!nodes_[key].merges) continue;
        const NodeId value = key + 1;
        if (nodes_[value].kind == Node::Kind::mapping) {
            append_members(value, out);
        } else if (nodes_[value].kind == Node::Kind::sequence) {
            for (NodeId item = value + 1; item != end(value); item = next(item)) append_members(item, out);
        }
    }
    return true;
}

std::string Document::path(NodeId id) const {
    std::string out;
    for (NodeId at = 0; at != id && is_collection(at);) {
        const bool is_mapping = nodes_[at].kind == Node::Kind::mapping;
        std::size_t index = 0;
        NodeId child = at + 1;
        while (next(child) <= id) {
            child = next(child);
            ++index;
        }
        if (is_mapping) {
            const NodeId key = index % 2 == 0 ? child : child - 1;
            if (!out.empty()) out += '.';
            out += text(key);
        } else {
            out += '[' + std::to_string(index) + ']';
        }
        at = child;
    }
    return out;
}

}  // namespace kahn::config
