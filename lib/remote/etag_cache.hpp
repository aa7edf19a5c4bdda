#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

namespace kahn::remote {

/// A response that can be asked for again by its tag.
struct CachedResponse {
    CachedResponse() = default;

    std::string etag;  ///< verbatim, `W/` included
    std::shared_ptr<const std::string> body;  ///< decoded; shared with whoever is using it
    std::string link;  ///< its Link header
};
static_assert(!std::is_aggregate_v<CachedResponse>);

/// What a 304 stands for: the least recently used entries go first, beyond a number of entries and of bytes.
class EtagCache {
public:
    explicit EtagCache(std::size_t most_entries = 256, std::size_t most_bytes = 16U << 20)
        : most_entries_(most_entries), most_bytes_(most_bytes) {}

    /// Whatever tells two answers apart. The token is in it as a number only.
    static std::string key(std::string_view method, std::string_view url, std::string_view accept, std::string_view version,
                           std::string_view token);

    const CachedResponse* find(const std::string& key);
    /// One that is too large by itself is not kept.
    void store(const std::string& key, CachedResponse response);
    void drop(const std::string& key);

    std::size_t size() const noexcept { return entries_.size(); }
    std::size_t bytes() const noexcept { return bytes_; }

private:
    struct Entry {
        std::string key;
        CachedResponse response;
        std::size_t bytes() const { return key.size() + response.etag.size() + (response.body ? response.body->size() : 0) + response.link.size(); }
    };

    std::size_t most_entries_;
    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::list<Entry> entries_;  // the most recently used first
    std::unordered_map<std::string, std::list<Entry>::iterator> places_;
};

}  // namespace kahn::remote
