#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>

namespace kahn::remote {

/// How many requests of one origin and token may be under way at once: a few in all, and one that changes something. GitHub
/// counts the same (its secondary limits), and asks for changes one after the other. Pure: the caller brings the wake-up.
///
/// Whoever waits comes in the order of arrival; only a change lets readers pass while another change is under way.
class RequestPlaces {
public:
    struct Visitor {
        bool is_write = false;
        bool has_place = false;
        std::function<void()> called;  ///< when its turn has come; must do no more than to pass that on
    };
    using VisitorPtr = std::shared_ptr<Visitor>;

    explicit RequestPlaces(std::size_t most = 10) : most_(most > 0 ? most : 1) {}

    /// Takes a place now if there is one, else in its turn.
    void enter(const VisitorPtr& visitor);
    /// Gives the place back, or gives up waiting for it.
    void leave(const VisitorPtr& visitor);

    std::size_t taken() const noexcept { return taken_; }
    std::size_t waiting() const noexcept { return queue_.size(); }

private:
    bool has_room_for(const Visitor& visitor) const { return taken_ < most_ && !(visitor.is_write && is_writing_); }
    void take(Visitor& visitor);
    void call_next();

    std::size_t most_;
    std::size_t taken_ = 0;
    bool is_writing_ = false;
    std::list<VisitorPtr> queue_;
};

}  // namespace kahn::remote
