#include "remote/sha256.hpp"

#include <kahn/base/error.hpp>

#include <openssl/evp.h>

#include <array>

namespace kahn::remote {

struct Sha256::Context {
    EVP_MD_CTX* md = EVP_MD_CTX_new();
    ~Context() { EVP_MD_CTX_free(md); }
    void begin() const {
        if (md == nullptr || EVP_DigestInit_ex(md, EVP_sha256(), nullptr) != 1) throw Error(Errc::internal, "SHA-256 is not available");
    }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { context_->begin(); }
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
    if (EVP_DigestUpdate(context_->md, bytes.data(), bytes.size()) != 1) throw Error(Errc::internal, "SHA-256 failed");
}

std::string Sha256::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (EVP_DigestFinal_ex(context_->md, digest.data(), &length) != 1) throw Error(Errc::internal, "SHA-256 failed");
    context_->begin();
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (unsigned i = 0; i < length; ++i) {
        out += digits[digest[i] >> 4U];
        out += digits[digest[i] & 15U];
    }
    return out;
}

}  // namespace kahn::remote
