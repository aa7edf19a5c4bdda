#include "remote/request_places.hpp"

namespace kahn::remote {

void RequestPlaces::take(Visitor& visitor) {
    ++taken_;
    if (visitor.is_write) is_writing_ = true;
    visitor.has_place = true;
}

void RequestPlaces::enter(const VisitorPtr& visitor) {
    queue_.push_back(visitor);
    call_next();
}

void RequestPlaces::leave(const VisitorPtr& visitor) {
    if (!visitor->has_place) {
        queue_.remove(visitor);
        return;
    }
    visitor->has_place = false;
    --taken_;
    if (visitor->is_write) is_writing_ = false;
    call_next();
}

void RequestPlaces::call_next() {
    for (auto next = queue_.begin(); next != queue_.end() && taken_ < most_;) {
        if (!has_room_for(**next)) {
            ++next;
            continue;
        }
        const VisitorPtr visitor = *next;
        next = queue_.erase(next);
        take(*visitor);
        if (visitor->called) visitor->called();
    }
}

}  // namespace kahn::remote
