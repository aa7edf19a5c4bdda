#include "engine/junit_reader.hpp"

#include "base/text.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace kahn {
namespace {

constexpr std::ptrdiff_t most_tags = 500'000;
constexpr std::size_t longest_name = 512;
constexpr std::size_t most_names = 1000;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Printable UTF-8, whatever the file holds.
std::string name_of(const pugi::xml_node& test) {
    const std::string_view class_name = test.attribute("classname").value();
    std::string name(class_name);
    if (!name.empty()) name += '.';
    name += test.attribute("name").value();
    if (name.size() > longest_name) {
        std::size_t end = longest_name;
        while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80) --end;  // not within a character
        name.resize(end);
    }
    return printable(name);
}

struct Verdicts {
    std::size_t failures = 0;
    bool has_passed = false;
    bool is_flaky = false;
};

/// Visits every test case; pugixml walks without recursion.
class Collector final : public pugi::xml_tree_walker {
public:
    bool for_each(pugi::xml_node& node) override {
        if (node.type() != pugi::node_element || node.name() != std::string_view("testcase")) return true;
        ++counts.total;
        bool has_failed = false;
        bool is_skipped = false;
        Verdicts& verdicts = by_name[name_of(node)];
        for (const pugi::xml_node& child : node.children()) {
            const std::string_view name = child.name();
            has_failed = has_failed || is_one_of(name, {"failure", "error"});
            is_skipped = is_skipped || name == "skipped";
            verdicts.is_flaky = verdicts.is_flaky || is_one_of(name, {"flakyFailure", "flakyError"});
        }
        if (has_failed) {
            ++verdicts.failures;
        } else if (is_skipped) {
            ++counts.skipped;
        } else {
            verdicts.has_passed = true;
        }
        return true;
    }

    TestCounts take() {
        for (const auto& [name, verdicts] : by_name) {
            if (verdicts.is_flaky || (verdicts.failures > 0 && verdicts.has_passed)) {
                if (counts.flaky_names.size() < most_names) counts.flaky_names.push_back(name);
            } else if (verdicts.failures > 0) {
                counts.failed += verdicts.failures;
                if (counts.failed_names.size() < most_names) counts.failed_names.push_back(name);
            }
        }
        return std::move(counts);
    }

private:
    TestCounts counts;
    std::map<std::string, Verdicts> by_name;
};

}  // namespace

std::variant<TestCounts, std::string> read_junit(std::string xml) {
    if (std::count(xml.begin(), xml.end(), '<') > most_tags) return std::string("has more than 500,000 tags");
    pugi::xml_document document;
    const auto result = document.load_buffer_inplace(xml.data(), xml.size());
    if (!result) return std::string("is no XML: ") + result.description() + " at byte " + std::to_string(result.offset);
    const std::string_view root = document.document_element().name();
    if (!is_one_of(root, {"testsuites", "testsuite", "testcase"})) return "is no JUnit report: it begins with <" + printable(root.substr(0, 64)) + ">";
    Collector collector;
    document.traverse(collector);
    return collector.take();
}

}  // namespace kahn
