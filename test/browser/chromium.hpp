#pragma once

#include "support/program.hpp"
#include "support/temporary_directory.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

namespace kahn::test {

/// A headless Chromium with a profile of its own.
class Chromium {
public:
    /// Whether there is one; says so if there is none, for CTest to see.
    static bool is_there() {
        const char* const path = std::getenv("PATH");
        std::istringstream directories(path ? path : "");
        for (std::string directory; std::getline(directories, directory, ':');) {
            if (::access((directory + "/chromium").c_str(), X_OK) == 0) return true;
        }
        std::fputs("NO_CHROMIUM\n", stdout);
        return false;
    }

    /// Opens a file as file://. \return the document after its scripts have run, and what the console said on the error stream
    ProgramResult open(const std::filesystem::path& file, std::vector<std::string> options) const {
        std::vector<std::string> arguments{"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                                           "--disable-background-networking", "--disable-sync", "--disable-dev-shm-usage", "--enable-logging=stderr",
                                           "--user-data-dir=" + (profile_ / "profile").string()};
        arguments.insert(arguments.end(), options.begin(), options.end());
        arguments.push_back("file://" + file.string());
        ProgramResult result;
        for (int attempt = 0; attempt < 2; ++attempt) {  // on a busy machine it hangs now and then before it has read anything
            result = Program(arguments).with("HOME", profile_.path().string()).run();
            if (!result.was_too_slow) break;
        }
        return result;
    }

private:
    TemporaryDirectory profile_;
};

}  // namespace kahn::test
