#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace kahn::process {

/// The memory that all tails of one engine share. Safe from any thread.
class TailBudget {
public:
    explicit TailBudget(std::size_t bytes = std::size_t{16} << 20) noexcept : free_(bytes) {}

    /// Whether there was enough.
    bool take(std::size_t bytes) noexcept;
    void give_back(std::size_t bytes) noexcept { free_.fetch_add(bytes, std::memory_order_relaxed); }

private:
    std::atomic<std::size_t> free_;
};

/// The last bytes of one stream. Grows as there is something to keep, up to its limit or as far as the budget goes.
class Tail {
public:
    static constexpr std::size_t largest = std::size_t{32} << 10;  ///< two streams: 64 KiB an attempt
    static constexpr std::size_t granted = 512;                    ///< even when the budget is used up

    Tail(std::shared_ptr<TailBudget> budget, std::size_t limit);
    ~Tail();
    Tail(const Tail&) = delete;
    Tail& operator=(const Tail&) = delete;

    void append(std::string_view bytes);
    std::string text() const;

private:
    void grow(std::size_t wanted);

    const std::shared_ptr<TailBudget> budget_;
    const std::size_t limit_;
    std::size_t taken_ = 0;
    std::string ring_;       // grows while nothing has been dropped; then a ring
    std::size_t next_ = 0;   // where the next byte goes, once it is a ring
    bool is_full_ = false;
};

}  // namespace kahn::process
