#include "store/event_lines.hpp"

#include <kahn/base/error.hpp>
#include <kahn/render/ndjson.hpp>

#include "base/iso8601.hpp"
#include "model/name_index.hpp"
#include "render/json_text.hpp"
#include "store/record_fields.hpp"
#include "store/record_json.hpp"

#include <boost/json/parse.hpp>

#include <type_traits>

namespace kahn::store {
namespace {

namespace fs = std::filesystem;

/// Opens the object again that ends the text.
void reopen(std::string& out) {
    out.resize(out.size() - 2);  // the brace and the line end
    out += ",\"result\":";
}

void append_output_line(std::string& out, const Event& event, const event::JobOutput& printed) {
    {
        render::JsonObject object(out);
        object.number("v", 1);
        object.number("seq", event.sequence);
        object.text("ts", Iso8601(event.time));
        object.text("type", "job_output");
        object.text("run", event.run.run_id);
        object.text("stage", printed.stage.name);
        object.text("job", printed.job.name);
        object.number("attempt", printed.attempt);
        object.text("stream", to_string(printed.stream));
        object.number("offset", printed.offset);
        object.number("bytes", printed.text.size());
    }
    out += '\n';
}

/// Applies one line after another to a record.
class Folding {
public:
    Folding(RunRecord& record, const fs::path& directory)
        : record_(record), directory_(directory), names_(record.pipeline.stages) {}

    void apply(const boost::json::object& line) {
        const Fields fields(line);
        const std::string type = fields.text("type");
        if (type == "run_finished") {
            if (const auto* const result = fields.object("result")) read_result(*result, record_.pipeline);
            record_.critical_path = fields.texts("critical_path");
            return;
        }
        const auto stage_index = names_.stage(fields.text("stage"));
        if (!stage_index) return;
        PipelineStage& stage = record_.pipeline.stages[*stage_index];
        if (type == "stage_started" || type == "stage_finished") {
            if (const auto* const result = fields.object("result")) read_result(*result, stage);
            return;
        }
        const auto job_index = names_.job(*stage_index, fields.text("job"));
        if (!job_index) return;
        PipelineJob& job = stage.jobs[*job_index];
        const auto* const result = fields.object("result");
        if (type == "job_finished" && result) read_result(*result, job, directory_);
        if (type == "job_retried" && result && !job.attempts.empty()) job.attempts.back() = read_attempt(*result, directory_);
        if (type == "job_started" && result) {
            job.attempts.push_back(read_attempt(*result, directory_));
            job.status = PipelineStatus::running;
            job.digest = fields.text("digest");
            if (!job.start_time) job.start_time = job.attempts.back().start_time;
        }
    }

private:
    RunRecord& record_;
    const fs::path& directory_;
    NameIndex names_;
};

}  // namespace

void append_line(std::string& out, const Event& event, const fs::path& directory) {
    if (const auto* const printed = std::get_if<event::JobOutput>(&event.what)) return append_output_line(out, event, *printed);
    render::append_ndjson(out, event);
    const auto add_result = [&](const auto& what) {
        using What = std::remove_cvref_t<decltype(what)>;
        if constexpr (std::is_same_v<What, event::JobStarted>) {
            reopen(out);
            append_attempt(out, what.attempt, Tails::without, directory);
            out += ",\"digest\":";
            render::append_json_string(out, what.job.digest);
            out += "}\n";
        } else if constexpr (std::is_same_v<What, event::JobRetried>) {
            reopen(out);
            append_attempt(out, what.attempt, Tails::without, directory);
            out += "}\n";
        } else if constexpr (std::is_same_v<What, event::JobFinished>) {
            reopen(out);
            append_result(out, what.job, Tails::without, directory);
            out += "}\n";
        } else if constexpr (std::is_same_v<What, event::StageStarted> || std::is_same_v<What, event::StageFinished>) {
            reopen(out);
            append_result(out, what.stage);
            out += "}\n";
        } else if constexpr (std::is_same_v<What, event::RunFinished>) {
            reopen(out);
            append_result(out, event.run);
            out += "}\n";
        }
    };
    std::visit(add_result, event.what);
}

void fold_events(RunRecord& record, std::string_view lines, const fs::path& directory) {
    Folding folding(record, directory);
    while (!lines.empty()) {
        const auto end = lines.find('\n');
        if (end == std::string_view::npos) return;  // torn
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(end + 1);
        if (line.find("\"type\":\"job_output\"") != std::string_view::npos) continue;
        boost::system::error_code error;
        const auto parsed = boost::json::parse(boost::json::string_view(line.data(), line.size()), error);
        if (error || !parsed.is_object()) continue;
        try {
            folding.apply(parsed.get_object());
        } catch (const Error&) {
            // Damaged beyond what a killed engine leaves: the next one may be whole.
        }
    }
}

}  // namespace kahn::store
