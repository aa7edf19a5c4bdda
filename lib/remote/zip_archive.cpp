#include "remote/zip_archive.hpp"

#include <kahn/base/error.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "remote/inflate.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>

namespace kahn::remote {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t local_mark = 0x04034b50;
constexpr std::uint32_t central_mark = 0x02014b50;
constexpr std::uint32_t end_mark = 0x06054b50;
constexpr std::size_t local_length = 30;
constexpr std::size_t central_length = 46;
constexpr std::size_t end_length = 22;

[[noreturn]] void refuse(const std::string& why) { throw Error(Errc::invalid_argument, "the zip archive " + why); }

/// Little-endian numbers out of bytes; reading beyond the end refuses the archive.
class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    std::uint64_t number(std::uint64_t at, std::size_t width) const {
        if (at > bytes_.size() || bytes_.size() - at < width) refuse("is cut short");
        std::uint64_t value = 0;
        for (std::size_t i = width; i-- > 0;) {
            value = value << 8 | static_cast<unsigned char>(bytes_[static_cast<std::size_t>(at) + i]);
        }
        return value;
    }
    std::string_view text(std::uint64_t at, std::uint64_t length) const {
        if (at > bytes_.size() || bytes_.size() - at < length) refuse("is cut short");
        return bytes_.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(length));
    }

private:
    std::string_view bytes_;
};

/// Replaces sizes that did not fit by those of the ZIP64 field, which holds just the ones that did not.
void read_zip64(const Reader& in, std::uint64_t at, std::uint64_t length, ZipEntry& entry) {
    constexpr std::uint64_t did_not_fit = 0xFFFFFFFF;
    const std::uint64_t end = at + length;
    while (at + 4 <= end) {
        const auto id = in.number(at, 2);
        const auto size = in.number(at + 2, 2);
        if (id == 1) {
            std::uint64_t field = at + 4;
            for (std::uint64_t* const value : {&entry.size, &entry.packed, &entry.offset}) {
                if (*value != did_not_fit) continue;
                if (field + 8 > at + 4 + size) refuse("has a broken ZIP64 field");
                *value = in.number(field, 8);
                field += 8;
            }
        }
        at += 4 + size;
    }
}

bool is_link_or_device(std::uint64_t made_by, std::uint64_t attributes) {
    constexpr std::uint64_t unix_host = 3;
    if (made_by >> 8 != unix_host) return false;
    const auto type = attributes >> 16 & 0170000U;
    return type != 0 && type != 0100000U && type != 0040000U;
}

/// Where the directory of entries begins, and how many there are.
std::pair<std::uint64_t, std::uint64_t> find_directory(const Reader& in, std::string_view bytes) {
    if (bytes.size() < end_length) refuse("is cut short");
    constexpr std::size_t longest_comment = 65535;
    const std::size_t first = bytes.size() - std::min(bytes.size(), end_length + longest_comment);
    for (std::size_t at = bytes.size() - end_length + 1; at-- > first;) {
        if (in.number(at, 4) != end_mark || at + end_length + in.number(at + 20, 2) != bytes.size()) continue;
        std::uint64_t count = in.number(at + 10, 2);
        std::uint64_t offset = in.number(at + 16, 4);
        constexpr std::size_t locator_length = 20;
        if ((count == 0xFFFF || offset == 0xFFFFFFFF) && at >= locator_length && in.number(at - locator_length, 4) == 0x07064b50) {
            const auto end64 = in.number(at - locator_length + 8, 8);
            if (in.number(end64, 4) != 0x06064b50) refuse("has a broken ZIP64 end");
            count = in.number(end64 + 32, 8);
            offset = in.number(end64 + 48, 8);
        }
        return {offset, count};
    }
    refuse("has no directory of entries: it is no zip archive, or cut short");
}

/// A descriptor of a directory below another one, made if it is not there; no link is followed.
UniqueFd enter(int directory, const std::string& name, const std::string& shown) {
    if (::mkdirat(directory, name.c_str(), 0777) != 0 && errno != EEXIST) {
        throw Error(Errc::write_failed, "cannot make '" + shown + "': " + std::generic_category().message(errno));
    }
    UniqueFd inner(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!inner) throw Error(Errc::write_failed, "cannot open '" + shown + "': " + std::generic_category().message(errno));
    return inner;
}

}  // namespace

bool is_safe_entry_name(std::string_view name) {
    if (name.empty() || name.size() > 4096 || name.front() == '/' || !is_utf8(name)) return false;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F || c == '\\') return false;
    }
    if (name.size() > 1 && name[1] == ':') return false;  // a drive
    while (!name.empty()) {
        const auto slash = std::min(name.find('/'), name.size());
        const auto part = name.substr(0, slash);
        if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
        name.remove_prefix(std::min(slash + 1, name.size()));
    }
    return true;
}

