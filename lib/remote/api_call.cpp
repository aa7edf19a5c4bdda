#include "remote/api_call.hpp"

#include "remote/api_request.hpp"
#include "remote/ascii.hpp"
#include "remote/header_warnings.hpp"
#include "remote/inflate.hpp"
#include "remote/redact.hpp"
#include "remote/redirect_policy.hpp"
#include "remote/repository_move.hpp"
#include "remote/request_turn.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kahn::remote {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// One call on its way, from request to request.
class Calling {
public:
    Calling(SessionPtr session, ApiCall call, Url url)
        : session_(std::move(session)),
          call_(std::move(call)),
          redirect_(now_at(*session_, url), call_.method),
          named_(std::move(url)),
          retry_(call_.repeatable, call_.attempts > 0 ? call_.attempts : session_->options().attempts) {}

    enum class Next { send, sleep, done };

    bool is_write() const { return call_.method != "GET"; }
    SteadyTime deadline() const { return call_.deadline; }
    /// Changes keep a second between them: whoever waits for that keeps its turn.
    bool keeps_turn() const { return is_write() && wakes_at_ <= session_->clock().now() + seconds{1}; }

    Next no_turn() { return fail(out_of_time()); }

    /// Whether a request may go out now.
    Next before_request() {
        const SteadyTime now = session_->clock().now();
        if (now >= call_.deadline) return fail(out_of_time());
        const std::lock_guard lock(session_->origin->mutex);
        const SteadyTime opens = session_->origin->gate.opens_at(now, is_write());
        if (opens > now) return wait_for_gate(now, opens);
        session_->origin->gate.sent(now, is_write());
        return Next::send;
    }

    HttpRequest request() {
        const Settings& settings = *session_->settings;
        ApiHeaders headers;
        headers.token = settings.token.reveal();
        headers.user_agent = settings.options.user_agent;
        const std::lock_guard lock(session_->origin->mutex);
        version_ = session_->origin->api_version;
        headers.api_version = version_;
        cached_.reset();
        if (call_.method == "GET" && call_.is_conditional && !is_unconditional_ && redirect_.carries_token()) {
            if (const auto* const found = session_->origin->cache.find(cache_key())) {
                cached_ = *found;
                headers.etag = found->etag;
            }
        }
        ++requests_;
        return make_api_request(call_.method, redirect_.url(), call_.body, headers, redirect_.carries_token());
    }

    ExchangeOptions exchange_options() const {
        ExchangeOptions options;
        const auto left = std::chrono::ceil<milliseconds>(std::min<SteadyTime::duration>(
            call_.deadline - session_->clock().now(), session_->options().request_timeout));
        options.timeout = std::max(left, milliseconds{1});
        // Were a kept connection to die under it, nobody could tell whether the request had arrived.
        options.fresh_connection = is_write();
        options.body_limit = session_->options().body_limit;
        return options;
    }

    Next after_exchange(ExchangeOutcome outcome) {
        if (outcome.response) return after_response(std::move(*outcome.response));
        outcome.failure.http_status = outcome.status_seen != 0 ? outcome.status_seen : outcome.failure.http_status;
        return after_failure(std::move(outcome.failure), milliseconds{0});
    }

    SteadyTime wakes_at() const noexcept { return wakes_at_; }
    Result<ApiResponse>& result() noexcept { return result_; }

private:
    /// Where a repository is that the server has said to have another name.
    static Url now_at(const Session& session, Url url) {
        const std::lock_guard lock(session.origin->mutex);
        for (const auto& [from, to] : session.origin->moved) url.target = with_prefix(url.target, from, to);
        return url;
    }

    const std::string& secret() const { return session_->settings->token.reveal(); }
    std::string cache_key() const {
        return EtagCache::key(call_.method, redirect_.url().text(), api_accept, version_, secret());
    }

    Next fail(RemoteFailure failure) {
        failure.attempts = requests_;
        failure.text = redact(failure.text, secret());
        failure.hint = redact(failure.hint, secret());
        result_ = std::move(failure);
        return Next::done;
    }

    RemoteFailure out_of_time() const {
        RemoteFailure failure(ErrorKind::timeout, "the time was up");
        if (last_) {
            failure = *last_;
            failure.text += "; no time is left for another attempt";
        }
        return failure;
    }

    Next sleep_until(SteadyTime at) {
        wakes_at_ = at;
        return Next::sleep;
    }

    /// With the origin's mutex held.
    Next wait_for_gate(SteadyTime now, SteadyTime opens) {
        const auto left = std::chrono::ceil<seconds>(opens - now);
        const bool is_closed = session_->origin->gate.opens_at(now, false) > now;
        if (!is_closed) return opens < call_.deadline ? sleep_until(opens) : fail(out_of_time());
        RemoteFailure failure = session_->origin->gate.closed_by();
        failure.retry_after = left;
        if (opens >= call_.deadline) {
            failure.text += "; the limit is lifted in " + std::to_string(left.count()) + " s, after the deadline";
            return fail(std::move(failure));
        }
        if (!call_.waits_for_limits) return fail(std::move(failure));
        session_->options().logger.warning("[ASYNC] " + failure.text + "; waiting " + std::to_string(left.count()) + " s");
        return sleep_until(opens);
    }

