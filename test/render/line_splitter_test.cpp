#include "render/line_splitter.hpp"

#include "render/held_lines.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace kahn::test {
namespace {

/// The lines of `text`, fed in pieces of `piece` bytes, the unfinished last one included.
std::vector<std::string> lines_of(std::string_view text, std::size_t piece, std::size_t longest = 100) {
    std::vector<std::string> lines;
    const auto keep = [&lines](std::string_view line) { lines.emplace_back(line); };
    render::LineSplitter splitter;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        splitter.feed(text.substr(0, piece), longest, keep);
    }
    if (!splitter.empty()) splitter.finish(keep);
    return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(line_splitter)

BOOST_AUTO_TEST_CASE(pieces_of_any_size_give_the_same_lines) {
    for (std::size_t piece = 1; piece < 24; ++piece) {
        BOOST_TEST_CONTEXT(piece) {
            BOOST_TEST(lines_of("one\n\ntwo\r\nthr\xC3\xA4\nno end", piece) == (Lines{"one", "", "two", "thr\xC3\xA4", "no end"}),
                       boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_progress_bar_is_one_line) {
    for (std::size_t piece = 1; piece < 24; ++piece) {
        BOOST_TEST_CONTEXT(piece) {
            BOOST_TEST(lines_of("1%\r50%\r100%\r\r\ndone\n", piece) == (Lines{"100%", "done"}), boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(L02_of_a_huge_line_the_beginning_is_kept) {
    for (const std::size_t piece : {1U, 7U, 64U, 1000U}) {
        const Lines lines = lines_of(std::string(1000, 'x') + "\nnext\n", piece, 10);
        BOOST_TEST(lines == (Lines{"xxxxxxxxxx … (990 bytes more in this line)", "next"}), boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(held_lines_forget_the_oldest_whole_lines) {
    render::HeldLines held;
    for (int i = 0; i < 10; ++i) held.to_append() += "line " + std::to_string(i) + "\n";
    held.shrink(20);
    BOOST_TEST(held.text() == "line 8\nline 9\n");
    BOOST_TEST(held.forgotten_lines() == 8U);
    BOOST_TEST(held.forgotten_bytes() == 56U);
    held.shrink(3);
    BOOST_TEST(held.text().empty());
    BOOST_TEST(held.forgotten_lines() == 10U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
