#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace kahn {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void add(std::string_view bytes);
    /// 64 lower-case hexadecimal digits. Nothing may be added afterwards.
    std::string hex();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// Of one text, as Sha256::hex() gives it.
std::string sha256_hex(std::string_view bytes);

}  // namespace kahn
