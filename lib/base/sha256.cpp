#include "base/sha256.hpp"

#include <kahn/base/error.hpp>

#include <openssl/evp.h>

#include <array>
#include <memory>

namespace kahn {

struct Sha256::Context {
    struct Free {
        void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> digest{EVP_MD_CTX_new()};
};

namespace {

void require(int is_done) {
    if (is_done != 1) throw Error(Errc::internal, "SHA-256 is not to be had from OpenSSL's libcrypto");
}

/// Looked up once: EVP_sha256() would have every digest search OpenSSL's providers.
const EVP_MD* algorithm() {
    struct Free {
        void operator()(EVP_MD* found) const noexcept { EVP_MD_free(found); }
    };
    static const std::unique_ptr<EVP_MD, Free> found{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    return found.get();
}

}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) { require(EVP_DigestInit_ex(context_->digest.get(), algorithm(), nullptr)); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) { require(EVP_DigestUpdate(context_->digest.get(), bytes.data(), bytes.size())); }

std::string Sha256::hex() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned size = 0;
    require(EVP_DigestFinal_ex(context_->digest.get(), raw.data(), &size));
    std::string text;
    text.reserve(std::size_t{size} * 2);
    for (unsigned i = 0; i < size; ++i) {
        text += digits[raw[i] >> 4U];
        text += digits[raw[i] & 0xfU];
    }
    return text;
}

std::string sha256_hex(std::string_view bytes) {
    Sha256 digest;
    digest.add(bytes);
    return digest.hex();
}

}  // namespace kahn