    Next after_failure(RemoteFailure failure, milliseconds at_least) {
        if (failure.kind == ErrorKind::cancelled) return fail(std::move(failure));
        const auto pause = retry_.after(failure, session_->chance());
        if (!pause) return fail(std::move(failure));
        const SteadyTime at = session_->clock().now() + std::max(*pause, at_least);
        last_ = std::move(failure);
        if (at >= call_.deadline) return fail(out_of_time());
        session_->options().logger.info("[ASYNC] " + redact(last_->text, secret()) + "; trying again");
        return sleep_until(at);
    }

    Next after_response(HttpResponse response) {
        const SteadyTime now = session_->clock().now();
        const SystemTime local_now = session_->clock().system_now();
        learn(response, local_now, now);
        // The words of an error may be packed as well.
        if (auto broken = decode(response)) return after_failure(std::move(*broken), milliseconds{0});
        Verdict verdict = classify(response, local_now, secret());
        using Action = Verdict::Action;
        switch (verdict.action) {
            case Action::accept: return accept(std::move(response));
            case Action::redirect: return redirected(response);
            case Action::retry: return after_failure(answered(std::move(verdict.failure)), verdict.wait);
            case Action::wait:
            case Action::back_off: return limited(std::move(verdict), now);
            case Action::downgrade: return change_version(std::move(verdict.failure));
            case Action::give_up: break;
        }
        const bool is_gone = response.status == 404 || response.status == 410;
        if (is_gone && forget_move()) return sleep_until(SteadyTime::min());
        if (is_gone) {
            const std::lock_guard lock(session_->origin->mutex);
            session_->origin->cache.drop(cache_key());
        }
        return fail(std::move(verdict.failure));
    }

    void learn(const HttpResponse& response, SystemTime local_now, SteadyTime now) {
        if (!redirect_.carries_token()) return;
        std::vector<HeaderWarning> warnings = warnings_in(response, local_now);
        {
            const std::lock_guard lock(session_->origin->mutex);
            session_->origin->gate.learn(response, local_now, now);
            std::erase_if(warnings, [this](const HeaderWarning& warning) { return !session_->origin->warned.insert(warning.key).second; });
        }
        for (const HeaderWarning& warning : warnings) session_->options().logger.warning("[ASYNC] " + redact(warning.text, secret()));
    }

    Next limited(Verdict verdict, SteadyTime now) {
        const std::lock_guard lock(session_->origin->mutex);
        if (!session_->origin->gate.close(verdict, now) || ++limits_hit_ > most_limits) return fail(std::move(verdict.failure));
        last_ = verdict.failure;
        return wait_for_gate(now, session_->origin->gate.opens_at(now, is_write()));
    }

    /// Whether there was something to forget: the name may belong to another repository by now.
    bool forget_move() {
        if (redirect_.start().text() == named_.text()) return false;
        {
            const std::lock_guard lock(session_->origin->mutex);
            std::erase_if(session_->origin->moved, [this](const auto& entry) {
                return with_prefix(named_.target, entry.first, entry.second) == redirect_.start().target;
            });
        }
        redirect_ = RedirectPolicy(named_, call_.method);
        return true;
    }

    /// A request that was answered has arrived.
    static RemoteFailure answered(RemoteFailure failure) {
        failure.may_have_arrived = true;
        return failure;
    }

    std::optional<RemoteFailure> decode(HttpResponse& response) const {
        const auto coding = response.headers.find("content-encoding");
        if (!coding || response.body.empty() || equals_ignoring_case(trim(*coding), "identity")) return std::nullopt;
        RemoteFailure failure(ErrorKind::bad_encoding, "the response's body cannot be decoded");
        failure.http_status = response.status;
        failure.may_have_arrived = true;
        const bool is_gzip = equals_ignoring_case(trim(*coding), "gzip") || equals_ignoring_case(trim(*coding), "x-gzip");
        std::string decoded;
        const auto end = is_gzip ? gunzip(response.body, session_->options().body_limit, decoded) : InflateEnd::broken;
        if (end == InflateEnd::broken) return failure;
        if (end == InflateEnd::too_large) {
            failure.kind = ErrorKind::too_large;
            failure.text = "the response is larger than " + std::to_string(session_->options().body_limit) + " bytes when unpacked";
            return failure;
        }
        response.body = std::move(decoded);
        return std::nullopt;
    }

    Next change_version(RemoteFailure failure) {
        Origin& origin = *session_->origin;
        const std::lock_guard lock(origin.mutex);
        if (origin.api_version == version_) {
            // Another call may have changed it meanwhile.
            if (origin.has_changed_version || !session_->options().api_version.empty()) return fail(std::move(failure));
            origin.has_changed_version = true;
            origin.api_version = version_ == newest_api_version ? oldest_api_version : newest_api_version;
            session_->options().logger.info("[ASYNC] the server does not know version " + version_ + " of its interface; going on with " +
                                            origin.api_version);
        }
        if (++version_changes_ > 1) return fail(std::move(failure));
        return sleep_until(SteadyTime::min());
    }

