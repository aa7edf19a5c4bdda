#include "fake_github/wire_plan.hpp"

#include "fake_github/compress.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace kahn::testing {

namespace {

constexpr std::size_t least_to_compress = 256;

const char* reason(unsigned status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 206: return "Partial Content";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 416: return "Range Not Satisfiable";
        case 422: return "Unprocessable Entity";
        case 429: return "Too Many Requests";
        case 500: return "Internal Server Error";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        default: return "Unknown";
    }
}

bool accepts_gzip(const Request& request) {
    const auto field = request.header("Accept-Encoding");
    return field && field->find("gzip") != std::string::npos;
}

void encode(const Request& request, Response& response, const Fault& fault, bool compresses) {
    const bool is_text = response.header("Content-Type").value_or("").find("json") != std::string::npos;
    const bool is_worth_it = compresses && fault.filler == 0 && !fault.is_chunked && is_text && response.body.size() >= least_to_compress && accepts_gzip(request);
    switch (fault.coding) {
        case BodyCoding::as_asked:
            if (!is_worth_it) return;
            response.body = gzip_bytes(response.body);
            break;
        case BodyCoding::gzip:
        case BodyCoding::gzip_unlabelled: response.body = gzip_bytes(response.body); break;
        case BodyCoding::gzip_bad_crc:
            response.body = gzip_bytes(response.body);
            response.body[response.body.size() - 8] = static_cast<char>(~response.body[response.body.size() - 8]);
            break;
        case BodyCoding::gzip_bomb: response.body = gzip_bomb(fault.size); break;
    }
    if (fault.coding != BodyCoding::gzip_unlabelled) response.set("Content-Encoding", "gzip");
}

std::string chunked(const std::string& body, bool is_ended) {
    std::string text;
    if (!body.empty()) {
        std::array<char, 32> size{};
        std::snprintf(size.data(), size.size(), "%zx\r\n", body.size());
        text = size.data();
        text += body + "\r\n";
    }
    if (is_ended) text += "0\r\n\r\n";
    return text;
}

}  // namespace

bool wants_close(const Request& request) {
    const auto field = request.header("Connection");
    return field && same_name(*field, "close");
}

WirePlan plan_response(const Request& request, Response response, const Fault& fault, bool compresses) {
    if (fault.status) response.status = *fault.status;
    if (fault.body) {
        response.body = *fault.body;
        if (response.body.empty()) response.set("Content-Type", "");
        if (!response.header("Content-Type") && !response.body.empty()) response.set("Content-Type", "application/json; charset=utf-8");
    }
    const bool has_body = response.status != 204 && response.status != 304;
    if (!has_body) response.body.clear();
    if (has_body) encode(request, response, fault, compresses);

    WirePlan plan;
    plan.ending = wants_close(request) ? Ending::close : Ending::keep_alive;
    if (fault.ending) plan.ending = *fault.ending;
    std::string body = response.body;
    if (fault.is_chunked) {
        response.set("Transfer-Encoding", "chunked");
        body = chunked(body, plan.ending != Ending::endless);
    } else if (has_body && fault.has_length) {
        response.set("Content-Length", std::to_string(body.size() + fault.filler + fault.tail.size()));
    }
    if (request.method == "HEAD") body.clear();
    for (const auto& [name, value] : fault.headers) response.set(name, value);

    const auto status = std::to_string(response.status);
    plan.bytes = fault.before + "HTTP/1.1 " + status + " " + reason(response.status) + "\r\n";
    for (const auto& [name, value] : response.headers) plan.bytes += name + ": " + value + "\r\n";
    plan.bytes += "\r\n";
    const auto header_size = plan.bytes.size();
    plan.bytes += body;
    plan.bytes += fault.after;
    if (fault.cut_body_at) plan.bytes.resize(std::min(plan.bytes.size(), header_size + *fault.cut_body_at));
    if (fault.cut_at) plan.bytes.resize(std::min(plan.bytes.size(), *fault.cut_at));
    plan.filler = fault.filler;
    plan.tail = fault.tail;
    plan.repeat = fault.repeat;
    plan.delay = fault.delay;
    plan.piece = fault.piece;
    plan.pace = fault.pace;
    plan.slow_from = fault.slow_from_body ? header_size : fault.slow_from;
    return plan;
}

}  // namespace kahn::testing
