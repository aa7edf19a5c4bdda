#pragma once

#include <kahn/model/event.hpp>
#include <kahn/store/store.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace kahn::monitor {

/// Hands events on to a store's recorder, but for runs that somebody else records already.
class AttachedRecorder final : public Observer {
public:
    explicit AttachedRecorder(std::shared_ptr<store::Store> store) : store_(std::move(store)), recorder_(store_->recorder()) {}

    void on_event(const Event& event) override;

private:
    bool is_left_to_others(const Event& event);

    std::shared_ptr<store::Store> store_;
    std::shared_ptr<Observer> recorder_;
    std::mutex mutex_;
    std::set<std::string, std::less<>> others_;
    std::atomic<std::size_t> others_count_{0};  // most often none: then no lock is taken
};

}  // namespace kahn::monitor