    Next redirected(const HttpResponse& response) {
        const auto location = response.headers.find("location");
        if (call_.stops_at_redirect && location) {
            ApiResponse answer;
            answer.status = response.status;
            answer.location = location;
            answer.requests = requests_;
            result_ = std::move(answer);
            return Next::done;
        }
        const Url before = redirect_.url();
        if (auto failure = redirect_.follow(response.status, location)) return fail(std::move(*failure));
        const bool is_for_good = response.status == 301 || response.status == 308;
        if (is_for_good && redirect_.carries_token()) remember_move(before, redirect_.url());
        return sleep_until(SteadyTime::min());
    }

    void remember_move(const Url& from, const Url& to) {
        const auto move = repository_move(session_->settings->base.target, from.target, to.target);
        constexpr std::size_t most = 100;
        const std::lock_guard lock(session_->origin->mutex);
        if (move && session_->origin->moved.size() < most) session_->origin->moved.insert(*move);
    }

    Next accept(HttpResponse response) {
        ApiResponse answer;
        answer.status = response.status;
        answer.date = server_date(response);
        answer.link = response.headers.find("link").value_or("");
        const auto etag = response.headers.find("etag");
        if (response.status == 304) {
            if (!cached_) return not_asked_for();
            answer.not_modified = true;
            answer.body = cached_->body;
            if (answer.link.empty()) answer.link = cached_->link;
        } else {
            answer.body = std::make_shared<const std::string>(std::move(response.body));
        }
        const bool is_wanted = call_.read && !(answer.status == 204 && answer.body->empty());
        if (is_wanted && !call_.read(*answer.body)) return unreadable(answer);
        remember(answer, etag);
        answer.requests = requests_;
        result_ = std::move(answer);
        return Next::done;
    }

    Next unreadable(const ApiResponse& answer) {
        constexpr std::size_t shown = 120;
        RemoteFailure failure(ErrorKind::bad_json, "the answer is not the JSON that belongs here: " + snippet(*answer.body, shown, secret()));
        failure.http_status = answer.status;
        failure.may_have_arrived = true;
        is_unconditional_ = true;
        return after_failure(std::move(failure), milliseconds{0});
    }

    Next not_asked_for() {
        RemoteFailure failure(ErrorKind::protocol, "the server says that nothing has changed, and was not asked that");
        failure.http_status = 304;
        failure.may_have_arrived = true;
        if (was_304_refused_) return fail(std::move(failure));
        was_304_refused_ = true;
        is_unconditional_ = true;
        last_ = std::move(failure);
        return sleep_until(SteadyTime::min());
    }

    void remember(const ApiResponse& answer, const std::optional<std::string>& etag) {
        if (call_.method != "GET" || !call_.is_conditional || !redirect_.carries_token()) return;
        CachedResponse kept;
        kept.etag = etag ? *etag : cached_ && answer.not_modified ? cached_->etag : std::string();
        if (kept.etag.empty() || (answer.status != 200 && answer.status != 304)) return;
        kept.body = answer.body;
        kept.link = answer.link;
        const std::lock_guard lock(session_->origin->mutex);
        session_->origin->cache.store(cache_key(), std::move(kept));
    }

    static constexpr int most_limits = 10;

    SessionPtr session_;
    ApiCall call_;
    RedirectPolicy redirect_;
    Url named_;  // as it was asked for
    RetryPolicy retry_;
    SteadyTime wakes_at_;
    Result<ApiResponse> result_;
    std::optional<RemoteFailure> last_;
    std::optional<CachedResponse> cached_;
    std::string version_;
    int requests_ = 0;
    int limits_hit_ = 0;
    int version_changes_ = 0;
    bool is_unconditional_ = false;
    bool was_304_refused_ = false;
};

}  // namespace

asio::awaitable<Result<ApiResponse>> call_api(SessionPtr session, ApiCall call) {
    const auto url = call.url ? call.url : parse_url(session->settings->url(call.path));
    if (!url) co_return RemoteFailure(ErrorKind::invalid_argument, "this does not make a URL");
    const auto calling = std::make_shared<Calling>(session, std::move(call), *url);
    const auto turn = std::make_shared<RequestTurn>(session, calling->is_write());
    for (;;) {
        bool has_turn = turn->is_held();
        if (!has_turn) has_turn = co_await RequestTurn::take(turn, calling->deadline());
        auto next = has_turn ? calling->before_request() : calling->no_turn();
        bool keeps_turn = next == Calling::Next::sleep && calling->keeps_turn();
        if (next == Calling::Next::send) {
            HttpRequest request = calling->request();
            ExchangeOptions options = calling->exchange_options();
            auto outcome = co_await session->transport->exchange(std::move(request), std::move(options));
            turn->give_back();
            next = calling->after_exchange(std::move(outcome));
            keeps_turn = false;
        }
        if (!keeps_turn) turn->give_back();
        if (next == Calling::Next::done) co_return std::move(calling->result());
        co_await session->clock().sleep_until(calling->wakes_at());
    }
}

}  // namespace kahn::remote
