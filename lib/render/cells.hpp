#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kahn::render {

/// How many terminal cells a printable line takes.
std::size_t cells(std::string_view text);

/// At most `width` cells of a printable line: its beginning and `…`.
std::string cut_end(std::string_view text, std::size_t width);
/// The same, with its beginning and its end.
std::string cut_middle(std::string_view text, std::size_t width);
/// The same, filled up with blanks.
std::string padded(std::string_view text, std::size_t width);

/// One line of output without any control sequence, colours included, tabs as blanks.
std::string plain_line(std::string_view line);

}  // namespace kahn::render
