#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kahn {

/// Finds many texts at once: the automaton of Aho and Corasick (1975), with every failure link, over symbols: a symbol is a byte,
/// or a run of white space, which is one blank.
///
/// A state is the longest end of what came that begins one of the texts.
class TextMatcher {
public:
    using State = std::uint32_t;
    static constexpr State root = 0;

    static constexpr bool is_space(unsigned char byte) noexcept { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }
    /// Without the white space at its ends, each run of it inside as one blank.
    static std::string normal_form(std::string_view text);

    /// \param texts in normal form; empty ones match nothing
    explicit TextMatcher(std::span<const std::string> texts);

    State next(State state, unsigned char symbol) const noexcept;
    /// How many symbols of what came the state stands for.
    std::uint32_t depth(State state) const noexcept { return nodes_[state].depth; }
    /// The symbols of the longest text that ends here; 0: none does.
    std::uint32_t longest_match(State state) const noexcept { return nodes_[state].longest; }
    bool may_begin(unsigned char symbol) const noexcept { return first_[symbol] != root; }

private:
    struct Node {
        State failure = root;
        State first_child = root;
        State next_sibling = root;
        std::uint32_t depth = 0;
        std::uint32_t longest = 0;
        unsigned char symbol = 0;
    };

    State child(State state, unsigned char symbol) const noexcept;
    void insert(std::string_view text);
    void link();

    std::vector<Node> nodes_;
    std::array<State, 256> first_{};  // the root's children
};

}  // namespace kahn
