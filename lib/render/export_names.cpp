#include "render/export_names.hpp"

#include "base/sha256.hpp"

#include <map>
#include <utility>

namespace kahn::render {
namespace {

constexpr std::size_t longest_part = 40;

std::string plain(std::string_view name) {
    std::string out;
    for (const char c : name.substr(0, longest_part)) {
        const bool is_upper = c >= 'A' && c <= 'Z';
        const bool stays = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (is_upper) {
            out += static_cast<char>(c - 'A' + 'a');
        } else if (stays) {
            out += c;
        } else if (!out.empty() && out.back() != '-') {
            out += '-';
        }
    }
    while (out.ends_with('-')) out.pop_back();
    return out.empty() ? "x" : out;
}

/// A letter or an underscore first.
std::string as_id(std::string text) {
    if (text.front() >= '0' && text.front() <= '9') text.insert(0, 1, '_');
    return text;
}

/// Gives each text that is there twice, or could be taken for one with a digest, the digest of what it was made of.
class Distinct {
public:
    void count(const std::string& id) { ++uses_[id]; }
    std::string pick(const std::string& id, const std::string& made_of) {
        constexpr std::size_t digits = 8;
        std::string chosen = uses_.at(id) == 1 ? id : id + '-' + sha256_hex(made_of).substr(0, digits);
        while (!taken_.insert({chosen, 0}).second) chosen += "_";
        return chosen;
    }

private:
    std::map<std::string, int> uses_;
    std::map<std::string, int> taken_;
};

std::string both(const PipelineStage& stage, const PipelineJob& job) { return as_id(plain(stage.name) + '-' + plain(job.name)); }

}  // namespace

ExportNames::ExportNames(const std::vector<PipelineStage>& stages) {
    Distinct job_ids;
    Distinct stage_ids;
    for (const PipelineStage& stage : stages) {
        stage_ids.count(as_id(plain(stage.name)));
        for (const PipelineJob& job : stage.jobs) job_ids.count(both(stage, job));
    }
    for (const PipelineStage& stage : stages) {
        stage_ids_.push_back(stage_ids.pick(as_id(plain(stage.name)), stage.name));
        auto& ids = ids_.emplace_back();
        for (const PipelineJob& job : stage.jobs) ids.push_back(job_ids.pick(both(stage, job), stage.name + '\0' + job.name));
    }
}

}  // namespace kahn::render
