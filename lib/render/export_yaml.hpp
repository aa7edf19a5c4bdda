#pragma once

#include <string>
#include <string_view>

namespace kahn::render {

/// A text as a YAML scalar on one line: as it stands where no reader of YAML 1.1 or 1.2 could take it for anything else, in
/// double quotes otherwise.
std::string yaml_text(std::string_view text);

/// A text as the value of a key: a block (`|-`) below it if it has several lines and a block can hold it, else yaml_text().
/// \param indent of the lines of the block
std::string yaml_block(std::string_view text, std::size_t indent);

/// Lines of a comment: control characters stand as `\xNN`, each line begins with `# `.
std::string yaml_comment(std::string_view text, std::size_t indent);

}  // namespace kahn::render
