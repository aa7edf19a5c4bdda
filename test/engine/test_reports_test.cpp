#include "engine/junit_reader.hpp"
#include "engine/test_reports.hpp"

#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <variant>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;

TestCounts counts_of(const std::string& xml) { return std::get<TestCounts>(read_junit(xml)); }
std::string complaint_about(const std::string& xml) { return std::get<std::string>(read_junit(xml)); }

const std::vector<std::string> everything{"*.xml"};

}  // namespace

BOOST_AUTO_TEST_SUITE(test_reports)

BOOST_AUTO_TEST_CASE(counts_are_of_test_cases_and_not_of_what_a_suite_claims) {
    const auto counts = counts_of(R"(<?xml version="1.0"?>
<testsuites><testsuite name="a" tests="999" failures="7">
  <testcase classname="A" name="ok"/>
  <testcase classname="A" name="bad"><failure message="m">text</failure></testcase>
  <testcase classname="A" name="worse"><error/><system-out/></testcase>
  <testsuite name="inner"><testcase name="bare"><skipped/></testcase></testsuite>
</testsuite></testsuites>)");
    BOOST_TEST(counts.total == 4U);
    BOOST_TEST(counts.failed == 2U);
    BOOST_TEST(counts.skipped == 1U);
    BOOST_TEST(counts.failed_names == (std::vector<std::string>{"A.bad", "A.worse"}), boost::test_tools::per_element());
    BOOST_TEST(counts.flaky_names.empty());
}

