#pragma once

#include <kahn/base/time.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace kahn {

/// What tells whether a file was changed.
struct FileStamp {
    std::int64_t size = 0;
    std::chrono::nanoseconds modified{0};  ///< its content, since the epoch
    std::chrono::nanoseconds changed{0};   ///< anything about it, since the epoch

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// Decides whether what was read of a file is one state of it, or a mixture of two.
///
/// Stamps move in steps of some milliseconds: two changes within one step look like one. So what was changed just now
/// is read once more, and counts if it is the same again.
class ReadVerdict {
public:
    enum class Verdict { good, read_again, give_up };

    /// \param before, after  the stamps around the reading
    Verdict judge(const FileStamp& before, const FileStamp& after, SystemTime now, std::string content) {
        const bool is_at_rest = before == after;
        const bool is_settled = now.time_since_epoch() - after.modified >= std::chrono::milliseconds(100);
        const bool is_good = is_at_rest && (is_settled || (has_last_ && content == last_));
        has_last_ = is_at_rest;
        last_ = std::move(content);
        if (is_good) return Verdict::good;
        return ++tries_ < 8 ? Verdict::read_again : Verdict::give_up;
    }

    /// What was judged good.
    std::string take() { return std::move(last_); }

private:
    std::string last_;
    bool has_last_ = false;  // and it did not change while it was read
    int tries_ = 0;
};

}  // namespace kahn
