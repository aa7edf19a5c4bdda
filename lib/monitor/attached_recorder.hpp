#pragma once

#include <kahn/model/event.hpp>
#include <kahn/store/store.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace kahn::monitor {

/// Hands events on to a store's recorder, but for runs that somebody else records already.
///
/// Who else does shows only when all observers have seen the beginning: it is handed on with the event after it.
class AttachedRecorder final : public Observer {
public:
    explicit AttachedRecorder(std::shared_ptr<store::Store> store) : store_(std::move(store)), recorder_(store_->recorder()) {}

    void on_event(const Event& event) override;

private:
    struct Beginning {
        std::uint64_t sequence;
        SystemTime time;
        event::RunStarted what;
    };
    std::optional<Beginning> take_beginning(const std::string& run);
    bool is_left_to_others(const Event& event);
    void leave_to_others(const std::string& run);

    std::shared_ptr<store::Store> store_;
    std::shared_ptr<Observer> recorder_;
    std::mutex mutex_;
    std::map<std::string, Beginning, std::less<>> beginnings_;
    std::set<std::string, std::less<>> others_;
    std::atomic<std::size_t> special_{0};  // entries of both; most often none: then no lock is taken
};

}  // namespace kahn::monitor
