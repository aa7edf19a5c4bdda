#include "config/document_builder.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <limits>

namespace kahn::config {

DocumentBuilder::DocumentBuilder(std::string_view source, bool typed, Report& report) : report_(&report) {
    document_.source_ = source;
    document_.typed_ = typed;
}

DocumentBuilder DocumentBuilder::for_value(Report& report) {
    DocumentBuilder builder({}, true, report);
    builder.document_.value_ = true;
    return builder;
}

NodeId DocumentBuilder::add(Node node) {
    if (document_.nodes_.size() >= max_nodes) {
        throw ReadFailure{Problem(Code::too_large, node.span, "more than 10,000,000 values")};
    }
    const auto id = static_cast<NodeId>(document_.nodes_.size());
    if (document_.value_) node.span = {id, 1};
    const bool is_collection = node.kind == Node::Kind::sequence || node.kind == Node::Kind::mapping;
    if (!open_.empty() && open_.back().is_mapping) {
        if (open_.back().at_key && is_collection) {
            throw ReadFailure{Problem(Code::wrong_type, node.span, "a list or a mapping cannot be a key")};
        }
        open_.back().at_key = !open_.back().at_key;
    }
    document_.nodes_.push_back(node);
    return id;
}

void DocumentBuilder::set_text(Node& node, std::uint32_t guess, std::string_view text) {
    node.extent = static_cast<std::uint32_t>(text.size());
    const bool is_there = !document_.value_ && guess <= document_.source_.size() &&
                          (text.data() == document_.source_.data() + guess || document_.source_.substr(guess, text.size()) == text);
    if (is_there) {
        node.text = guess;
        return;
    }
    if (document_.store_.size() + text.size() > std::numeric_limits<std::uint32_t>::max()) {
        throw ReadFailure{Problem(Code::too_large, node.span, "more than 4 GiB of text")};
    }
    node.owned = true;
    node.text = static_cast<std::uint32_t>(document_.store_.size());
    document_.store_ += text;
}

NodeId DocumentBuilder::scalar(Span span, std::uint32_t guess, std::string_view text, bool plain) {
    Node node;
    node.span = span;
    node.kind = Node::Kind::scalar;
    node.plain = plain;
    set_text(node, guess, text);
    return add(node);
}

NodeId DocumentBuilder::null(Span span, std::string_view text) {
    Node node;
    node.span = span;
    node.plain = true;
    set_text(node, span.offset, text);
    return add(node);
}

NodeId DocumentBuilder::begin(Span span, Node::Kind kind) {
    if (open_.size() >= max_depth) {
        if (document_.value_) span = {static_cast<NodeId>(document_.nodes_.size() - 1), 1};
        throw ReadFailure{Problem(Code::too_deep, span, "nested more than 64 deep")};
    }
    Node node;
    node.span = span;
    node.kind = kind;
    const NodeId id = add(node);
    // A walk up to here has to stay inside the document also before it is finished.
    document_.nodes_[id].extent = id + 1;
    open_.push_back({id, kind == Node::Kind::mapping, true});
    return id;
}

NodeId DocumentBuilder::begin_sequence(Span span) { return begin(span, Node::Kind::sequence); }
NodeId DocumentBuilder::begin_mapping(Span span) { return begin(span, Node::Kind::mapping); }

void DocumentBuilder::end() {
    const Open closed = open_.back();
    open_.pop_back();
    document_.nodes_[closed.id].extent = static_cast<NodeId>(document_.nodes_.size());
    if (closed.is_mapping) check_members(closed.id);
}

NodeId DocumentBuilder::alias(Span span, NodeId target) {
    const NodeId end = document_.end(target);
    alias_nodes_ += end - target;
    if (alias_nodes_ > max_alias_nodes) {
        throw ReadFailure{
            Problem(Code::too_large, span, "aliases make more than 100,000 values")
                .with_help("an alias counts as many values as its anchor holds, its own aliases included")};
    }
    std::vector<NodeId> ends;  // of the collections around the node
    for (NodeId from = target; from != end; ++from) {
        while (!ends.empty() && ends.back() <= from) ends.pop_back();
        if (!document_.is_collection(from)) continue;
        ends.push_back(document_.end(from));
        if (open_.size() + ends.size() > max_depth) {
            throw ReadFailure{Problem(Code::too_deep, span, "nested more than 64 deep by this alias")};
        }
    }

    Node root = document_.nodes_[target];
    const bool is_collection = document_.is_collection(target);
    root.span = span;
    const auto id = static_cast<NodeId>(document_.nodes_.size());
    const NodeId shift = id - target;
    if (is_collection) root.extent += shift;
    add(root);
    if (document_.nodes_.size() + (end - target) > max_nodes) {
        throw ReadFailure{Problem(Code::too_large, span, "more than 10,000,000 values")};
    }
    for (NodeId from = target + 1; from < end; ++from) {
        Node copy = document_.nodes_[from];
        if (document_.is_collection(from)) copy.extent += shift;
        document_.nodes_.push_back(copy);
    }
    return id;
}

Document DocumentBuilder::finish() {
    for (const Open& open : open_) document_.nodes_[open.id].extent = static_cast<NodeId>(document_.nodes_.size());
    open_.clear();
    return std::move(document_);
}

void DocumentBuilder::check_members(NodeId mapping) {
    keys_.clear();
    for (NodeId key = mapping + 1; key != document_.end(mapping); key = document_.next(key + 1)) {
        keys_.push_back(key);
        if (document_.nodes_[key].merges) check_merge(key + 1);
    }
    if (keys_.size() <= few_keys) {
        const auto is_repeated = [this](auto key) {
            const std::string_view name = document_.text(*key);
            return std::any_of(keys_.begin(), key, [&](NodeId before) { return document_.text(before) == name; });
        };
        bool any = false;
        for (auto key = keys_.begin(); key != keys_.end() && !any; ++key) any = is_repeated(key);
        if (!any) return;
    }
    // Sorting cannot be driven into quadratic time by chosen keys, as hashing can.
    std::sort(keys_.begin(), keys_.end(), [this](NodeId a, NodeId b) {
        const int order = document_.text(a).compare(document_.text(b));
        return order != 0 ? order < 0 : a < b;
    });
    for (std::size_t i = 1, first = 0; i < keys_.size(); ++i) {
        const std::string_view name = document_.text(keys_[i]);
        if (document_.text(keys_[first]) != name) {
            first = i;
            continue;
        }
        document_.nodes_[keys_[i]].repeats = true;
        report_->add(Problem(Code::duplicate_key, document_.nodes_[keys_[i]].span,
                             "key '" + printable(name) + "' is given twice")
                         .with_label("given again here")
                         .with_related(document_.nodes_[keys_[first]].span, "first given here"));
    }
}

void DocumentBuilder::check_merge(NodeId value) {
    const auto is_mapping = [this](NodeId id) { return document_.nodes_[id].kind == Node::Kind::mapping; };
    bool is_good = is_mapping(value);
    if (document_.nodes_[value].kind == Node::Kind::sequence) {
        is_good = true;
        for (NodeId item = value + 1; item != document_.end(value); item = document_.next(item)) {
            is_good = is_good && is_mapping(item);
        }
    }
    if (is_good) return;
    throw ReadFailure{
        Problem(Code::bad_merge, document_.nodes_[value].span, "'<<' takes a mapping or a list of mappings")};
}

}  // namespace kahn::config
