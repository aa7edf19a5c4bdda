// The functions below EVP: at their first use in a process the others read OpenSSL's configuration and set up every
// algorithm, which takes longer than `kahn run` takes for all else, and they look the digest up anew each time.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/sha256.hpp"

#include <kahn/base/error.hpp>

#include <openssl/sha.h>

#include <array>

namespace kahn {

struct Sha256::Context {
    SHA256_CTX digest{};
};

namespace {

void require(int is_done) {
    if (is_done != 1) throw Error(Errc::internal, "SHA-256 is not to be had from OpenSSL's libcrypto");
}

}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) { require(SHA256_Init(&context_->digest)); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) { require(SHA256_Update(&context_->digest, bytes.data(), bytes.size())); }

std::string Sha256::hex() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, SHA256_DIGEST_LENGTH> raw{};
    require(SHA256_Final(raw.data(), &context_->digest));
    std::string text;
    text.reserve(raw.size() * 2);
    for (const unsigned char byte : raw) {
        text += digits[byte >> 4U];
        text += digits[byte & 0xfU];
    }
    return text;
}

std::string sha256_hex(std::string_view bytes) {
    Sha256 digest;
    digest.add(bytes);
    return digest.hex();
}

}  // namespace kahn
