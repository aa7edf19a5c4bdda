// An HTTP service that runs pipelines: POST one, and its events come back as they happen, a line of JSON each.
//
//     service [PORT]      # on 127.0.0.1 and nowhere else; without a port, on one that is free
//     curl -N -H 'Content-Type: application/yaml' --data-binary @ci.yaml http://127.0.0.1:PORT/runs
//
// Whoever can connect runs commands as the user of the service. The pages of a browser cannot: their POSTs have an Origin.

#include <kahn/config/load.hpp>
#include <kahn/manager/async_operations.hpp>
#include <kahn/render/diagnostics.hpp>
#include <kahn/render/ndjson.hpp>

#include <boost/asio.hpp>
#include <boost/beast.hpp>

#include <iostream>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds patience(5000);  // with a client, for each thing that it is to send or to take
constexpr std::size_t most_bytes = std::size_t{1} << 20;  // of a request, and of events that wait

/// A connection, and what it is to be told: the events of its run, from when they happen until they can be sent.
struct Client final : kahn::Observer {
    explicit Client(tcp::socket socket) : stream(std::move(socket)), news(stream.get_executor(), asio::steady_timer::time_point::max()) {}

    void on_event(const kahn::Event& event) override {
        status = http::status::ok;
        const bool is_output = std::holds_alternative<kahn::event::JobOutput>(event.what);
        if (is_output && lines.size() > most_bytes) return;  // a slow client misses output: `seq` has a gap
        kahn::render::append_ndjson(lines, event);
        news.cancel();
    }
    void end() {
        has_ended = true;
        news.cancel();
    }

    boost::beast::tcp_stream stream;
    boost::beast::flat_buffer buffer;
    asio::steady_timer news;  // waits for ever, and is cancelled when there are lines
    std::string lines;
    http::status status = http::status::unprocessable_entity;  // until its run has begun
    bool has_ended = false;
    asio::cancellation_signal cancel_run;
};

/// Reads on, to hear of it when the client goes away: that cancels its run.
void watch(std::shared_ptr<Client> client) {
    client->stream.expires_never();
    client->stream.async_read_some(client->buffer.prepare(4096), [client](error_code gone, std::size_t) {
        if (!gone) return watch(client);
        client->cancel_run.emit(asio::cancellation_type::terminal);
        client->news.cancel();
    });
}

void refuse(Client& client, http::status status, std::string why) {
    client.status = status;
    client.lines = std::move(why) + '\n';
    client.end();
}

/// Begins the run that is asked for, or says why not.
void begin(kahn::PipelineManager& manager, std::shared_ptr<Client> client, const http::request<http::string_body>& request) {
    if (request.count(http::field::origin) > 0) return refuse(*client, http::status::forbidden, "not for web pages");
    if (request.method() != http::verb::post || request.target() != "/runs") return refuse(*client, http::status::not_found, "POST to /runs");
    const bool is_json = request[http::field::content_type].starts_with("application/json");
    const auto loaded = kahn::config::load_text(request.body(), is_json ? kahn::config::Format::json : kahn::config::Format::yaml, "pipeline");
    if (!loaded.ok()) return refuse(*client, client->status, kahn::render::to_text(loaded.diagnostics, loaded.file, loaded.source));
    kahn::RunOptions options;
    options.observers = {client};
    const auto ended = [client](std::exception_ptr, kahn::Pipeline run) {  // it may not have begun: a `${NAME}` is not defined
        client->status == http::status::ok ? client->end() : refuse(*client, client->status, run.reason.text());
    };
    try {
        kahn::async_run_pipeline(manager, loaded.pipeline, options, asio::bind_cancellation_slot(client->cancel_run.slot(), ended));
    } catch (const kahn::Error& failure) {  // a secret is missing
        refuse(*client, client->status, failure.what());
    }
}

asio::awaitable<void> serve(kahn::PipelineManager* manager, std::shared_ptr<Client> client) {
    error_code failure;
    auto quietly = asio::redirect_error(asio::use_awaitable, failure);
    http::request_parser<http::string_body> parser;
    parser.body_limit(most_bytes);
    client->stream.expires_after(patience);
    co_await http::async_read(client->stream, client->buffer, parser, quietly);
    if (failure && failure != http::error::body_limit) co_return;  // there is nobody to answer to
    failure ? refuse(*client, http::status::payload_too_large, "at most 1 MiB") : begin(*manager, client, parser.get());
    watch(client);
    while (!client->has_ended && client->lines.empty()) co_await client->news.async_wait(quietly);

    http::response<http::empty_body> head(client->status, 11);
    head.set(http::field::content_type, client->status == http::status::ok ? "application/x-ndjson" : "text/plain; charset=utf-8");
    head.keep_alive(false);
    head.chunked(true);
    http::response_serializer<http::empty_body> serializer(head);
    client->stream.expires_after(patience);
    co_await http::async_write_header(client->stream, serializer, asio::use_awaitable);
    while (!client->has_ended || !client->lines.empty()) {
        if (client->lines.empty()) co_await client->news.async_wait(quietly);
        const std::string lines = std::exchange(client->lines, {});
        if (lines.empty()) continue;
        client->stream.expires_after(patience);
        co_await asio::async_write(client->stream, http::make_chunk(asio::buffer(lines)), asio::use_awaitable);
    }
    co_await asio::async_write(client->stream, http::make_chunk_last(), asio::use_awaitable);
    client->stream.socket().shutdown(tcp::socket::shutdown_send);
    client->news.expires_after(patience / 5);  // closed at once, what it still sends would destroy what it has not read yet
    co_await client->news.async_wait(quietly);
}

void accept(tcp::acceptor& acceptor, asio::steady_timer& pause, kahn::PipelineManager& manager) {
    acceptor.async_accept([&](error_code failure, tcp::socket socket) {
        pause.expires_after(failure ? patience / 50 : patience * 0);  // while no descriptor is free, the next would fail at once, too
        pause.async_wait([&](error_code) { if (acceptor.is_open()) accept(acceptor, pause, manager); });
        if (failure) return;
        const auto client = std::make_shared<Client>(std::move(socket));
        asio::co_spawn(acceptor.get_executor(), serve(&manager, client), [client](std::exception_ptr) { client->stream.close(); });
    });
}

int main(int argc, char** argv) try {
    const int port = argc > 1 ? std::stoi(argv[1]) : 0;
    if (argc > 2 || port < 0 || port > 65535) throw std::invalid_argument("usage: service [PORT]");
    asio::io_context context(1);
    kahn::Options options;
    options.remembers = false;  // this, and spawners, would be threads
    options.engine.process.spawner_threads = 0;
    kahn::PipelineManager manager(context.get_executor(), options);
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)));
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](error_code, int) {  // nobody new; what runs is cancelled, whoever waits for it is told
        acceptor.close();
        kahn::async_shutdown(manager, [](std::exception_ptr) {});
    });
    asio::steady_timer pause(context);
    accept(acceptor, pause, manager);
    std::cout << "listening on " << acceptor.local_endpoint() << std::endl;
    context.run();
} catch (const std::exception& failure) {
    std::cerr << "service: " << failure.what() << '\n';
    return 1;
}
