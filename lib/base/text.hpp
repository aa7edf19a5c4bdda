#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kahn {

/// The candidate nearest to `word` by edit distance, if one is near enough to be a slip of the hand.
std::optional<std::string> did_you_mean(std::string_view word, std::span<const std::string> candidates);

/// Whether the bytes are UTF-8 as RFC 3629 has it: shortest forms, no surrogates, at most U+10FFFF.
bool is_utf8(std::string_view bytes) noexcept;

/// The length of the well-formed UTF-8 sequence at the front, 0 if there is none.
std::size_t utf8_sequence_length(std::string_view bytes) noexcept;

/// Whether a UTF-8 sequence is a control of the bidirectional algorithm that embeds, overrides or isolates (UAX #9): what
/// follows it on a terminal may be shown in another order than it stands.
bool is_bidi_control(std::string_view sequence) noexcept;

/// RFC 4648, with padding.
std::string to_base64(std::string_view bytes);

/// A name as a part of a file name: `[a-z0-9.-]`, everything else to `-`, at most 60 bytes, never empty.
/// Two names may give one slug: whoever needs uniqueness adds a number.
std::string slug(std::string_view name);

/// Control characters, DEL, C1 and bidirectional controls as `\xNN`, so that text from outside cannot steer a terminal. UTF-8 stays.
std::string printable(std::string_view text);

/// The pieces of `names` with `separator` between.
std::string join(std::span<const std::string> names, std::string_view separator);

}  // namespace kahn
