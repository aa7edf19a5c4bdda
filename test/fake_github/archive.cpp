#include "fake_github/archive.hpp"

#include "fake_github/compress.hpp"

#include <cstdint>

namespace kahn::testing {

namespace {

void put(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

/// What the local and the central header have in common.
std::string common(const ArchiveFile& file, std::size_t packed_size) {
    std::string out;
    put(out, 20, 2);      // version needed
    put(out, 0x0800, 2);  // names are UTF-8
    put(out, 8, 2);       // deflated
    put(out, 0, 2);       // time
    put(out, 0x5921, 2);  // date: 2024-09-01
    put(out, crc32(file.bytes), 4);
    put(out, packed_size, 4);
    put(out, file.bytes.size(), 4);
    put(out, file.name.size(), 2);
    put(out, 0, 2);  // extra
    return out;
}

}  // namespace

std::string zip_archive(const std::vector<ArchiveFile>& files) {
    std::string out;
    std::string central;
    for (const auto& file : files) {
        const auto offset = out.size();
        const auto packed = deflate(file.bytes);
        const auto header = common(file, packed.size());
        put(out, 0x04034b50, 4);
        out += header;
        out += file.name;
        out += packed;
        put(central, 0x02014b50, 4);
        put(central, 0x0314, 2);  // made by Unix
        central += header;
        put(central, 0, 2);  // comment
        put(central, 0, 2);  // disk
        put(central, 0, 2);  // internal attributes
        put(central, 0x81A40000, 4);  // a file, 0644
        put(central, offset, 4);
        central += file.name;
    }
    const auto start = out.size();
    out += central;
    put(out, 0x06054b50, 4);
    put(out, 0, 4);
    put(out, files.size(), 2);
    put(out, files.size(), 2);
    put(out, central.size(), 4);
    put(out, start, 4);
    put(out, 0, 2);
    return out;
}

}  // namespace kahn::testing
