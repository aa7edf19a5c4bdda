#pragma once

#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace kahn {

/// Where and why `${NAME}` in a text cannot be expanded.
struct ExpansionError {
    std::size_t offset = 0;  ///< in bytes from the start of the text
    std::size_t length = 1;
    std::string message;
};

/// Finds what is wrong with the form of a text for expand(): an unclosed `${`, a name that is none.
std::optional<ExpansionError> check_expansion(std::string_view text);

/// Looks a name up; nothing if it is undefined.
using VariableLookup = std::function<std::optional<std::string_view>(std::string_view name)>;

/// Replaces each `${NAME}` by its value, `$$` by a dollar; any other dollar stays. Values are not expanded again, so a
/// value can refer to nothing. For the fields that no shell reads.
std::variant<std::string, ExpansionError> expand(std::string_view text, const VariableLookup& lookup);

}  // namespace kahn
