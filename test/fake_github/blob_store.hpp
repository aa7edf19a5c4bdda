#pragma once

#include "fake_github/http.hpp"
#include "fake_github/world.hpp"

#include <deque>
#include <map>
#include <string>
#include <type_traits>
#include <utility>

namespace kahn::testing {

/// The other host: hands out what a signed address names, for as long as the signature is good, and no token may come with it.
class BlobStore {
public:
    /// Keeps the bytes and returns `/path?se=...&sig=...`, the address that is good until `expires`.
    std::string publish(const std::string& path, std::string bytes, std::string content_type, Milliseconds expires, SystemTime expires_at);
    Response answer(const Request& request, Milliseconds now) const;

private:
    struct Blob {
        Blob() = default;

        std::string bytes;
        std::string content_type;
        std::string etag;
    };
    struct Signature {
        Signature() = default;

        std::string path;
        Milliseconds expires{0};
    };

    std::map<std::string, Blob> blobs_;  ///< by path
    std::map<std::string, Signature> signatures_;
    std::uint64_t issued_ = 0;
};

}  // namespace kahn::testing
