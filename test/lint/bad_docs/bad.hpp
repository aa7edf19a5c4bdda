#pragma once

namespace kahn {

/// Documents a parameter that it does not have.
/// \param height of nothing
void stand(int width);

/// Does the same as \ref no_such_function.
void sit();

}  // namespace kahn
