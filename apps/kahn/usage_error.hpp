#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kahn::app {

/// The command line does not say what can be done. Ends the program with exit status 2.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// `unknown command 'rnu'. Did you mean 'run'?`
std::string unknown(std::string_view what, std::string_view word, std::span<const std::string> known);

}  // namespace kahn::app
