#include "remote/inflate.hpp"

#include <boost/beast/zlib/inflate_stream.hpp>

#include <array>
#include <vector>

namespace kahn::remote {

namespace zlib = boost::beast::zlib;

namespace {

/// CRC-32 as gzip and zip have it (RFC 1952, section 8), a byte at a time.
constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t remainder = byte;
        for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1U) != 0 ? 0xEDB88320U : 0U);
        table[byte] = remainder;
    }
    return table;
}

std::uint32_t little_endian_32(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

/// The length of a gzip member's header, 0 if it is none.
std::size_t gzip_header_length(std::string_view in) {
    constexpr unsigned has_crc = 2;
    constexpr unsigned has_extra = 4;
    constexpr unsigned has_name = 8;
    constexpr unsigned has_comment = 16;
    if (in.size() < 10 || in.substr(0, 3) != std::string_view("\x1f\x8b\x08", 3)) return 0;
    const auto flags = static_cast<unsigned char>(in[3]);
    std::size_t at = 10;
    if ((flags & has_extra) != 0) {
        if (in.size() < at + 2) return 0;
        at += 2 + static_cast<unsigned char>(in[at]) + 256U * static_cast<unsigned char>(in[at + 1]);
    }
    for (const unsigned text : {has_name, has_comment}) {
        if ((flags & text) == 0) continue;
        const auto end = at < in.size() ? in.find('\0', at) : std::string_view::npos;
        if (end == std::string_view::npos) return 0;
        at = end + 1;
    }
    if ((flags & has_crc) != 0) at += 2;
    return at < in.size() ? at : 0;
}

}  // namespace

std::uint32_t crc32(std::string_view bytes, std::uint32_t before) {
    static constexpr auto table = make_crc_table();
    std::uint32_t remainder = ~before;
    for (const char c : bytes) remainder = (remainder >> 8) ^ table[(remainder ^ static_cast<unsigned char>(c)) & 0xFFU];
    return ~remainder;
}

InflateEnd inflate_raw(std::string_view input, const std::function<bool(std::string_view)>& take, std::size_t& used) {
    zlib::inflate_stream stream;
    std::vector<char> buffer(64U << 10);
    zlib::z_params params{};
    params.next_in = input.data();
    params.avail_in = input.size();
    for (;;) {
        params.next_out = buffer.data();
        params.avail_out = buffer.size();
        const std::size_t left_before = params.avail_in;
        boost::system::error_code error;
        stream.write(params, zlib::Flush::sync, error);
        const std::size_t produced = buffer.size() - params.avail_out;
        used = input.size() - params.avail_in;
        if (produced > 0 && !take(std::string_view(buffer.data(), produced))) return InflateEnd::too_large;
        if (error == zlib::error::end_of_stream) return InflateEnd::good;
        if (error) return InflateEnd::broken;
        if (produced == 0 && left_before == params.avail_in) return InflateEnd::broken;  // the input ended too early
    }
}

InflateEnd gunzip(std::string_view input, std::size_t limit, std::string& output) {
    output.clear();
    do {
        const std::size_t header = gzip_header_length(input);
        if (header == 0) return InflateEnd::broken;
        input.remove_prefix(header);
        const std::size_t member_at = output.size();
        std::size_t used = 0;
        const auto end = inflate_raw(
            input,
            [&](std::string_view piece) {
                if (output.size() + piece.size() > limit) return false;
                output += piece;
                return true;
            },
            used);
        if (end != InflateEnd::good) return end;
        input.remove_prefix(used);
        constexpr std::size_t trailer = 8;
        if (input.size() < trailer) return InflateEnd::broken;
        const std::string_view member = std::string_view(output).substr(member_at);
        if (little_endian_32(input, 0) != crc32(member)) return InflateEnd::broken;
        if (little_endian_32(input, 4) != static_cast<std::uint32_t>(member.size())) return InflateEnd::broken;
        input.remove_prefix(trailer);
    } while (!input.empty());
    return InflateEnd::good;
}

}  // namespace kahn::remote
