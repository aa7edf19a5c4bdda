#include "base/text_matcher.hpp"

#include <algorithm>

namespace kahn {

std::string TextMatcher::normal_form(std::string_view text) {
    std::string out;
    bool is_gap = false;
    for (const char c : text) {
        if (is_space(static_cast<unsigned char>(c))) {
            is_gap = !out.empty();
            continue;
        }
        if (is_gap) out += ' ';
        is_gap = false;
        out += c;
    }
    return out;
}

TextMatcher::TextMatcher(std::span<const std::string> texts) : nodes_(1) {
    for (const std::string& text : texts) insert(text);
    link();
}

TextMatcher::State TextMatcher::child(State state, unsigned char symbol) const noexcept {
    if (state == root) return first_[symbol];
    State found = nodes_[state].first_child;
    while (found != root && nodes_[found].symbol != symbol) found = nodes_[found].next_sibling;
    return found;
}

void TextMatcher::insert(std::string_view text) {
    State at = root;
    for (const char c : text) {
        const auto symbol = static_cast<unsigned char>(c);
        State to = child(at, symbol);
        if (to == root) {
            to = static_cast<State>(nodes_.size());
            Node node;
            node.symbol = symbol;
            node.depth = nodes_[at].depth + 1;
            node.next_sibling = nodes_[at].first_child;
            nodes_.push_back(node);
            nodes_[at].first_child = to;
            if (at == root) first_[symbol] = to;
        }
        at = to;
    }
    if (at != root) nodes_[at].longest = nodes_[at].depth;
}

/// By breadth: a state's failure is known before its children need it.
void TextMatcher::link() {
    std::vector<State> order{root};
    order.reserve(nodes_.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        const State parent = order[i];
        for (State at = nodes_[parent].first_child; at != root; at = nodes_[at].next_sibling) {
            order.push_back(at);
            if (parent != root) nodes_[at].failure = next(nodes_[parent].failure, nodes_[at].symbol);
            nodes_[at].longest = std::max(nodes_[at].longest, nodes_[nodes_[at].failure].longest);
        }
    }
}

TextMatcher::State TextMatcher::next(State state, unsigned char symbol) const noexcept {
    while (state != root) {
        const State to = child(state, symbol);
        if (to != root) return to;
        state = nodes_[state].failure;
    }
    return first_[symbol];
}

}  // namespace kahn
