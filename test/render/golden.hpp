#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace kahn::test {

/// Holds a text against a file of test/render/golden. With KAHN_WRITE_GOLDEN set in the environment the file is written in place of that: look at
/// the difference before you keep it.
inline void require_golden(const std::string& name, const std::string& text) {
    const std::filesystem::path file = std::filesystem::path(KAHN_GOLDEN) / (name + ".txt");
    if (std::getenv("KAHN_WRITE_GOLDEN") != nullptr) {
        std::ofstream(file, std::ios::binary) << text;
        return;
    }
    std::ostringstream expected;
    expected << std::ifstream(file, std::ios::binary).rdbuf();
    BOOST_TEST(text == expected.str(), file.string() << " is not what is shown:\n" << text);
}

}  // namespace kahn::test
