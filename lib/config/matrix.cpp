#include "config/matrix.hpp"

#include "base/text.hpp"
#include "model/expansion.hpp"
#include "model/name.hpp"
#include "model/name_index.hpp"

#include <algorithm>
#include <unordered_map>

namespace kahn::config {
namespace {

constexpr std::size_t most_combinations = 256;
constexpr std::size_t largest_product = 4096;  // before anything is excluded
constexpr std::size_t longest_name = 128;
constexpr std::size_t most_dependencies = 1'000'000;

const std::string* find(const Combination& combination, std::string_view name) {
    const auto found = std::find_if(combination.begin(), combination.end(), [&](const auto& value) { return value.first == name; });
    return found == combination.end() ? nullptr : &found->second;
}

void set(Combination& combination, const std::string& name, const std::string& value) {
    const auto found = std::find_if(combination.begin(), combination.end(), [&](const auto& known) { return known.first == name; });
    if (found == combination.end()) combination.emplace_back(name, value);
    else found->second = value;
}

bool has_all(const Combination& combination, const Combination& values) {
    return std::all_of(values.begin(), values.end(), [&](const auto& wanted) {
        const std::string* const value = find(combination, wanted.first);
        return value && *value == wanted.second;
    });
}

/// Whether `added` changes nothing that the product gave.
bool agrees(const Combination& original, const Combination& added) {
    return std::all_of(added.begin(), added.end(), [&](const auto& wanted) {
        const std::string* const value = find(original, wanted.first);
        return !value || *value == wanted.second;
    });
}

/// Reads one matrix, part by part.
class MatrixReader {
public:
    explicit MatrixReader(const Value& value) : value_(value), document_(value.document()) {}

    std::optional<Matrix> read() {
        if (value_.is_nothing()) return fail(value_, Code::empty, "is empty");
        if ((*value_).kind != Node::Kind::mapping) return value_.refuse_kind(Matrix::type), std::nullopt;
        NodeId include = 0;
        NodeId exclude = 0;
        for (const auto& [key, node] : document_.members(value_.node())) {
            const std::string_view name = document_.text(key);
            if (name == "include") include = node;
            else if (name == "exclude") exclude = node;
            else read_variable(key, node, name);
        }
        if (include != 0) read_entries(include, "include", matrix_.include, false);
        if (exclude != 0) read_entries(exclude, "exclude", matrix_.exclude, true);
        if (is_good_ && matrix_.variables.empty() && matrix_.include.empty()) fail(value_, Code::empty, "is empty");
        if (!is_good_) return std::nullopt;
        return std::move(matrix_);
    }

private:
    std::nullopt_t fail(const Value& where, Code code, std::string_view predicate, std::string help = {}) {
        where.refuse(code, predicate, std::move(help));
        is_good_ = false;
        return std::nullopt;
    }

    bool check_name(NodeId key, std::string_view name) {
        if (is_variable_name(name) && name.size() <= longest_name) return true;
        fail(value_.member(key, name), Code::bad_variable_name, "is no name of a variable",
             "letters, digits and underscores, the first one no digit, at most 128 bytes");
        return false;
    }

    std::optional<std::string> read_value(const Value& entry) {
        const auto text = entry.scalar("a text, a number or a boolean");
        if (!text) {
            is_good_ = false;
            return std::nullopt;
        }
        if (printable(*text) != *text) return fail(entry, Code::bad_name, "holds a control character: values are parts of names");
        if (const auto error = check_expansion(*text)) {
            entry.refuse_part(Code::bad_expansion, error->offset, error->length, error->message,
                              "kahn expands ${NAME} here itself; write $$ for a dollar");
            is_good_ = false;
            return std::nullopt;
        }
        return std::string(*text);
    }

    void read_variable(NodeId key, NodeId node, std::string_view name) {
        if (!check_name(key, name)) return;
        const Value list = value_.member(node, name);
        if (document_[node].kind != Node::Kind::sequence) {
            list.refuse_kind("a list of values");
            is_good_ = false;
            return;
        }
        std::vector<std::string> values;
        for (NodeId at = node + 1; at != document_.end(node); at = document_.next(at)) {
            auto value = read_value(value_.member(at, name));
            if (!value) continue;
            if (std::find(values.begin(), values.end(), *value) != values.end()) {
                fail(value_.member(at, name), Code::bad_matrix, "has the value '" + printable(*value) + "' twice");
            }
            values.push_back(std::move(*value));
        }
        if (document_.end(node) == node + 1) fail(list, Code::empty, "is empty");
        matrix_.variables.emplace_back(std::string(name), std::move(values));
    }

