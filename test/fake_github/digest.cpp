#include "fake_github/digest.hpp"

#include <openssl/evp.h>

#include <array>

namespace kahn::testing {

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned length = 0;
    EVP_Digest(bytes.data(), bytes.size(), hash.data(), &length, EVP_sha256(), nullptr);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        text += digits[hash[i] >> 4U];
        text += digits[hash[i] & 15U];
    }
    return text;
}

}  // namespace kahn::testing
