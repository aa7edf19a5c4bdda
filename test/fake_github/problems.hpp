#pragma once

#include "fake_github/http.hpp"

#include <string>
#include <string_view>

namespace kahn::testing {

/// `{"message", "documentation_url", "status"}` as GitHub words its errors.
Response problem(unsigned status, std::string_view message, std::string_view documentation = "https://docs.github.com/rest");
Response not_found();
/// The token may not; the header names the permission that would be wanted.
Response forbidden(bool is_integration, std::string_view permission);
/// What the blob store says, in XML.
Response blob_problem(unsigned status, std::string_view code, std::string_view message);

}  // namespace kahn::testing