    void read_entries(NodeId node, std::string_view key, std::vector<Combination>& out, bool only_known) {
        const Value list = value_.member(node, key);
        if (document_[node].kind != Node::Kind::sequence) {
            list.refuse_kind("a list of mappings");
            is_good_ = false;
            return;
        }
        if (document_.end(node) == node + 1) fail(list, Code::empty, "is empty");
        for (NodeId at = node + 1; at != document_.end(node); at = document_.next(at)) {
            const Value entry = value_.member(at, key);
            if (document_[at].kind != Node::Kind::mapping) {
                entry.refuse_kind("a mapping of names to values");
                is_good_ = false;
                continue;
            }
            Combination& combination = out.emplace_back();
            for (const auto& [name_node, value_node] : document_.members(at)) {
                const std::string_view name = document_.text(name_node);
                if (only_known ? !check_known(name_node, name) : !check_name(name_node, name)) continue;
                if (auto value = read_value(value_.member(value_node, name))) combination.emplace_back(std::string(name), std::move(*value));
            }
            if (is_good_ && combination.empty()) fail(entry, Code::empty, "has an entry that is empty");
        }
    }

    bool check_known(NodeId key, std::string_view name) {
        std::vector<std::string> names;
        for (const auto& variable : matrix_.variables) names.push_back(variable.first);
        if (std::find(names.begin(), names.end(), name) != names.end()) return true;
        const auto near = did_you_mean(name, names);
        value_.reading().report.add(Problem(Code::unknown_key, document_[key].span,
                                            "'exclude' names '" + printable(name.substr(0, 200)) + "', which is no variable of the matrix")
                                        .with_label(near ? "did you mean '" + *near + "'?" : "")
                                        .with_help(names.empty() ? "" : "its variables are: " + join(names, ", ")));
        is_good_ = false;
        return false;
    }

