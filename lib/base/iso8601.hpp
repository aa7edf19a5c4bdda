#pragma once

#include <kahn/base/time.hpp>

#include <array>
#include <string_view>

namespace kahn {

/// The text of to_iso8601() without a string: for those who write many of them.
class Iso8601 {
public:
    explicit Iso8601(SystemTime time) noexcept;

    operator std::string_view() const noexcept { return {text_.data(), text_.size()}; }  // NOLINT: it is nothing but its text

private:
    std::array<char, 30> text_;
};

}  // namespace kahn
