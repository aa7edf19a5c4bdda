#pragma once

#include <kahn/model/status.hpp>

#include <string>
#include <string_view>

namespace kahn::render {

/// Colours around words, or none.
class Palette {
public:
    explicit Palette(bool is_coloured) : is_coloured_(is_coloured) {}

    std::string green(std::string_view text) const { return in("32", text); }
    std::string red(std::string_view text) const { return in("31", text); }
    std::string yellow(std::string_view text) const { return in("33", text); }
    std::string cyan(std::string_view text) const { return in("36", text); }
    std::string dim(std::string_view text) const { return in("2", text); }
    std::string bold(std::string_view text) const { return in("1", text); }

    /// In the colour of how something ended.
    std::string by(PipelineStatus status, bool is_allowed, std::string_view text) const {
        switch (status) {
            case PipelineStatus::success: return green(text);
            case PipelineStatus::failure: return is_allowed ? yellow(text) : red(text);
            default: return dim(text);
        }
    }

private:
    std::string in(const char* code, std::string_view text) const {
        if (!is_coloured_ || text.empty()) return std::string(text);
        return "\x1B[" + std::string(code) + 'm' + std::string(text) + "\x1B[0m";
    }

    bool is_coloured_;
};

}  // namespace kahn::render