    const Value& value_;
    const Document& document_;
    Matrix matrix_;
    bool is_good_ = true;
};

std::string name_of(const std::string& job, const Combination& combination) {
    std::vector<std::string> values;
    for (const auto& [name, value] : combination) values.push_back(value);
    return job + " (" + join(values, ", ") + ")";
}

}  // namespace

std::vector<Combination> Matrix::combinations() const {
    std::vector<Combination> product;
    if (!variables.empty()) product.emplace_back();
    for (const auto& [name, values] : variables) {
        std::vector<Combination> longer;
        for (const Combination& begun : product) {
            for (const std::string& value : values) longer.emplace_back(begun).emplace_back(name, value);
        }
        product = std::move(longer);
    }
    std::erase_if(product, [this](const Combination& combination) {
        return std::any_of(exclude.begin(), exclude.end(), [&](const Combination& entry) { return has_all(combination, entry); });
    });
    const std::vector<Combination> originals = product;
    for (const Combination& entry : include) {
        bool is_added = false;
        for (std::size_t i = 0; i < originals.size(); ++i) {
            if (!agrees(originals[i], entry)) continue;
            is_added = true;
            for (const auto& [name, value] : entry) set(product[i], name, value);
        }
        if (!is_added) product.push_back(entry);
    }
    return product;
}

std::optional<Matrix> read_matrix(const Value& value) {
    std::optional<Matrix> matrix = MatrixReader(value).read();
    if (!matrix) return std::nullopt;
    std::size_t size = 1;
    for (const auto& variable : matrix->variables) {
        size *= variable.second.size();
        if (size > largest_product) {
            value.refuse(Code::too_many, "has more than 4,096 combinations, before anything is excluded");
            return std::nullopt;
        }
    }
    if (matrix->include.size() + matrix->exclude.size() > largest_product) {
        value.refuse(Code::too_many, "has more than 4,096 entries in 'include' and 'exclude'");
        return std::nullopt;
    }
    return matrix;
}

void expand_matrix(const Reading& reading, NodeId job, const Matrix& matrix, std::size_t most, std::vector<PipelineJob>& jobs) {
    const auto refuse = [&](Code code, const std::string& what) {
        reading.report.add(Problem(code, reading.places.value(job, "matrix"), what));
    };
    const PipelineJob base = jobs.back();
    const std::string subject = "the matrix of job '" + base.name + "' ";
    const std::vector<Combination> combinations = matrix.combinations();
    if (combinations.empty()) return refuse(Code::bad_matrix, subject + "excludes all of its combinations");
    if (combinations.size() > most_combinations) {
        return refuse(Code::too_many, subject + "makes " + std::to_string(combinations.size()) + " jobs, more than 256");
    }
    if (combinations.size() > most) return refuse(Code::too_many, "more than 1,000,000 jobs");
    std::vector<PipelineJob> made;
    for (const Combination& combination : combinations) {
        PipelineJob& one = made.emplace_back(base);
        one.name = name_of(base.name, combination);
        if (one.name.size() > longest_name) {
            return refuse(Code::bad_name, subject + "makes a job whose name is longer than 128 bytes");
        }
        for (const auto& [name, value] : combination) {
            if (!one.environment.emplace(name, value).second) {
                return refuse(Code::bad_matrix, subject + "sets '" + name + "', which its 'environment' sets, too");
            }
        }
    }
    jobs.pop_back();
    const std::size_t first = jobs.size();
    std::move(made.begin(), made.end(), std::back_inserter(jobs));
    for (std::size_t i = 1; i < combinations.size(); ++i) reading.places.add_job(job);
    reading.places.add_matrix(job, base.name, first, combinations.size());
}

void expand_dependencies(const Reading& reading, Pipeline& pipeline) {
    const auto& matrices = reading.places.matrices();
    if (matrices.empty()) return;
    const NameIndex names(pipeline.stages);
    std::vector<std::unordered_map<std::string_view, const Places::MatrixJobs*>> by_name(pipeline.stages.size());
    for (const Places::MatrixJobs& matrix : matrices) {
        const bool is_first = by_name[matrix.stage].emplace(matrix.name, &matrix).second;
        if (is_first && !names.job(matrix.stage, matrix.name)) continue;
        reading.report.add(Problem(Code::duplicate_name, reading.places.value(matrix.node, "name"),
                                   "two jobs have the name '" + printable(matrix.name) + "'"));
    }
    const auto in_stage = [&](std::size_t stage, std::string_view name) -> const Places::MatrixJobs* {
        const auto found = by_name[stage].find(name);
        return found == by_name[stage].end() ? nullptr : found->second;
    };
    const auto meant = [&](std::size_t stage, std::string_view reference) -> const Places::MatrixJobs* {
        if (!names.dependency(stage, reference).empty()) return nullptr;
        if (const auto* const own = in_stage(stage, reference)) return own;
        for (auto dot = reference.find('.'); dot != std::string_view::npos; dot = reference.find('.', dot + 1)) {
            const auto other = names.stage(reference.substr(0, dot));
            const auto* const found = other ? in_stage(*other, reference.substr(dot + 1)) : nullptr;
            if (found) return found;
        }
        return nullptr;
    };
    // All jobs of one matrix have one list of dependencies; names are looked at, so the lists change afterwards.
    std::vector<std::pair<std::vector<std::string>*, std::vector<std::string>>> changes;
    std::size_t total = 0;
    for (std::size_t s = 0; s < pipeline.stages.size(); ++s) {
        for (std::size_t j = 0; j < pipeline.stages[s].jobs.size(); ++j) {
            PipelineJob& job = pipeline.stages[s].jobs[j];
            std::vector<std::string> expanded;
            std::vector<std::size_t> entries;  // of the document, for places
            bool is_changed = false;
            for (std::size_t d = 0; d < job.dependencies.size(); ++d) {
                const std::string& reference = job.dependencies[d];
                const Places::MatrixJobs* const all = meant(s, reference);
                if (!all) {
                    expanded.push_back(reference);
                    entries.push_back(d);
                    continue;
                }
                is_changed = true;
                const std::string prefix = reference.substr(0, reference.size() - all->name.size());  // `stage.`, or nothing
                for (std::size_t i = 0; i < all->count; ++i) {
                    expanded.push_back(prefix + pipeline.stages[all->stage].jobs[all->first + i].name);
                    entries.push_back(d);
                }
            }
            if (!is_changed) continue;
            total += expanded.size();
            if (total > most_dependencies) {
                reading.report.add(Problem(Code::too_many, reading.places.span(reading.places.job(s, j)),
                                           "dependencies on jobs with a matrix come to more than 1,000,000"));
                return;
            }
            reading.places.set_dependency_entries(reading.places.job(s, j), std::move(entries));
            changes.emplace_back(&job.dependencies, std::move(expanded));
        }
    }
    for (auto& [list, expanded] : changes) *list = std::move(expanded);
}

}  // namespace kahn::config
