#include "model/expansion.hpp"

#include "base/text.hpp"
#include "model/name.hpp"

namespace kahn {
namespace {

/// Takes a text apart; `piece(text)` gets what stays, `name(name, offset)` each reference and may return an error.
template <class OnPiece, class OnName>
std::optional<ExpansionError> scan(std::string_view text, OnPiece piece, OnName name) {
    std::size_t done = 0;
    std::size_t at = text.find('$');
    while (at != std::string_view::npos) {
        const std::string_view rest = text.substr(at + 1);
        if (rest.starts_with('$')) {
            piece(text.substr(done, at + 1 - done));
            done = at + 2;
        } else if (rest.starts_with('{')) {
            const std::size_t name_at = at + 2;
            const std::size_t end = text.find_first_of("}$\n", name_at);
            if (end == std::string_view::npos || text[end] != '}') return ExpansionError{at, 2, "unclosed '${'"};
            const std::string_view found = text.substr(name_at, end - name_at);
            if (found.empty()) return ExpansionError{at, 3, "'${}' names no variable"};
            if (!is_variable_name(found)) {
                return ExpansionError{name_at, found.size(), "'" + printable(found) + "' is no name of a variable"};
            }
            piece(text.substr(done, at - done));
            if (std::optional<ExpansionError> error = name(found, name_at)) return error;
            done = end + 1;
        } else {
            at = text.find('$', at + 1);  // it stays
            continue;
        }
        at = text.find('$', done);
    }
    piece(text.substr(done));
    return std::nullopt;
}

}  // namespace

std::optional<ExpansionError> check_expansion(std::string_view text) {
    return scan(
        text, [](std::string_view) {}, [](std::string_view, std::size_t) { return std::optional<ExpansionError>(); });
}

std::variant<std::string, ExpansionError> expand(std::string_view text, const VariableLookup& lookup) {
    std::string out;
    std::optional<ExpansionError> error = scan(
        text, [&out](std::string_view piece) { out += piece; },
        [&](std::string_view name, std::size_t offset) -> std::optional<ExpansionError> {
            const std::optional<std::string_view> value = lookup(name);
            if (!value) return ExpansionError{offset, name.size(), "undefined variable '" + std::string(name) + "'"};
            out += *value;
            return std::nullopt;
        });
    if (error) return *std::move(error);
    return out;
}

}  // namespace kahn
