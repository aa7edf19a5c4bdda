#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kahn {

class TextMatcher;

/// Replaces secrets in text by `***`: each of them as it is, in base64 at any of its three shifts, and as URLs, JSON and shells
/// write it. What overlaps or touches becomes one `***`.
///
/// White space in a secret matches any white space, up to `longest_gap` bytes of it: `\n` that a terminal made `\r\n`, the
/// blanks that a shell makes of lines. White space around a secret is not part of it.
///
/// \par Thread safety
/// Immutable: share it. What one stream has seen so far is a MaskingStream.
class Masker {
public:
    static constexpr std::size_t shortest = 6;  ///< bytes; less would hide half of what is printed
    static constexpr std::size_t most_bytes = std::size_t{24} << 10;  ///< of all secrets together: what finds them takes up to 2 KiB a byte
    static constexpr std::size_t longest_gap = 256;
    static constexpr std::string_view replacement = "***";

    /// Whether a value can be masked: it has `shortest` bytes between the white space at its ends.
    static bool accepts(std::string_view secret) noexcept;

    /// \pre every secret is accepted, and they have at most `most_bytes` together
    explicit Masker(std::span<const std::string> secrets);
    ~Masker();
    Masker(const Masker&) = delete;
    Masker& operator=(const Masker&) = delete;

    /// A whole text without its secrets.
    std::string mask(std::string_view text) const;
    /// Whether there is a secret in a whole text.
    bool finds_in(std::string_view text) const;

private:
    friend class MaskingStream;
    std::unique_ptr<const TextMatcher> matcher_;
};

/// Masks one stream that comes in pieces, wherever they are cut.
///
/// Only what may be the beginning of a secret is held back: the longest end of what came that begins a secret, until the next
/// bytes show that it is none, or the stream ends. A prompt that ends in no beginning of a secret comes out at once.
///
/// \par Complexity
/// Linear in the text. Memory: the longest form of a secret.
class MaskingStream {
public:
    explicit MaskingStream(std::shared_ptr<const Masker> masker);

    /// Takes a piece and appends to `out` what is certain by now.
    void feed(std::string_view piece, std::string& out);
    /// The stream has ended: appends what was held back. Then another stream may begin.
    void finish(std::string& out);

private:
    struct Interval {
        std::uint64_t begin;
        std::uint64_t end;
        bool is_told;  ///< its replacement has been given out
    };

    void scan();
    void step(unsigned char byte);
    void add_start(std::uint64_t position);
    void matched(std::uint64_t begin, std::uint64_t end);
    void give_out(std::uint64_t until, std::string& out);

    std::shared_ptr<const Masker> masker_;
    const TextMatcher* matcher_;
    std::string held_;             // from position base_
    std::uint64_t base_ = 0;
    std::uint64_t scanned_ = 0;    // position
    std::uint64_t told_end_ = 0;   // where the last replacement that was given out ends; only if has_told_
    bool has_told_ = false;
    std::uint32_t state_ = 0;
    std::size_t gap_ = 0;          // bytes of white space that just came
    std::vector<std::uint64_t> starts_;  // positions of the symbols that led to state_, and older ones before them
    std::vector<Interval> intervals_;    // not given out yet, in order, apart
};

}  // namespace kahn
