#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn::testing {

enum class Listener { api = 1, blob, proxy };

/// How a connection is left after the last byte of a response.
enum class Ending {
    keep_alive = 1,
    close,         ///< close_notify, then FIN
    fin,           ///< FIN without close_notify
    reset,
    stall,         ///< nothing more, and the connection stays open
    endless,       ///< the last `repeat` bytes again and again, until the client goes
};

enum class BodyCoding {
    as_asked = 1,
    gzip,             ///< whether asked or not
    gzip_bad_crc,
    gzip_bomb,        ///< a thousand times larger than it looks, of `size` decoded bytes
    gzip_unlabelled,  ///< gzip without saying so
};

/// What becomes of one request in place of, or after, the honest response. Made by the functions below; fields combine.
struct Fault {
    Fault() = default;

    bool is_handled = true;  ///< the request takes effect; false: it is as if it had never come
    std::optional<unsigned> status;
    std::optional<std::string> body;
    std::vector<std::pair<std::string, std::string>> headers;  ///< set, replacing those of the name; an empty value removes
    BodyCoding coding = BodyCoding::as_asked;
    std::string before;           ///< bytes before the response: `HTTP/1.1 100 Continue\r\n\r\n`
    std::string after;            ///< bytes behind it
    std::size_t filler = 0;       ///< bytes `x` behind the body, made while they are sent; then `tail`
    std::string tail;
    bool has_length = true;       ///< false: the end of the connection is the end of the body
    bool is_chunked = false;
    std::optional<std::size_t> cut_body_at;    ///< of the body's bytes
    std::optional<std::size_t> cut_at;         ///< of all bytes of the response, `before` included; 0: no byte
    std::optional<Ending> ending;
    std::string repeat;                        ///< for Ending::endless
    std::size_t size = 0;                      ///< for the bomb
    std::chrono::milliseconds delay{0};        ///< real time before the first byte
    std::size_t piece = 0;                     ///< bytes that are sent at a time; 0: all
    std::chrono::milliseconds pace{0};         ///< real time between two pieces
    std::size_t slow_from = 0;                 ///< bytes before this one are sent at once
    bool slow_from_body = false;               ///< the header is sent at once
};
static_assert(!std::is_aggregate_v<Fault>);

/// The request has no effect; this is the answer.
Fault answer(unsigned status, std::string body = {}, std::vector<std::pair<std::string, std::string>> headers = {});
/// The request has its effect; the answer is lost, and the connection with it.
Fault commit_then_drop(Ending ending = Ending::reset);
/// The request has no effect, and the connection dies before any byte.
Fault drop(Ending ending = Ending::reset);
/// The honest response, and the connection ends after this many of its bytes.
Fault cut_after(std::size_t bytes, Ending ending = Ending::fin);
Fault cut_mid_headers(Ending ending = Ending::reset);
Fault cut_mid_body(Ending ending = Ending::reset);
/// No Content-Length; the body ends with the connection, with or without close_notify.
Fault body_ended_by(Ending ending);
/// Status 200 with JSON that is broken, of the right length.
Fault invalid_json();
/// The honest JSON with a string that is no UTF-8.
Fault invalid_utf8();
/// A JSON body of this many bytes, valid.
Fault huge_body(std::size_t bytes);
Fault endless_chunks();
/// The honest response with header fields of this size more.
Fault huge_headers(std::size_t bytes);
Fault endless_headers();
Fault gzip(BodyCoding coding, std::size_t decoded_bytes = 0);
/// Byte by byte from the status line on.
Fault slow_headers(std::chrono::milliseconds pace);
/// The header at once, the body byte by byte.
Fault slow_body(std::chrono::milliseconds pace);
/// Not one byte, for ever. \param is_handled whether the request has its effect
Fault stall(bool is_handled = true);
Fault stall_mid_body();
Fault unasked_304();
/// A redirect, absolute or relative. \param location  empty: none is sent
Fault redirect(unsigned status, std::string location);
/// `Connection: close`, honestly.
Fault connection_close();
/// The honest response on a connection that is closed at once without saying so, as an idle one that timed out.
Fault close_silently();
Fault junk_after();
Fault continue_first();

/// On which of the matching requests a fault happens.
struct When {
    When() = default;

    std::uint64_t from = 1;  ///< the first of them, counted from 1
    std::uint64_t to = 0;    ///< the last; 0: all further ones
    double probability = 1;
    std::uint64_t seed = 1;  ///< the same seed, the same choices
};
static_assert(!std::is_aggregate_v<When>);

When always();
When nth(std::uint64_t n);
When first(std::uint64_t n);
When with_probability(double probability, std::uint64_t seed = 1);

struct FaultRule {
    FaultRule() = default;
    /// \param method  empty: any
    /// \param target  a regular expression (ECMAScript), to be found in the request target
    FaultRule(std::string method_, std::string target_, When when_, Fault fault_, Listener listener_ = Listener::api)
        : method(std::move(method_)), target(std::move(target_)), when(when_), fault(std::move(fault_)), listener(listener_) {}

    std::string method;
    std::string target;
    When when;
    Fault fault;
    Listener listener = Listener::api;
};
static_assert(!std::is_aggregate_v<FaultRule>);

/// How a listener answers a new connection.
enum class Greeting {
    honest = 1,
    silent,         ///< accepts, and TLS never answers
    reset,          ///< accepts, and resets
    wrong_name,     ///< a certificate for another host
    expired,
    not_yet_valid,
    self_signed,
};

/// How the proxy behaves.
struct ProxyRules {
    ProxyRules() = default;

    std::string user;  ///< empty: no authentication wanted; else 407 without it
    std::string password;
    bool is_bad_gateway = false;  ///< 502 to every CONNECT
    bool is_silent = false;       ///< never answers
    std::optional<std::size_t> dies_after;  ///< bytes from the server through a tunnel
};
static_assert(!std::is_aggregate_v<ProxyRules>);

}  // namespace kahn::testing
