#include "remote/etag_cache.hpp"

#include <functional>
#include <utility>

namespace kahn::remote {

std::string EtagCache::key(std::string_view method, std::string_view url, std::string_view accept, std::string_view version,
                           std::string_view token) {
    std::string key;
    for (const auto part : {method, url, accept, version}) {
        key += part;
        key += '\n';
    }
    return key + std::to_string(std::hash<std::string_view>()(token));
}

const CachedResponse* EtagCache::find(const std::string& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->response;
}

void EtagCache::store(const std::string& key, CachedResponse response) {
    drop(key);
    Entry entry{key, std::move(response)};
    const std::size_t size = entry.bytes();
    if (size > most_bytes_ || most_entries_ == 0) return;
    entries_.push_front(std::move(entry));
    places_[key] = entries_.begin();
    bytes_ += size;
    while (entries_.size() > most_entries_ || bytes_ > most_bytes_) drop(std::string(entries_.back().key));
}

void EtagCache::drop(const std::string& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    bytes_ -= found->second->bytes();
    entries_.erase(found->second);
    places_.erase(found);
}

}  // namespace kahn::remote
