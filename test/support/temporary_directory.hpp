#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kahn::test {

/// A directory of a test's own, removed with all that is in it.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string path = (std::filesystem::temp_directory_path() / "kahn-test-XXXXXX").string();
        if (!::mkdtemp(path.data())) throw std::runtime_error("mkdtemp failed for " + path);
        path_ = path;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    std::filesystem::path operator/(const std::filesystem::path& relative) const { return path_ / relative; }

    std::filesystem::path write(const std::filesystem::path& relative, std::string_view content) const {
        std::filesystem::create_directories((path_ / relative).parent_path());
        std::ofstream(path_ / relative, std::ios::binary) << content;
        return path_ / relative;
    }
    std::string read(const std::filesystem::path& relative) const {
        std::ostringstream content;
        content << std::ifstream(path_ / relative, std::ios::binary).rdbuf();
        return content.str();
    }

private:
    std::filesystem::path path_;
};

}  // namespace kahn::test
