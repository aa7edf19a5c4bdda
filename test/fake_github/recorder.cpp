#include "fake_github/recorder.hpp"

#include "fake_github/http.hpp"

#include <algorithm>
#include <regex>

namespace kahn::testing {

std::optional<std::string> RecordedRequest::header(std::string_view name) const { return find_header(headers, name); }

bool Recorder::matches(const RecordedRequest& request, Listener listener, const std::string& method) const {
    return request.listener == listener && (method.empty() || request.method == method);
}

std::vector<RecordedRequest> Recorder::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::vector<RecordedRequest> Recorder::requests(Listener listener, const std::string& method, const std::string& target) const {
    const std::regex pattern(target);
    const std::lock_guard lock(mutex_);
    std::vector<RecordedRequest> found;
    for (const auto& request : requests_) {
        if (matches(request, listener, method) && std::regex_search(request.target, pattern)) found.push_back(request);
    }
    return found;
}

std::size_t Recorder::count(Listener listener, const std::string& method, const std::string& target) const {
    const std::regex pattern(target);
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(requests_, [&](const RecordedRequest& request) {
        return matches(request, listener, method) && std::regex_search(request.target, pattern);
    }));
}

std::size_t Recorder::size() const {
    const std::lock_guard lock(mutex_);
    return requests_.size();
}

bool Recorder::wait_for(std::size_t count, Listener listener, const std::string& method, const std::string& target,
                        std::chrono::milliseconds limit) const {
    const std::regex pattern(target);
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] {
        const auto found = std::ranges::count_if(requests_, [&](const RecordedRequest& request) {
            return matches(request, listener, method) && std::regex_search(request.target, pattern);
        });
        return static_cast<std::size_t>(found) >= count;
    });
}

std::size_t Recorder::connections(Listener listener) const {
    const std::lock_guard lock(mutex_);
    const auto place = connections_.find(listener);
    return place == connections_.end() ? 0 : place->second;
}

std::size_t Recorder::failed_handshakes(Listener listener) const {
    const std::lock_guard lock(mutex_);
    const auto place = failed_handshakes_.find(listener);
    return place == failed_handshakes_.end() ? 0 : place->second;
}

std::size_t Recorder::open_connections() const {
    const std::lock_guard lock(mutex_);
    return open_;
}

std::size_t Recorder::most_requests_at_once() const {
    const std::lock_guard lock(mutex_);
    return most_at_once_;
}

std::vector<std::string> Recorder::breaches() const {
    const std::lock_guard lock(mutex_);
    return breaches_;
}

void Recorder::clear() {
    const std::lock_guard lock(mutex_);
    forgotten_ += requests_.size();
    requests_.clear();
    breaches_.clear();
}

std::size_t Recorder::add(RecordedRequest request) {
    const auto line = request.method + " " + request.target;
    const std::lock_guard lock(mutex_);
    if (request.listener == Listener::blob && request.header("Authorization")) breaches_.push_back("a token sent to the blob host: " + line);
    if (request.listener == Listener::api && request.header("User-Agent").value_or("").empty()) {
        breaches_.push_back("no User-Agent: " + line);
    }
    if (request.method == "POST" && request.header("If-None-Match")) breaches_.push_back("a conditional POST: " + line);
    requests_.push_back(std::move(request));
    changed_.notify_all();
    return forgotten_ + requests_.size() - 1;
}

void Recorder::set_outcome(std::size_t index, unsigned status, bool is_faulty) {
    const std::lock_guard lock(mutex_);
    if (index < forgotten_) return;
    requests_[index - forgotten_].status = status;
    requests_[index - forgotten_].is_faulty = is_faulty;
}

void Recorder::connection_accepted(Listener listener) {
    const std::lock_guard lock(mutex_);
    ++connections_[listener];
    ++open_;
}

void Recorder::connection_closed() {
    const std::lock_guard lock(mutex_);
    --open_;
}

void Recorder::handshake_failed(Listener listener) {
    const std::lock_guard lock(mutex_);
    ++failed_handshakes_[listener];
}

void Recorder::add_breach(std::string text) {
    const std::lock_guard lock(mutex_);
    breaches_.push_back(std::move(text));
}

void Recorder::request_begun(std::size_t most_at_once) {
    const std::lock_guard lock(mutex_);
    ++at_once_;
    most_at_once_ = std::max(most_at_once_, at_once_);
    if (at_once_ == most_at_once + 1) breaches_.push_back("more than " + std::to_string(most_at_once) + " requests at once");
}

void Recorder::request_ended() {
    const std::lock_guard lock(mutex_);
    --at_once_;
}

}  // namespace kahn::testing
