#include "fake_github/tests/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace kahn::testing {

struct RawClient::Session {
    Session() = default;
    ~Session() {
        SSL_free(tls);
        SSL_CTX_free(context);
        if (descriptor >= 0) ::close(descriptor);
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    int descriptor = -1;
    SSL_CTX* context = nullptr;
    SSL* tls = nullptr;
};

std::string usual_headers() { return "Host: api.gh.test\r\nUser-Agent: raw/1\r\nAuthorization: Bearer test-token\r\n"; }

RawClient::RawClient(const Target& target) : session_(std::make_unique<Session>()) {
    auto& session = *session_;
    session.descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(target.patience).count();
    timeval patience{};
    patience.tv_sec = microseconds / 1'000'000;
    patience.tv_usec = microseconds % 1'000'000;
    ::setsockopt(session.descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(target.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(session.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("cannot connect");
    }
    if (!target.preamble.empty()) {
        if (::send(session.descriptor, target.preamble.data(), target.preamble.size(), MSG_NOSIGNAL) < 0) throw std::runtime_error("cannot send");
        // Byte by byte: what follows the blank line is TLS's.
        char one = 0;
        while (!proxy_answer_.ends_with("\r\n\r\n") && ::recv(session.descriptor, &one, 1, 0) == 1) proxy_answer_ += one;
        if (!proxy_answer_.starts_with("HTTP/1.1 2")) return;
    }
    session.context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_load_verify_locations(session.context, target.ca_file.c_str(), nullptr);
    SSL_CTX_set_verify(session.context, SSL_VERIFY_PEER, nullptr);
    session.tls = SSL_new(session.context);
    auto host = target.host;
    SSL_ctrl(session.tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());  // the macro for it casts in the old way
    SSL_set1_host(session.tls, target.host.c_str());
    SSL_set_fd(session.tls, session.descriptor);
    is_secure_ = SSL_connect(session.tls) == 1;
    verify_result_ = SSL_get_verify_result(session.tls);
    ERR_clear_error();
}

RawClient::~RawClient() = default;

void RawClient::write(std::string_view bytes) {
    ERR_clear_error();
    // A connection that has died shows at the next read.
    if (SSL_write(session_->tls, bytes.data(), static_cast<int>(bytes.size())) <= 0) ERR_clear_error();
}

Reading RawClient::read(std::string& out) {
    std::array<char, 16384> piece{};
    ERR_clear_error();
    errno = 0;
    const int size = SSL_read(session_->tls, piece.data(), static_cast<int>(piece.size()));
    if (size > 0) {
        out.append(piece.data(), static_cast<std::size_t>(size));
        return Reading::bytes;
    }
    const int system_error = errno;
    switch (SSL_get_error(session_->tls, size)) {
        case SSL_ERROR_ZERO_RETURN: return Reading::close_notify;
        case SSL_ERROR_WANT_READ: return Reading::nothing;
        case SSL_ERROR_SSL:
            return ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING ? Reading::fin : Reading::failed;
        default: break;
    }
    if (system_error == ECONNRESET || system_error == EPIPE) return Reading::reset;
    if (system_error == EAGAIN) return Reading::nothing;
    return system_error == 0 ? Reading::fin : Reading::failed;
}

Reading RawClient::read_all(std::string& out) {
    out += kept_;
    kept_.clear();
    for (;;) {
        const auto reading = read(out);
        if (reading != Reading::bytes) return reading;
    }
}

Response RawClient::response() {
    std::string bytes = std::move(kept_);
    kept_.clear();
    auto head_end = bytes.find("\r\n\r\n");
    while (head_end == std::string::npos) {
        if (read(bytes) != Reading::bytes) return Response(0);
        head_end = bytes.find("\r\n\r\n");
    }
    Response response(static_cast<unsigned>(std::stoul(bytes.substr(9, 3))));
    for (auto begin = bytes.find("\r\n") + 2; begin < head_end;) {
        const auto end = bytes.find("\r\n", begin);
        const auto colon = bytes.find(": ", begin);
        response.headers.emplace_back(bytes.substr(begin, colon - begin), bytes.substr(colon + 2, end - colon - 2));
        begin = end + 2;
    }
    const auto length = std::stoul(response.header("Content-Length").value_or("0"));
    auto rest = bytes.substr(head_end + 4);
    while (rest.size() < length) {
        if (read(rest) != Reading::bytes) return Response(0);
    }
    response.body = rest.substr(0, length);
    kept_ = rest.substr(length);
    return response;
}

Response RawClient::get(const std::string& target, const std::string& more_headers) {
    write("GET " + target + " HTTP/1.1\r\n" + usual_headers() + more_headers + "\r\n");
    return response();
}

Response RawClient::post(const std::string& target, const std::string& body) {
    write("POST " + target + " HTTP/1.1\r\n" + usual_headers() + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return response();
}

}  // namespace kahn::testing
