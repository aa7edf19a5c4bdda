#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace kahn::remote {

/// SHA-256 over pieces.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::string_view bytes);
    /// In lower-case hex; begins anew afterwards.
    std::string finish();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace kahn::remote
