#include "fake_github/compress.hpp"

#include <boost/beast/zlib/deflate_stream.hpp>
#include <boost/crc.hpp>

#include <algorithm>
#include <array>

namespace kahn::testing {

namespace {

class Deflater {
public:
    Deflater() { stream_.reset(1, 15, 8, boost::beast::zlib::Strategy::normal); }

    void write(std::string_view bytes, std::string& out) { run(bytes, out, boost::beast::zlib::Flush::none); }
    void finish(std::string& out) { run({}, out, boost::beast::zlib::Flush::finish); }

private:
    void run(std::string_view bytes, std::string& out, boost::beast::zlib::Flush flush) {
        std::array<char, 65536> piece;  // filled before it is read
        boost::beast::zlib::z_params params;
        params.next_in = bytes.data();
        params.avail_in = bytes.size();
        for (;;) {
            params.next_out = piece.data();
            params.avail_out = piece.size();
            boost::system::error_code error;
            stream_.write(params, flush, error);
            out.append(piece.data(), piece.size() - params.avail_out);
            const bool is_done = flush == boost::beast::zlib::Flush::none ? params.avail_in == 0 && params.avail_out > 0 : error.failed();
            if (is_done || (error && params.avail_out > 0)) return;
        }
    }

    boost::beast::zlib::deflate_stream stream_;
};

void append_little_endian(std::string& text, std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) text += static_cast<char>((value >> shift) & 0xFFU);
}

constexpr std::string_view gzip_header("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

std::string deflate(std::string_view bytes) {
    std::string packed;
    Deflater deflater;
    deflater.write(bytes, packed);
    deflater.finish(packed);
    return packed;
}

std::string gzip_bytes(std::string_view bytes) {
    std::string packed(gzip_header);
    packed += deflate(bytes);
    append_little_endian(packed, crc32(bytes));
    append_little_endian(packed, static_cast<std::uint32_t>(bytes.size()));
    return packed;
}

std::string gzip_bomb(std::size_t decoded_bytes) {
    const std::string blanks(std::size_t{1} << 20U, ' ');
    std::string packed(gzip_header);
    Deflater deflater;
    boost::crc_32_type crc;
    for (auto rest = decoded_bytes; rest > 0;) {
        const auto piece = std::string_view(blanks).substr(0, std::min(rest, blanks.size()));
        deflater.write(piece, packed);
        crc.process_bytes(piece.data(), piece.size());
        rest -= piece.size();
    }
    deflater.finish(packed);
    append_little_endian(packed, crc.checksum());
    append_little_endian(packed, static_cast<std::uint32_t>(decoded_bytes));
    return packed;
}

}  // namespace kahn::testing
