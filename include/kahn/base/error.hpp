#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

namespace kahn {

/// Why an operation of the library could not go on.
enum class Errc {
    invalid_config = 1,
    config_not_found,
    unknown_pipeline,
    unknown_stage,
    unknown_job,
    unknown_run,
    invalid_argument,
    containment_unavailable,
    workspace_unusable,
    write_failed,
    observer_failed,
    not_implemented,
    internal,
};

const boost::system::error_category& kahn_category() noexcept;
boost::system::error_code make_error_code(Errc code) noexcept;

/// The base of every failure that the library reports by throwing.
///
/// A job that failed is not an Error: it is a value in the result.
class Error : public std::runtime_error {
public:
    Error(Errc code, const std::string& message);

    boost::system::error_code code() const noexcept { return code_; }

private:
    boost::system::error_code code_;
};

/// Thrown by a path that is part of the interface and is not possible yet.
class NotImplemented : public Error {
public:
    /// \param what the thing that is missing, for example "remote jobs"
    explicit NotImplemented(const std::string& what);
};

}  // namespace kahn

// doxygen 1.9 does not find the scope of a specialisation.
/// \cond
template <>
struct boost::system::is_error_code_enum<kahn::Errc> : std::true_type {};
/// \endcond
