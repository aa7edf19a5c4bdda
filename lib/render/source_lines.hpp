#pragma once

#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace kahn::render {

/// The lines of a text by number, from 1.
class SourceLines {
public:
    explicit SourceLines(std::string_view text);

    bool has(int number) const noexcept { return number >= 1 && static_cast<std::size_t>(number) <= starts_.size(); }
    /// Without its line end. \pre has(number)
    std::string_view line(int number) const;

    /// Columns as other tools count them: code points from 1, the end exclusive.
    struct Columns {
        std::size_t first = 1;
        std::size_t end = 2;
    };
    /// Places that are asked for in their order cost linear time, also in one long line.
    /// \param length in bytes; what goes beyond the line is cut off
    Columns code_points(const SourceLocation& location, std::size_t length);

private:
    struct Counted {
        int line = 0;
        std::size_t bytes = 0;
        std::size_t code_points = 0;
    };

    std::string_view text_;
    std::vector<std::size_t> starts_;
    Counted counted_;  // the last place that was asked for
};

}  // namespace kahn::render
