#include "browser/chromium.hpp"

#include <kahn/render/report.hpp>

#include "render/markup.hpp"
#include "support/sample_report.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <boost/test/unit_test.hpp>

#include <array>

namespace kahn::test {
namespace {

constexpr std::array all_types{ReportType::execution, ReportType::performance, ReportType::quality, ReportType::compliance, ReportType::summary};

/// A page that shows each document in a frame of a width, and writes down what a script sees in them.
std::string looking_glass(const std::vector<std::string>& documents, const std::vector<int>& widths) {
    std::string page = "<!doctype html><meta charset=\"utf-8\"><title>glass</title><body>\n";
    for (const std::string& document : documents) {
        for (const int width : widths) {
            page += "<iframe width=\"" + std::to_string(width) + "\" height=\"900\" srcdoc=\"" + render::html(document) + "\"></iframe>\n";
        }
    }
    return page + R"(<pre id="seen"></pre><script>
addEventListener('load', () => {
  const seen = [...document.querySelectorAll('iframe')].map(frame => {
    const page = frame.contentDocument;
    const count = selector => page.querySelectorAll(selector).length;
    return {width: page.documentElement.clientWidth, needed: page.documentElement.scrollWidth, title: page.title,
            bars: count('.gantt .bar'), rows: count('.gantt li:not(.axis)'), critical: count('.gantt .crit'), stages: count('.graph svg rect'),
            edges: count('.graph svg .edge'), tables: count('table'), failures: count('details.failure'), logs: count('pre'),
            foreign: count('script, img, link, iframe, object, embed'), heading: page.querySelector('h1 bdi').textContent,
            log: count('pre') ? page.querySelector('pre').textContent : ''};
  });
  document.getElementById('seen').textContent = 'SE' + 'EN' + JSON.stringify(seen).replace(/</g, '\\u003c').replace(/&/g, '\\u0026').replace(/>/g, '\\u003e') + 'NE' + 'ES';
});
</script>)";
}

boost::json::array look(const std::vector<std::string>& documents, const std::vector<int>& widths) {
    const TemporaryDirectory directory;
    const auto result = Chromium().open(directory.write("glass.html", looking_glass(documents, widths)), {"--dump-dom"});
    BOOST_TEST(result.err.find("CONSOLE") == std::string::npos, result.err);
    const auto begin = result.out.rfind("SEEN");
    const auto end = result.out.rfind("NEES");
    BOOST_REQUIRE_MESSAGE(begin != std::string::npos && end != std::string::npos && begin < end, result.out.substr(0, 2000) + result.err);
    return boost::json::parse(result.out.substr(begin + 4, end - begin - 4)).as_array();
}

std::int64_t number(const boost::json::value& page, const char* key) { return page.at(key).to_number<std::int64_t>(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(report, *boost::unit_test::timeout(600))

BOOST_AUTO_TEST_CASE(a_browser_sees_every_row_of_the_execution_report) {
    if (!Chromium::is_there()) return;
    const auto page = look({render::to_html(sample_report())}, {1400}).at(0);
    BOOST_TEST(number(page, "rows") == 12);      // jobs
    BOOST_TEST(number(page, "bars") == 11);      // attempts
    BOOST_TEST(number(page, "critical") == 4);
    BOOST_TEST(number(page, "stages") == 7);
    BOOST_TEST(number(page, "edges") == 8);
    BOOST_TEST(number(page, "failures") == 2);
    BOOST_TEST(number(page, "logs") == 3);
    BOOST_TEST(number(page, "tables") == 3);
    BOOST_TEST(page.at("heading").as_string() == "build-and-test");
}

BOOST_AUTO_TEST_CASE(no_report_is_wider_than_a_phone_or_a_desk) {
    if (!Chromium::is_there()) return;
    for (const ReportType type : all_types) {
        const auto pages = look({render::to_html(sample_report(type)), render::to_html(hostile_report(type))}, {360, 1400});
        BOOST_REQUIRE_EQUAL(pages.size(), 4U);
        for (const auto& page : pages) {
            BOOST_TEST_CONTEXT(to_string(type) << " report, width " << number(page, "width")) {
                BOOST_TEST(number(page, "width") > 300);
                BOOST_TEST(number(page, "needed") <= number(page, "width"));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(hostile_names_and_logs_stay_text) {
    if (!Chromium::is_there()) return;
    std::vector<std::string> documents;
    for (const ReportType type : all_types) documents.push_back(render::to_html(hostile_report(type)));
    const auto pages = look(documents, {1400});
    for (const auto& page : pages) {
        BOOST_TEST(number(page, "foreign") == 0);
        const auto title = boost::json::value_to<std::string>(page.at("title"));
        BOOST_TEST(title.starts_with("</script><script>document.title='owned'</script>"), title);
        const auto heading = boost::json::value_to<std::string>(page.at("heading"));
        BOOST_TEST(heading.starts_with("</script><script>"), heading);
    }
    const auto log = boost::json::value_to<std::string>(pages.at(0).at("log"));
    BOOST_TEST(log.starts_with("\n</script><script>document.title='owned'</script><!-- \" ' & ]]> <img src=x onerror=console.error(1)>"), log);
    BOOST_TEST(log.ends_with("\nline 2"), log);
}

BOOST_AUTO_TEST_CASE(a_report_opens_from_disk_without_a_word_on_the_console) {
    if (!Chromium::is_there()) return;
    const TemporaryDirectory directory;
    for (const ReportType type : all_types) {
        const auto file = directory.write("report.html", render::to_html(hostile_report(type)));
        const auto result = Chromium().open(file, {"--window-size=1400,1200", "--screenshot=" + (directory / "report.png").string()});
        BOOST_TEST(result.exit_code == 0);
        BOOST_TEST(result.err.find("CONSOLE") == std::string::npos, result.err);
        BOOST_TEST(directory.read("report.png").starts_with("\x89PNG"));
        BOOST_TEST(std::filesystem::file_size(directory / "report.png") > 20'000U);  // an empty page has 6 kB
    }
}

BOOST_AUTO_TEST_CASE(this_test_would_see_a_console_error) {
    if (!Chromium::is_there()) return;
    const TemporaryDirectory directory;
    const auto file = directory.write("bad.html", "<!doctype html><script>console.error('seen')</script>");
    BOOST_TEST(Chromium().open(file, {"--dump-dom"}).err.find("CONSOLE") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
