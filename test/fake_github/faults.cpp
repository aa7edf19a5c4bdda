#include "fake_github/faults.hpp"

namespace kahn::testing {

Fault answer(unsigned status, std::string body, std::vector<std::pair<std::string, std::string>> headers) {
    Fault fault;
    fault.is_handled = false;
    fault.status = status;
    fault.body = std::move(body);
    fault.headers = std::move(headers);
    return fault;
}

Fault commit_then_drop(Ending ending) { return cut_after(0, ending); }

Fault drop(Ending ending) {
    auto fault = cut_after(0, ending);
    fault.is_handled = false;
    return fault;
}

Fault cut_after(std::size_t bytes, Ending ending) {
    Fault fault;
    fault.cut_at = bytes;
    fault.ending = ending;
    return fault;
}

Fault cut_mid_headers(Ending ending) { return cut_after(40, ending); }

Fault cut_mid_body(Ending ending) {
    Fault fault;
    fault.cut_body_at = 10;
    fault.ending = ending;
    return fault;
}

Fault body_ended_by(Ending ending) {
    Fault fault;
    fault.has_length = false;
    fault.ending = ending;
    return fault;
}

Fault invalid_json() {
    Fault fault;
    fault.body = "{\"id\": 30433642123, \"status\": \"comple";
    return fault;
}

Fault invalid_utf8() {
    Fault fault;
    fault.body = "{\"id\": 30433642123, \"workflow_run_id\": 30433642123, \"status\": \"\xC3\x28\xFF\"}";
    return fault;
}

Fault huge_body(std::size_t bytes) {
    Fault fault;
    fault.body = "{\"padding\":\"";
    fault.tail = "\"}";
    const auto frame = fault.body->size() + fault.tail.size();
    fault.filler = bytes > frame ? bytes - frame : 0;
    return fault;
}

Fault endless_chunks() {
    Fault fault;
    fault.is_chunked = true;
    fault.body = "{\"padding\":\"";
    fault.ending = Ending::endless;
    fault.repeat = "1000\r\n" + std::string(4096, 'x') + "\r\n";
    return fault;
}

Fault huge_headers(std::size_t bytes) {
    constexpr std::size_t field_size = 4000;
    Fault fault;
    int number = 0;
    for (auto rest = bytes; rest > 0;) {
        const auto length = rest < field_size ? rest : field_size;
        fault.headers.emplace_back("X-Padding-" + std::to_string(number++), std::string(length, 'h'));
        rest -= length;
    }
    return fault;
}

Fault endless_headers() {
    auto fault = cut_after(40, Ending::endless);
    fault.repeat = "h\r\nX-Padding: " + std::string(1000, 'h');
    return fault;
}

Fault gzip(BodyCoding coding, std::size_t decoded_bytes) {
    Fault fault;
    fault.coding = coding;
    fault.size = decoded_bytes;
    return fault;
}

Fault slow_headers(std::chrono::milliseconds pace) {
    Fault fault;
    fault.piece = 1;
    fault.pace = pace;
    return fault;
}

Fault slow_body(std::chrono::milliseconds pace) {
    auto fault = slow_headers(pace);
    fault.slow_from_body = true;
    return fault;
}

Fault stall(bool is_handled) {
    auto fault = cut_after(0, Ending::stall);
    fault.is_handled = is_handled;
    return fault;
}

Fault stall_mid_body() { return cut_mid_body(Ending::stall); }

Fault unasked_304() { return answer(304); }

Fault redirect(unsigned status, std::string location) {
    return answer(status, {}, {{"Location", std::move(location)}});
}

Fault connection_close() {
    Fault fault;
    fault.headers.emplace_back("Connection", "close");
    fault.ending = Ending::close;
    return fault;
}

Fault close_silently() {
    Fault fault;
    fault.ending = Ending::close;
    return fault;
}

Fault junk_after() {
    Fault fault;
    fault.after = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    return fault;
}

Fault continue_first() {
    Fault fault;
    fault.before = "HTTP/1.1 100 Continue\r\n\r\n";
    return fault;
}

When always() { return When(); }

When nth(std::uint64_t n) {
    When when;
    when.from = n;
    when.to = n;
    return when;
}

When first(std::uint64_t n) {
    When when;
    when.to = n;
    return when;
}

When with_probability(double probability, std::uint64_t seed) {
    When when;
    when.probability = probability;
    when.seed = seed;
    return when;
}

}  // namespace kahn::testing
