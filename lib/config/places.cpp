#include "config/places.hpp"

#include "config/reading.hpp"

namespace kahn::config {

void Places::add_stage(NodeId node) { stages_.push_back({node, jobs_.size(), true}); }

void Places::add_job(NodeId node) { jobs_.push_back(node); }

NodeId Places::find(NodeId mapping, std::string_view key) const {
    for (const auto& [name, value] : document_->members(mapping)) {
        if (document_->text(name) == key) return value;
    }
    return mapping;
}

Span Places::value(NodeId mapping, std::string_view key) const { return span(find(mapping, key)); }

void Places::add_matrix(NodeId node, std::string name, std::size_t first, std::size_t count) {
    matrices_.push_back({node, std::move(name), stages_.size() - 1, first, count});
}

Span Places::entry(NodeId mapping, std::string_view key, std::size_t index) const {
    if (key == "dependencies" && !dependency_entries_.empty()) {
        const auto found = dependency_entries_.find(mapping);
        if (found != dependency_entries_.end()) index = found->second.at(index);
    }
    if (cursor_.mapping != mapping || cursor_.key != key || cursor_.index > index || cursor_.list == 0) {
        const NodeId found = find(mapping, key);
        cursor_ = {mapping, key, found, 0, found + 1};
    }
    const NodeId list = cursor_.list;
    if ((*document_)[list].kind != Node::Kind::sequence) return span(list);
    // Only texts came into the model.
    for (; cursor_.node != document_->end(list); cursor_.node = document_->next(cursor_.node)) {
        if (!is_text(*document_, cursor_.node)) continue;
        if (cursor_.index == index) return span(cursor_.node);
        ++cursor_.index;
    }
    cursor_ = {};
    return span(list);
}

}  // namespace kahn::config
