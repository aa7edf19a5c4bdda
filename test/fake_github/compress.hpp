#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kahn::testing {

std::uint32_t crc32(std::string_view bytes);
std::string deflate(std::string_view bytes);
std::string gzip_bytes(std::string_view bytes);
/// A gzip file that unpacks to so many bytes of JSON-like blanks, about a thousandth in size.
std::string gzip_bomb(std::size_t decoded_bytes);

}  // namespace kahn::testing
