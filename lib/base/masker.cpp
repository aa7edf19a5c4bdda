#include <kahn/base/masker.hpp>

#include "base/secret_forms.hpp"
#include "base/text_matcher.hpp"

#include <boost/assert.hpp>

#include <algorithm>

namespace kahn {
namespace {

constexpr std::size_t most_kept = 1024;  // of a buffer that is empty

std::vector<std::string> forms_of(std::span<const std::string> secrets) {
    std::vector<std::string> all;
    for (const std::string& secret : secrets) {
        BOOST_ASSERT(Masker::accepts(secret));
        for (const std::string& form : secret_forms(secret)) {
            std::string normal = TextMatcher::normal_form(form);
            if (normal.size() >= Masker::shortest) all.push_back(std::move(normal));
        }
    }
    return all;
}

}  // namespace

bool Masker::accepts(std::string_view secret) noexcept {
    const auto is_space = [](char c) { return TextMatcher::is_space(static_cast<unsigned char>(c)); };
    while (!secret.empty() && is_space(secret.front())) secret.remove_prefix(1);
    while (!secret.empty() && is_space(secret.back())) secret.remove_suffix(1);
    return TextMatcher::normal_form(secret).size() >= shortest;
}

Masker::Masker(std::span<const std::string> secrets) : matcher_(std::make_unique<TextMatcher>(forms_of(secrets))) {}

Masker::~Masker() = default;

std::string Masker::mask(std::string_view text) const {
    // Not owned: it lives no longer than this call.
    MaskingStream stream(std::shared_ptr<const Masker>(std::shared_ptr<const Masker>(), this));
    std::string out;
    stream.feed(text, out);
    stream.finish(out);
    return out;
}

bool Masker::finds_in(std::string_view text) const {
    TextMatcher::State state = TextMatcher::root;
    std::size_t gap = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (!TextMatcher::is_space(byte)) {
            gap = 0;
            state = matcher_->next(state, byte);
            if (matcher_->longest_match(state) > 0) return true;
        } else if (++gap == 1) {
            state = matcher_->next(state, ' ');
        } else if (gap > longest_gap) {
            state = TextMatcher::root;
        }
    }
    return false;
}

MaskingStream::MaskingStream(std::shared_ptr<const Masker> masker) : masker_(std::move(masker)), matcher_(masker_->matcher_.get()) {}

void MaskingStream::feed(std::string_view piece, std::string& out) {
    held_ += piece;
    scan();
    const std::uint32_t depth = matcher_->depth(state_);
    give_out(depth == 0 ? scanned_ : starts_[starts_.size() - depth], out);
    starts_.erase(starts_.begin(), starts_.end() - depth);
    // There may be thousands of streams, and most of them hold nothing.
    if (held_.capacity() > most_kept && held_.size() < most_kept / 2) held_ = std::string(held_);
    if (starts_.capacity() > most_kept && starts_.size() < most_kept / 2) starts_.shrink_to_fit();
}

void MaskingStream::finish(std::string& out) {
    give_out(scanned_, out);
    state_ = TextMatcher::root;
    gap_ = 0;
    starts_.clear();
    has_told_ = false;
}

void MaskingStream::scan() {
    const std::uint64_t end = base_ + held_.size();
    while (scanned_ < end) {
        if (state_ == TextMatcher::root) {  // most of what is printed
            const auto from = held_.begin() + static_cast<std::ptrdiff_t>(scanned_ - base_);
            const auto found = std::find_if(from, held_.end(), [this](char c) { return matcher_->may_begin(static_cast<unsigned char>(c)); });
            scanned_ += static_cast<std::uint64_t>(found - from);
            starts_.clear();
            gap_ = 0;
            if (scanned_ == end) break;
        }
        step(static_cast<unsigned char>(held_[scanned_ - base_]));
    }
}

void MaskingStream::step(unsigned char byte) {
    if (!TextMatcher::is_space(byte)) {
        gap_ = 0;
        add_start(scanned_++);
        state_ = matcher_->next(state_, byte);
        const std::uint32_t length = matcher_->longest_match(state_);
        if (length > 0) matched(starts_[starts_.size() - length], scanned_);
        return;
    }
    if (++gap_ == 1) {
        add_start(scanned_);
        state_ = matcher_->next(state_, ' ');
    } else if (gap_ > Masker::longest_gap) {
        state_ = TextMatcher::root;
    }
    ++scanned_;
}

/// Forgets now and then what no state reaches back to.
void MaskingStream::add_start(std::uint64_t position) {
    const std::size_t needed = matcher_->depth(state_);
    if (starts_.size() > 2 * needed + most_kept) starts_.erase(starts_.begin(), starts_.end() - static_cast<std::ptrdiff_t>(needed));
    starts_.push_back(position);
}

void MaskingStream::matched(std::uint64_t begin, std::uint64_t end) {
    bool is_told = false;
    while (!intervals_.empty() && intervals_.back().end >= begin) {
        begin = std::min(begin, intervals_.back().begin);
        is_told = intervals_.back().is_told;  // of the first one: that is where the replacement stands
        intervals_.pop_back();
    }
    if (has_told_ && begin == told_end_) is_told = true;
    intervals_.push_back({begin, end, is_told});
}

void MaskingStream::give_out(std::uint64_t until, std::string& out) {
    std::uint64_t at = base_;
    const auto plain_until = [&](std::uint64_t end) {
        if (end > at) out.append(held_, at - base_, end - at);
        at = std::max(at, end);
    };
    std::size_t done = 0;
    for (Interval& interval : intervals_) {
        if (interval.begin >= until) break;
        plain_until(interval.begin);
        if (!interval.is_told) out += Masker::replacement;
        at = std::min(interval.end, until);
        told_end_ = at;
        has_told_ = true;
        if (interval.end > until) {
            interval.begin = until;
            interval.is_told = true;
            break;
        }
        ++done;
    }
    intervals_.erase(intervals_.begin(), intervals_.begin() + static_cast<std::ptrdiff_t>(done));
    plain_until(until);
    held_.erase(0, until - base_);
    base_ = until;
}

}  // namespace kahn
