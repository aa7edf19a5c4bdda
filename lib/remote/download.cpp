#include "remote/api_call.hpp"
#include "remote/api_request.hpp"
#include "remote/ascii.hpp"
#include "remote/operations.hpp"
#include "remote/redact.hpp"
#include "remote/redirect_policy.hpp"

#include "base/sha256.hpp"
#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace kahn::remote {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t longest_download = 8ULL << 30;
constexpr const char* no_file_hint = "a log comes when its job or run has ended, and goes some weeks later; a token that may not read the repository sees none either";

/// A file that grows, and can go on where it was cut off.
class PartialFile final : public BodySink {
public:
    PartialFile(fs::path file, UniqueFd fd) : file_(std::move(file)), fd_(std::move(fd)) {}
    ~PartialFile() override {
        std::error_code ignored;
        fs::remove(file_, ignored);  // a finished one has its own name by now
    }

    bool begin(const HttpResponse& head) override {
        const bool goes_on = head.status == 206 && continues(head.headers.find("content-range").value_or(""));
        if (head.status == 206 && !goes_on) return false;
        if (!goes_on && !restart()) return false;
        if (const auto etag = head.headers.find("etag")) etag_ = *etag;
        return true;
    }

    bool write(std::string_view bytes) override {
        digest_.add(bytes);
        bytes_ += bytes.size();
        if (bytes_ > longest_download) return refuse("the file is larger than 8 GiB");
        while (!bytes.empty()) {
            const auto written = ::write(fd_.get(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return refuse("'" + file_.string() + "': " + std::generic_category().message(errno));
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return true;
    }

    /// What the next request has to say to go on where this one ended.
    void ask_for_the_rest(Headers& headers) const {
        // Without a strong tag a changed file could be joined to the beginning of another one.
        if (bytes_ == 0 || etag_.empty() || etag_.starts_with("W/")) return;
        headers.add("Range", "bytes=" + std::to_string(bytes_) + "-");
        headers.add("If-Range", etag_);
    }
    bool restart() {
        bytes_ = 0;
        digest_ = Sha256();
        return ::ftruncate(fd_.get(), 0) == 0 && ::lseek(fd_.get(), 0, SEEK_SET) == 0;
    }
    /// Gives the file its name. Nothing: it has it.
    std::optional<RemoteFailure> finish(const fs::path& name, Download& out, const std::string& promised) {
        out.path = name;
        out.bytes = bytes_;
        out.sha256 = digest_.hex();
        if (promised.starts_with("sha256:")) {
            if (!equals_ignoring_case(promised.substr(7), out.sha256)) {
                return RemoteFailure(ErrorKind::download, "the file's SHA-256 is " + out.sha256 + ", and was promised as " + promised);
            }
            out.digest_checked = true;
        }
        // A hard link, unlike a rename, replaces nothing that came into being meanwhile.
        if (::link(file_.c_str(), name.c_str()) != 0) {
            return RemoteFailure(ErrorKind::download, "cannot make '" + name.string() + "': " + std::generic_category().message(errno));
        }
        return std::nullopt;
    }
    /// Why nothing more can be written; empty if it can.
    const std::string& refusal() const noexcept { return refusal_; }

private:
    bool continues(std::string_view range) const {  // bytes 100-199/200
        range = trim(range);
        if (!range.starts_with("bytes ")) return false;
        range.remove_prefix(6);
        return parse_number(range.substr(0, range.find('-'))) == static_cast<std::int64_t>(bytes_);
    }
    bool refuse(std::string why) {
        refusal_ = std::move(why);
        return false;
    }

    fs::path file_;
    UniqueFd fd_;
    Sha256 digest_;
    std::string etag_;
    std::string refusal_;
    std::uint64_t bytes_ = 0;
};

/// The address of the file, with redirects followed. No token goes along.
asio::awaitable<std::optional<RemoteFailure>> fetch_file(SessionPtr session, std::shared_ptr<PartialFile> sink, Url url, SteadyTime deadline) {
    RedirectPolicy redirect(url, "GET");
    for (;;) {
        HttpRequest request = make_download_request(redirect.url(), session->options().user_agent);
        sink->ask_for_the_rest(request.headers);
        ExchangeOptions options;
        options.timeout = std::max(std::chrono::milliseconds{1}, std::chrono::ceil<std::chrono::milliseconds>(deadline - session->clock().now()));
        options.sink = sink;
        options.stall_timeout = session->options().network.stall_timeout;
        const auto outcome = co_await session->transport->exchange(std::move(request), std::move(options));
        if (!outcome.response) co_return outcome.failure;
        const HttpResponse& response = *outcome.response;
        const unsigned status = response.status;
        if (status == 200 || status == 206) {
            const auto coding = response.headers.find("content-encoding");
            if (!coding || equals_ignoring_case(trim(*coding), "identity")) co_return std::nullopt;
            co_return RemoteFailure(ErrorKind::bad_encoding, "the file came packed, which was not asked for");
        }
        RemoteFailure failure(ErrorKind::download, "HTTP " + std::to_string(status) + " for the file: " + snippet(response.body, 200, ""));
        failure.http_status = status;
        if (status == 416 && sink->restart()) {  // the rest that was asked for is not there: from the beginning, then
            failure.kind = ErrorKind::server_error;
            co_return failure;
        }
        // An address that has expired: the server gives out a new one.
        if (status == 403 || status == 404 || status == 410 || status == 429 || status >= 500) failure.kind = ErrorKind::server_error;
        if (status < 300 || status > 308) co_return failure;
        if (auto refused = redirect.follow(status, response.headers.find("location"))) co_return *refused;
    }
}

std::variant<std::shared_ptr<PartialFile>, RemoteFailure> make_partial(const fs::path& file) {
    std::error_code error;
    if (fs::exists(file, error)) return RemoteFailure(ErrorKind::invalid_argument, "'" + file.string() + "' is there already");
    const fs::path partial = file.string() + ".part";
    fs::remove(partial, error);
    UniqueFd fd(::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!fd) return RemoteFailure(ErrorKind::invalid_argument, "cannot make '" + partial.string() + "': " + std::generic_category().message(errno));
    return std::make_shared<PartialFile>(partial, std::move(fd));
}

}  // namespace

asio::awaitable<Result<Download>> download(SessionPtr session, std::string path, fs::path file, std::string digest) {
    auto made = make_partial(file);
    if (const auto* const failure = std::get_if<RemoteFailure>(&made)) co_return *failure;
    const auto sink = std::get<std::shared_ptr<PartialFile>>(made);
    constexpr std::chrono::minutes longest{30};
    const SteadyTime deadline = session->clock().now() + std::max<std::chrono::nanoseconds>(longest, session->options().operation_timeout);
    RetryPolicy retry(Repeatable::always, session->options().attempts);
    for (;;) {
        ApiCall call;
        call.path = path;
        call.deadline = deadline;
        call.is_conditional = false;
        call.stops_at_redirect = true;
        const auto answer = co_await call_api(session, std::move(call));
        if (!answer) {
            RemoteFailure failure = answer.failure();
            if (failure.kind == ErrorKind::not_found) failure.hint = no_file_hint;
            co_return failure;
        }
        std::optional<RemoteFailure> failure;
        if (answer.value().location) {
            const auto api_url = parse_url(session->settings->url(path));
            RedirectPolicy first(*api_url, "GET");
            if (auto refused = first.follow(answer.value().status, answer.value().location)) co_return *refused;
            failure = co_await fetch_file(session, sink, first.url(), deadline);
        } else if (!sink->restart() || !sink->write(*answer.value().body)) {
            failure = RemoteFailure(ErrorKind::download, sink->refusal());
        }
        if (!failure) break;
        if (!sink->refusal().empty()) co_return RemoteFailure(ErrorKind::download, sink->refusal());
        if (failure->kind == ErrorKind::cancelled) co_return *failure;
        const auto pause = retry.after(*failure, session->chance());
        if (!pause) {
            RemoteFailure last = *failure;
            last.attempts = retry.attempts();
            last.text = redact("the download failed: " + last.text);
            last.kind = is_transient(last.kind) ? ErrorKind::download : last.kind;
            co_return last;
        }
        co_await session->clock().sleep_until(session->clock().now() + *pause);
    }
    Download done;
    if (auto failure = sink->finish(file, done, digest)) co_return *failure;
    co_return done;
}

}  // namespace kahn::remote