BOOST_AUTO_TEST_CASE(a_test_that_failed_and_passed_is_flaky_and_not_failed) {
    const auto counts = counts_of(R"(<testsuite>
<testcase classname="A" name="again"><failure/></testcase><testcase classname="A" name="again"/>
<testcase classname="A" name="rerun"><flakyFailure/></testcase>
<testcase classname="A" name="twice"><failure/></testcase><testcase classname="A" name="twice"><failure/></testcase>
</testsuite>)");
    BOOST_TEST(counts.total == 5U);
    BOOST_TEST(counts.failed == 2U);
    BOOST_TEST(counts.failed_names == (std::vector<std::string>{"A.twice"}), boost::test_tools::per_element());
    BOOST_TEST(counts.flaky_names == (std::vector<std::string>{"A.again", "A.rerun"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_empty_suite_has_no_tests) { BOOST_TEST(counts_of("<testsuite/>").total == 0U); }

BOOST_AUTO_TEST_CASE(what_is_no_report_says_why) {
    BOOST_TEST(complaint_about("") == "is no XML: No document element found at byte 0");
    BOOST_TEST(complaint_about("<testsuite>").starts_with("is no XML: "));
    BOOST_TEST(complaint_about(std::string("\0\xFF<\x01", 4)).starts_with("is no XML: "));
    BOOST_TEST(complaint_about("<html/>") == "is no JUnit report: it begins with <html>");
}

BOOST_AUTO_TEST_CASE(entities_of_the_files_own_are_not_expanded) {
    std::string bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">";
    for (char c = 'b'; c <= 'z'; ++c) {
        bomb += std::string("<!ENTITY ") + c + " \"";
        for (int i = 0; i < 10; ++i) bomb += std::string("&") + static_cast<char>(c - 1) + ";";
        bomb += "\">";
    }
    bomb += "<!ENTITY file SYSTEM \"file:///etc/passwd\">]><testsuite><testcase name=\"&z;&file;\"><failure/></testcase></testsuite>";
    const auto counts = counts_of(bomb);
    BOOST_TEST(counts.failed_names == (std::vector<std::string>{"&z;&file;"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(deep_and_wide_files_are_read_or_refused) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<testsuite>";
    deep += "<testcase name='x'/>";
    for (int i = 0; i < 100'000; ++i) deep += "</testsuite>";
    BOOST_TEST(counts_of(deep).total == 1U);
    std::string wide = "<testsuite>";
    for (int i = 0; i < 500'000; ++i) wide += "<a/>";
    BOOST_TEST(complaint_about(wide + "</testsuite>") == "has more than 500,000 tags");
}

BOOST_AUTO_TEST_CASE(names_are_printable_and_of_bounded_length) {
    const auto counts = counts_of("<testsuite><testcase name=\"a&#27;[31m\"><failure/></testcase><testcase name=\"" + std::string(511, 'x') +
                                  "\xC3\xBC\"><failure/></testcase></testsuite>");
    BOOST_REQUIRE_EQUAL(counts.failed_names.size(), 2U);
    BOOST_TEST(counts.failed_names[0] == "a\\x1B[31m");
    BOOST_TEST(counts.failed_names[1] == std::string(511, 'x'));
}

BOOST_AUTO_TEST_CASE(all_files_are_added_up_and_each_once) {
    const TemporaryDirectory directory;
    directory.write("a.xml", "<testsuite><testcase name='x'/><testcase name='y'><failure/></testcase></testsuite>");
    directory.write("deep/b.xml", "<testsuite><testcase name='y'><failure/></testcase><testcase name='a'><error/></testcase></testsuite>");
    const auto read = read_test_reports(directory.path(), std::vector<std::string>{"a.xml", "**/*.xml"}, std::nullopt);
    BOOST_REQUIRE(read.counts);
    BOOST_TEST(read.counts->total == 4U);
    BOOST_TEST(read.counts->failed == 3U);
    BOOST_TEST(read.counts->failed_names == (std::vector<std::string>{"a", "y"}), boost::test_tools::per_element());
    BOOST_TEST(read.warnings.empty());
}

BOOST_AUTO_TEST_CASE(a_bad_file_is_a_warning_beside_good_ones) {
    const TemporaryDirectory directory;
    directory.write("bad.xml", "<testsuite>");
    directory.write("good.xml", "<testsuite><testcase name='x'/></testsuite>");
    std::filesystem::create_symlink("/etc/passwd", directory / "link.xml");
    const auto read = read_test_reports(directory.path(), everything, std::nullopt);
    BOOST_TEST(read.counts->total == 1U);
    BOOST_REQUIRE_EQUAL(read.warnings.size(), 2U);
    BOOST_TEST(read.warnings[0] == "test report link.xml is a link: not used");
    BOOST_TEST(read.warnings[1].starts_with("test report bad.xml is no XML: "));
}

BOOST_AUTO_TEST_CASE(a_file_of_16_MiB_is_too_large) {
    const TemporaryDirectory directory;
    directory.write("huge.xml", "");
    std::filesystem::resize_file(directory / "huge.xml", 16 * 1024 * 1024 + 1);
    const auto read = read_test_reports(directory.path(), everything, std::nullopt);
    BOOST_TEST(!read.counts);
    BOOST_TEST(read.warnings == (std::vector<std::string>{"test report huge.xml is larger than 16 MiB: not used"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_from_before_the_job_is_not_its_own) {
    const TemporaryDirectory directory;
    const auto file = directory.write("old.xml", "<testsuite><testcase name='x'/></testsuite>");
    const auto written = std::chrono::file_clock::to_sys(std::filesystem::last_write_time(file));
    const auto began = std::chrono::time_point_cast<SystemTime::duration>(written) + 10s;
    const auto read = read_test_reports(directory.path(), everything, began);
    BOOST_TEST(!read.counts);
    BOOST_TEST(read.warnings == (std::vector<std::string>{"test report old.xml is older than this job: not used"}), boost::test_tools::per_element());
    BOOST_TEST(read_test_reports(directory.path(), everything, began - 10s).counts->total == 1U);
}

BOOST_AUTO_TEST_CASE(no_file_and_no_directory_are_warnings) {
    const TemporaryDirectory directory;
    BOOST_TEST(read_test_reports(directory.path(), everything, std::nullopt).warnings == (std::vector<std::string>{"no file matches test report '*.xml'"}),
               boost::test_tools::per_element());
    const auto gone = read_test_reports(directory / "gone", everything, std::nullopt);
    BOOST_TEST(!gone.counts);
    BOOST_REQUIRE_EQUAL(gone.warnings.size(), 1U);
    BOOST_TEST(gone.warnings[0].starts_with("test reports could not be read: "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
