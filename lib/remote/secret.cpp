#include <kahn/remote/secret.hpp>

namespace kahn::remote {

void Secret::wipe() noexcept {
    volatile char* byte = text_.data();  // a plain loop would be optimised away
    for (std::size_t left = text_.size(); left > 0; --left) *byte++ = 0;
    text_.clear();
}

}  // namespace kahn::remote
