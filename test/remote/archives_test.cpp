#include <kahn/base/error.hpp>

#include "remote/inflate.hpp"
#include "remote/zip_archive.hpp"
#include "support/temporary_directory.hpp"

#include <boost/beast/zlib/deflate_stream.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::remote;
namespace zlib = boost::beast::zlib;

namespace {

std::string deflate(const std::string& text) {
    zlib::deflate_stream stream;
    std::string out(text.size() + text.size() / 8 + 1000, '\0');
    zlib::z_params params{};
    params.next_in = text.data();
    params.avail_in = text.size();
    params.next_out = out.data();
    params.avail_out = out.size();
    boost::system::error_code error;
    stream.write(params, zlib::Flush::finish, error);
    out.resize(out.size() - params.avail_out);
    return out;
}

std::string little(std::uint64_t value, int width) {
    std::string out;
    for (int i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i) & 0xFFU);
    return out;
}

std::string gzip(const std::string& text) {
    return std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10) + deflate(text) + little(crc32(text), 4) + little(text.size(), 4);
}

struct Member {
    std::string name;
    std::string content;
    std::uint32_t attributes = 0;
    bool is_packed = true;
    std::optional<std::uint32_t> claimed_size = std::nullopt;
    std::optional<std::uint32_t> claimed_crc = std::nullopt;
};

std::string zip(const std::vector<Member>& members) {
    std::string out;
    std::string directory;
    for (const Member& member : members) {
        const std::string data = member.is_packed ? deflate(member.content) : member.content;
        const std::string common = little(member.is_packed ? 8 : 0, 2) + little(0, 4) + little(member.claimed_crc.value_or(crc32(member.content)), 4) +
                                   little(data.size(), 4) + little(member.claimed_size.value_or(static_cast<std::uint32_t>(member.content.size())), 4) +
                                   little(member.name.size(), 2) + little(0, 2);
        directory += little(0x02014b50, 4) + little(0x0314, 2) + little(20, 2) + little(0, 2) + common + little(0, 6) + little(member.attributes, 4) +
                     little(out.size(), 4) + member.name;
        out += little(0x04034b50, 4) + little(20, 2) + little(0, 2) + common + member.name + data;
    }
    const std::size_t at = out.size();
    out += directory;
    out += little(0x06054b50, 4) + little(0, 4) + little(members.size(), 2) + little(members.size(), 2) + little(directory.size(), 4) + little(at, 4) + little(0, 2);
    return out;
}

bool is_refused(const std::string& bytes) {
    try {
        const ZipArchive archive(bytes);
        for (const ZipEntry& entry : archive.entries()) archive.read(entry, [](std::string_view) {});
        return false;
    } catch (const Error& error) {
        return error.code() == Errc::invalid_argument;
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(archives)

BOOST_AUTO_TEST_CASE(gzip_is_decoded_and_checked) {
    std::string text;
    for (int i = 0; i < 50'000; ++i) text += "line " + std::to_string(i) + "\n";
    std::string out;
    BOOST_TEST((gunzip(gzip(text), 10U << 20, out) == InflateEnd::good));
    BOOST_TEST((out == text));
    BOOST_TEST((gunzip(gzip("a") + gzip("b"), 100, out) == InflateEnd::good));
    BOOST_TEST(out == "ab");
    BOOST_TEST((gunzip(gzip(""), 100, out) == InflateEnd::good));
    BOOST_TEST(crc32("123456789") == 0xCBF43926U);
    BOOST_TEST(crc32("6789", crc32("12345")) == 0xCBF43926U);
}

BOOST_AUTO_TEST_CASE(broken_gzip_is_told_at_every_cut_and_with_a_wrong_checksum) {
    const std::string good = gzip("some text, some text, some other text");
    std::string out;
    for (std::size_t length = 0; length < good.size(); ++length) {
        BOOST_TEST((gunzip(good.substr(0, length), 1000, out) == InflateEnd::broken), length);
    }
    std::string wrong = good;
    wrong[wrong.size() - 6] = static_cast<char>(wrong[wrong.size() - 6] ^ 1);
    BOOST_TEST((gunzip(wrong, 1000, out) == InflateEnd::broken));
}

BOOST_AUTO_TEST_CASE(a_gzip_bomb_stops_at_the_limit_of_its_decoded_size) {
    std::string out;
    BOOST_TEST((gunzip(gzip(std::string(10U << 20, 'x')), 1U << 20, out) == InflateEnd::too_large));
    BOOST_TEST(out.size() <= (1U << 20));
}

BOOST_AUTO_TEST_CASE(a_zip_is_unpacked_as_it_is) {
    const test::TemporaryDirectory directory;
    const std::string bytes = zip({{"a.txt", "hello"}, {"d/e/b.txt", std::string(100'000, 'b')}, {"empty", "", 0, false}});
    const auto files = unpack(ZipArchive(bytes), directory.path() / "out");
    BOOST_TEST(files.size() == 3U);
    std::ifstream in(directory.path() / "out/d/e/b.txt");
    std::stringstream text;
    text << in.rdbuf();
    BOOST_TEST((text.str() == std::string(100'000, 'b')));
    BOOST_CHECK_THROW(unpack(ZipArchive(bytes), directory.path() / "out"), Error);  // nothing is overwritten
}

BOOST_AUTO_TEST_CASE(names_that_leave_the_directory_are_refused) {
    for (const std::string name : {"../x", "/etc/x", "a/../../x", "a\\..\\x", "C:x", "a//b", "./a", "a\nb", "", "..", "a/.."}) {
        BOOST_TEST(is_refused(zip({{name, "x"}})), name);
    }
    BOOST_TEST(is_refused(zip({{"link", "/etc/passwd", 0120777U << 16}})));
    BOOST_TEST(is_refused(zip({{"same", "x"}, {"same", "y"}})));
}

BOOST_AUTO_TEST_CASE(a_link_that_is_there_already_is_not_followed) {
    const test::TemporaryDirectory directory;
    std::filesystem::create_directories(directory.path() / "out");
    std::filesystem::create_directories(directory.path() / "elsewhere");
    std::filesystem::create_directory_symlink(directory.path() / "elsewhere", directory.path() / "out/d");
    const std::string bytes = zip({{"d/x", "x"}});
    BOOST_CHECK_THROW(unpack(ZipArchive(bytes), directory.path() / "out"), Error);
    BOOST_TEST(std::filesystem::is_empty(directory.path() / "elsewhere"));
}

BOOST_AUTO_TEST_CASE(bombs_and_lies_are_refused) {
    BOOST_TEST(is_refused(zip({{"bomb", std::string(20U << 20, '\0')}})));
    BOOST_TEST(is_refused(zip({{"larger", "hello", 0, true, 4}})));
    BOOST_TEST(is_refused(zip({{"smaller", "hello", 0, true, 6}})));
    BOOST_TEST(is_refused(zip({{"crc", "hello", 0, true, std::nullopt, 1}})));
    ZipLimits few;
    few.entries = 1;
    BOOST_CHECK_THROW(ZipArchive(zip({{"a", ""}, {"b", ""}}), few), Error);
}

BOOST_AUTO_TEST_CASE(a_zip_cut_at_any_byte_is_refused) {
    const std::string good = zip({{"a.txt", "hello"}, {"b.txt", "world"}});
    BOOST_TEST(!is_refused(good));
    for (std::size_t length = 0; length < good.size(); ++length) BOOST_TEST(is_refused(good.substr(0, length)), length);
}

BOOST_AUTO_TEST_SUITE_END()
