#include <kahn/model/report.hpp>

namespace kahn {

std::string_view to_string(ReportType type) noexcept {
    switch (type) {
        case ReportType::execution: return "execution";
        case ReportType::performance: return "performance";
        case ReportType::quality: return "quality";
        case ReportType::compliance: return "compliance";
        case ReportType::summary: return "summary";
    }
    return "unknown";
}

std::optional<ReportType> parse_report_type(std::string_view word) noexcept {
    for (const ReportType type : {ReportType::execution, ReportType::performance, ReportType::quality, ReportType::compliance,
                                  ReportType::summary}) {
        if (to_string(type) == word) return type;
    }
    return std::nullopt;
}

std::string_view to_string(HealthStatus status) noexcept {
    switch (status) {
        case HealthStatus::healthy: return "healthy";
        case HealthStatus::degraded: return "degraded";
        case HealthStatus::failing: return "failing";
        case HealthStatus::unknown: return "unknown";
    }
    return "unknown";
}

}  // namespace kahn
