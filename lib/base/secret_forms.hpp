#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kahn {

/// The ways in which programs write a secret, itself first, each once:
///
/// - base64 (RFC 4648, both alphabets) at any of its three shifts within a longer text, as far as the secret alone decides the
///   digits, and as the end of such a text with and without padding; also wrapped at 64 and 76 digits
/// - percent-encoded, as RFC 3986, `encodeURIComponent`, `encodeURI`, forms and file paths have it, in upper and lower case
/// - within a JSON string: short escapes, `\/`, only ASCII, safe for HTML
/// - for a shell: in single quotes, in double quotes, with backslashes, as `$'...'`
///
/// A secret of several lines has all that with `\n` and with `\r\n`.
std::vector<std::string> secret_forms(std::string_view secret);

}  // namespace kahn