ZipArchive::ZipArchive(std::string_view bytes, ZipLimits limits) : bytes_(bytes), limits_(limits) {
    const Reader in(bytes);
    auto [at, count] = find_directory(in, bytes);
    if (count > limits.entries) refuse("has more than " + std::to_string(limits.entries) + " entries");
    std::uint64_t total = 0;
    std::uint64_t packed_total = 0;
    std::set<std::string> names;
    for (std::uint64_t i = 0; i < count; ++i) {
        if (in.number(at, 4) != central_mark) refuse("has a broken directory of entries");
        ZipEntry entry;
        const auto flags = in.number(at + 8, 2);
        entry.method = static_cast<std::uint16_t>(in.number(at + 10, 2));
        entry.crc = static_cast<std::uint32_t>(in.number(at + 16, 4));
        entry.packed = in.number(at + 20, 4);
        entry.size = in.number(at + 24, 4);
        const auto name_length = in.number(at + 28, 2);
        const auto extra_length = in.number(at + 30, 2);
        const auto comment_length = in.number(at + 32, 2);
        const auto attributes = in.number(at + 38, 4);
        entry.offset = in.number(at + 42, 4);
        entry.name = std::string(in.text(at + central_length, name_length));
        read_zip64(in, at + central_length + name_length, extra_length, entry);
        const std::string shown = "'" + printable(entry.name) + "'";
        if (!is_safe_entry_name(entry.name)) refuse("has an entry that leaves its directory or has no usable name: " + shown);
        if (is_link_or_device(in.number(at + 4, 2), attributes)) refuse("has a link or a device in it: " + shown);
        if ((flags & 1U) != 0) refuse("is encrypted: " + shown);
        if (entry.method != 0 && entry.method != 8) refuse("uses a compression that is not known: " + shown);
        entry.is_directory = entry.name.ends_with('/');
        if (entry.is_directory) entry.name.pop_back();
        if (!names.insert(entry.name).second) refuse("has the same name twice: " + shown);
        constexpr std::uint64_t small = 1U << 20;
        if (entry.size > small && entry.size / std::max<std::uint64_t>(1, entry.packed) > limits.ratio) {
            refuse("is a bomb: " + shown + " unpacks to " + std::to_string(entry.size) + " bytes");
        }
        total += entry.size;
        packed_total += entry.packed;
        if (entry.size > limits.bytes || total > limits.bytes) refuse("unpacks to more than " + std::to_string(limits.bytes) + " bytes");
        // Entries that share their bytes multiply what an archive unpacks to.
        if (entry.packed > bytes.size() || packed_total > bytes.size()) refuse("has entries that overlap");
        entries_.push_back(std::move(entry));
        at += central_length + name_length + extra_length + comment_length;
    }
}

void ZipArchive::read(const ZipEntry& entry, const std::function<void(std::string_view)>& take) const {
    const Reader in(bytes_);
    const std::string shown = "'" + printable(entry.name) + "'";
    if (in.number(entry.offset, 4) != local_mark) refuse("has no content for " + shown);
    const auto data = entry.offset + local_length + in.number(entry.offset + 26, 2) + in.number(entry.offset + 28, 2);
    const std::string_view packed = in.text(data, entry.packed);
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
    const auto accept = [&](std::string_view piece) {
        size += piece.size();
        if (size > entry.size) return false;
        crc = crc32(piece, crc);
        take(piece);
        return true;
    };
    bool is_good = true;
    if (entry.method == 0) {
        is_good = accept(packed);
    } else {
        std::size_t used = 0;
        is_good = inflate_raw(packed, accept, used) == InflateEnd::good;
    }
    if (!is_good || size != entry.size || crc != entry.crc) refuse("has broken content in " + shown);
}

std::vector<fs::path> unpack(const ZipArchive& archive, const fs::path& directory) {
    std::error_code error;
    fs::create_directories(directory, error);
    const UniqueFd top(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!top) throw Error(Errc::write_failed, "cannot open '" + directory.string() + "': " + std::generic_category().message(errno));
    std::vector<fs::path> files;
    for (const ZipEntry& entry : archive.entries()) {
        const std::string shown = (directory / entry.name).string();
        UniqueFd inner;
        int place = top.get();
        std::string_view rest = entry.name;
        for (auto slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
            inner = enter(place, std::string(rest.substr(0, slash)), shown);
            place = inner.get();
            rest.remove_prefix(slash + 1);
        }
        if (entry.is_directory) {
            enter(place, std::string(rest), shown);
            continue;
        }
        const UniqueFd file(::openat(place, std::string(rest).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
        if (!file) throw Error(Errc::write_failed, "cannot make '" + shown + "': " + std::generic_category().message(errno));
        archive.read(entry, [&](std::string_view piece) {
            if (!write_all(file.get(), piece)) throw Error(Errc::write_failed, "cannot write '" + shown + "': " + std::generic_category().message(errno));
        });
        files.push_back(directory / entry.name);
    }
    return files;
}

}  // namespace kahn::remote
