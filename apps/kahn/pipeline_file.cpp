#include "pipeline_file.hpp"

#include <kahn/config/load.hpp>
#include <kahn/render/diagnostics.hpp>

#include "output.hpp"

namespace kahn::app {

Pipeline read_pipeline(const std::string& file, Console& console) {
    config::LoadResult result = config::load_file(file);
    if (result.ok()) console.err.write(render::to_text(result.diagnostics, result.file, result.source));
    return config::require(std::move(result));
}

}  // namespace kahn::app
