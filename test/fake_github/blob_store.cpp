#include "fake_github/blob_store.hpp"

#include "fake_github/dates.hpp"
#include "fake_github/digest.hpp"
#include "fake_github/problems.hpp"
#include "fake_github/target.hpp"

#include <charconv>
#include <optional>
#include <string_view>

namespace kahn::testing {

namespace {

struct ByteRange {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::optional<std::size_t> number(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// `bytes=A-B`, `bytes=A-`, `bytes=-N`; nothing: not understood, and so not there.
std::optional<ByteRange> parse_range(std::string_view text, std::size_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!text.starts_with(unit)) return std::nullopt;
    text.remove_prefix(unit.size());
    const auto dash = text.find('-');
    if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return std::nullopt;
    const auto first = number(text.substr(0, dash));
    const auto second = number(text.substr(dash + 1));
    ByteRange range;
    range.end = size;
    if (first) {
        range.begin = *first;
        if (second) range.end = std::min(size, *second + 1);
    } else if (second) {
        range.begin = size - std::min(size, *second);
    } else {
        return std::nullopt;
    }
    return range;
}

}  // namespace

std::string BlobStore::publish(const std::string& path, std::string bytes, std::string content_type, Milliseconds expires,
                               SystemTime expires_at) {
    auto& blob = blobs_[path];
    blob.bytes = std::move(bytes);
    blob.content_type = std::move(content_type);
    blob.etag = "\"0x" + sha256(blob.bytes).substr(0, 15) + "\"";
    const auto signature = sha256(path + "#" + std::to_string(++issued_)) + "=";
    Signature entry;
    entry.path = path;
    entry.expires = expires;
    signatures_[signature] = std::move(entry);
    return path + "?sv=2025-11-05&se=" + percent_encode(iso_date(expires_at)) + "&sr=b&sp=r&sig=" + percent_encode(signature);
}

Response BlobStore::answer(const Request& request, Milliseconds now) const {
    const Target target(request.target);
    if (request.header("Authorization")) {
        return blob_problem(400, "InvalidAuthenticationInfo", "Authentication information is not given in the correct format. Check the value of Authorization header.");
    }
    const auto signature = signatures_.find(target.parameter("sig"));
    const bool is_signed = signature != signatures_.end() && signature->second.path == target.path && now < signature->second.expires;
    if (!is_signed) {
        return blob_problem(403, "AuthenticationFailed", "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.");
    }
    if (request.method != "GET" && request.method != "HEAD") return blob_problem(405, "UnsupportedHttpVerb", "The resource doesn't support specified Http Verb.");

    const auto& blob = blobs_.at(target.path);
    Response response(200);
    response.set("Content-Type", blob.content_type);
    response.set("ETag", blob.etag);
    response.set("Accept-Ranges", "bytes");
    const auto condition = request.header("If-None-Match");
    if (condition && *condition == blob.etag) {
        response.status = 304;
        return response;
    }
    const auto wanted = request.header("Range");
    const auto only_if = request.header("If-Range");
    const auto range = wanted && (!only_if || *only_if == blob.etag) ? parse_range(*wanted, blob.bytes.size()) : std::nullopt;
    if (!range) {
        response.body = blob.bytes;
        return response;
    }
    if (range->begin >= range->end) {
        response = blob_problem(416, "InvalidRange", "The range specified is invalid for the current size of the resource.");
        response.set("Content-Range", "bytes */" + std::to_string(blob.bytes.size()));
        return response;
    }
    response.status = 206;
    response.body = blob.bytes.substr(range->begin, range->end - range->begin);
    response.set("Content-Range", "bytes " + std::to_string(range->begin) + "-" + std::to_string(range->end - 1) + "/" +
                                      std::to_string(blob.bytes.size()));
    return response;
}

}  // namespace kahn::testing
