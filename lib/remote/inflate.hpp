#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kahn::remote {

enum class InflateEnd { good, too_large, broken };

/// Raw deflate (RFC 1951). Hands the output on in pieces; false from `take` stops with too_large.
/// \param used  how many bytes of the input belonged to it
InflateEnd inflate_raw(std::string_view input, const std::function<bool(std::string_view)>& take, std::size_t& used);

/// All members of a gzip file (RFC 1952), lengths and CRCs checked.
/// \param limit  of the decoded size
InflateEnd gunzip(std::string_view input, std::size_t limit, std::string& output);

std::uint32_t crc32(std::string_view bytes, std::uint32_t before = 0);

}  // namespace kahn::remote
