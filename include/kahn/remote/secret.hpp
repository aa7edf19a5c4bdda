#pragma once

#include <string>
#include <utility>

namespace kahn::remote {

/// A token or a password. It cannot be streamed or printed by accident, and its memory is wiped at the end.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : text_(other.text_) { other.wipe(); }
    Secret& operator=(const Secret& other) {
        if (this == &other) return *this;
        wipe();
        text_ = other.text_;
        return *this;
    }
    Secret& operator=(Secret&& other) noexcept {
        if (this == &other) return *this;
        wipe();
        text_ = other.text_;
        other.wipe();
        return *this;
    }
    ~Secret() { wipe(); }

    bool empty() const noexcept { return text_.empty(); }
    /// The text itself: for the request header, and nothing else.
    const std::string& reveal() const noexcept { return text_; }

private:
    void wipe() noexcept;

    std::string text_;
};

}  // namespace kahn::remote
