#include "config/document_builder.hpp"
#include "config/readers.hpp"
#include "config/yaml_text.hpp"

#include "base/text.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <string>
#include <utility>

namespace kahn::config {
namespace {

/// yaml-cpp's events to nodes.
class YamlHandler : public YAML::EventHandler {
public:
    YamlHandler(std::string_view text, Report& report) : text_(text), builder_(text, false, report) {}

    DocumentBuilder& builder() { return builder_; }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const std::uint32_t begin = text_.clamp(mark.pos);
        const std::string_view word = text_.null_word(text_.skip_properties(begin), builder_.expects_key());
        Span span{text_.skip_properties(begin), static_cast<std::uint32_t>(word.size())};
        if (word.empty()) {
            span = missing_value(begin);
        }
        remember(anchor, builder_.null(span, word));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const Span span = text_.word(text_.clamp(mark.pos));
        const Anchor& target = anchors_.at(anchor);
        if (target.is_open) {
            throw ReadFailure{Problem(Code::bad_alias, span, "this alias stands inside the value that it stands for")
                                  .with_related(target.span, "which begins here")};
        }
        builder_.alias(span, target.node);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check_tag(mark, tag, "str");
        const Span span = text_.scalar(text_.skip_properties(text_.clamp(mark.pos)), value);
        const char first = text_.at(span.offset);
        const bool is_quoted = first == '"' || first == '\'';
        const bool is_plain = !is_quoted && first != '|' && first != '>';
        const bool is_key = builder_.expects_key();
        const NodeId id = builder_.scalar(span, span.offset + (is_quoted ? 1U : 0U), value, is_plain);
        if (is_key && is_plain && value == "<<") builder_.merge_key(id);
        remember(anchor, id);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        check_tag(mark, tag, "seq");
        open(anchor, builder_.begin_sequence({text_.skip_properties(text_.clamp(mark.pos)), 1}));
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        check_tag(mark, tag, "map");
        open(anchor, builder_.begin_mapping({text_.skip_properties(text_.clamp(mark.pos)), 1}));
    }
    void OnMapEnd() override { close(); }

private:
    struct Anchor {
        NodeId node = 0;
        Span span;
        bool is_open = false;
    };

    /// Whether the node that comes is a mapping's value.
    bool is_value() const { return in_mapping() && !builder_.expects_key(); }
    /// Where a value is missing: the key, or the dash. The mark is that of whatever follows.
    Span missing_value(std::uint32_t mark) const {
        const Document& document = builder_.document();
        if (document.size() == 0) return {mark, 1};
        const auto last = static_cast<NodeId>(document.size() - 1);
        const Span span = document[last].span;
        if (is_value()) return span;
        const bool is_first_entry = document.is_collection(last);
        return text_.dash_after(is_first_entry ? span.offset : span.offset + span.length, mark);
    }

    bool in_mapping() const {
        return !open_.empty() && builder_.document()[open_.back().node].kind == Node::Kind::mapping;
    }

    void check_tag(const YAML::Mark& mark, const std::string& tag, std::string_view allowed) {
        if (tag == "?" || tag == "!" || tag.empty()) return;
        constexpr std::string_view core = "tag:yaml.org,2002:";
        if (tag.starts_with(core) && std::string_view(tag).substr(core.size()) == allowed) return;
        const std::uint32_t at = text_.skip_anchor(text_.clamp(mark.pos));
        const bool is_core = tag.starts_with(core);
        const std::string name = is_core ? "!!" + tag.substr(core.size()) : tag;
        throw ReadFailure{Problem(Code::tag, text_.word(at), "tag '" + printable(name) + "' is not allowed")
                              .with_help("every value is read as its key says; take the tag out")};
    }

    // yaml-cpp numbers the anchors 1, 2, ... and an alias comes with the number of its anchor; 0 is none.
    void remember(YAML::anchor_t anchor, NodeId node) {
        if (anchor == 0) return;
        if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
        anchors_[anchor] = {node, builder_.document()[node].span, false};
    }

    void open(YAML::anchor_t anchor, NodeId node) {
        remember(anchor, node);
        if (anchor != 0) anchors_[anchor].is_open = true;
        open_.push_back({node, anchor});
    }

    void close() {
        builder_.end();
        if (open_.back().anchor != 0) anchors_[open_.back().anchor].is_open = false;
        open_.pop_back();
    }

    struct Open {
        NodeId node;
        YAML::anchor_t anchor;
    };

    YamlText text_;
    DocumentBuilder builder_;
    std::vector<Anchor> anchors_;
    std::vector<Open> open_;
};

/// Reads a text where it is; std::istringstream would copy it.
class ViewBuffer : public std::streambuf {
public:
    explicit ViewBuffer(std::string_view text) {
        char* const begin = const_cast<char*>(text.data());  // NOLINT: only ever read
        setg(begin, begin, begin + text.size());
    }
};

/// yaml-cpp's messages in the words of somebody who writes a pipeline.
Problem syntax_problem(const YAML::Exception& exception, std::string_view text) {
    namespace Msg = YAML::ErrorMsg;
    const std::pair<std::string_view, std::string_view> words[] = {
        {Msg::END_OF_MAP, "the mapping does not go on like this; look at the indentation, and at quotes"},
        {Msg::END_OF_SEQ, "the list does not go on like this; look at the indentation"},
        {Msg::END_OF_MAP_FLOW, "a '}' or ',' is missing: a '{' is not closed"},
        {Msg::END_OF_SEQ_FLOW, "a ']' or ',' is missing: a '[' is not closed"},
        {Msg::MAP_VALUE, "a ':' that cannot stand here; a text with ': ' in it needs quotes"},
        {Msg::MAP_KEY, "a key cannot stand here; look at the indentation"},
        {Msg::BLOCK_ENTRY, "a list entry cannot stand here; look at the indentation"},
        {Msg::FLOW_END, "a closing bracket without its opening one"},
        {Msg::EOF_IN_SCALAR, "the text ends inside quotes"},
        {Msg::DOC_IN_SCALAR, "a document mark inside quotes"},
        {Msg::UNKNOWN_TOKEN, "no text begins with this character; put it in quotes"},
        {Msg::CHAR_IN_SCALAR, "no text begins with this character; put it in quotes"},
        {Msg::UNKNOWN_ANCHOR, "an alias of an anchor that is not defined before it"},
    };
    std::string message = exception.msg;
    for (const auto& [theirs, ours] : words) {
        if (message.starts_with(theirs)) {
            message = ours;
            break;
        }
    }
    const YamlText places(text);
    const std::uint32_t offset = places.clamp(exception.mark.pos);
    if (places.is_after_tab(offset)) message = "a tab in the indentation; YAML takes blanks only";
    return Problem(Code::yaml_syntax, {offset, 1}, "not YAML: " + printable(message));
}

void parse(std::string_view text, YamlHandler& handler) {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(handler)) return;

    /// Sees that there is a second document, and where.
    class Second : public YAML::EventHandler {
    public:
        [[noreturn]] static void refuse(const YAML::Mark& mark) { throw mark; }
        void OnDocumentStart(const YAML::Mark& mark) override { refuse(mark); }
        void OnDocumentEnd() override {}
        void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
        void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
        void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
        void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                             YAML::EmitterStyle::value) override {}
        void OnSequenceEnd() override {}
        void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
        void OnMapEnd() override {}
    } second;
    try {
        (void)parser.HandleNextDocument(second);
    } catch (const YAML::Mark& mark) {
        const YamlText places(text);
        throw ReadFailure{Problem(Code::several_documents, places.to_end_of_line(places.clamp(mark.pos)),
                                  "a second document begins here: one file holds one pipeline")};
    }
}

/// The text up to where brackets seem to be nested deeper than allowed, with what closes them; empty if they are not.
/// It may be wrong about brackets in quotes and commands.
std::string suspicious_beginning(std::string_view text) {
    std::string closing;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '[' || c == '{') closing += c == '[' ? ']' : '}';
        else if ((c == ']' || c == '}') && !closing.empty()) closing.pop_back();
        if (closing.size() <= DocumentBuilder::max_depth) continue;
        std::string beginning(text.substr(0, at + 1));
        return beginning.append(closing.rbegin(), closing.rend());
    }
    return {};
}

/// yaml-cpp tells of the first of a million brackets only after it has queued them all. So where brackets seem too
/// deep, the beginning is read first: if it is refused for its depth, that is the answer.
void check_beginning(std::string_view text) {
    const std::string beginning = suspicious_beginning(text);
    if (beginning.empty()) return;
    Report unused;
    YamlHandler handler(beginning, unused);
    try {
        parse(beginning, handler);
    } catch (const ReadFailure& failure) {
        if (failure.problem.code == Code::too_deep) throw;
    } catch (const YAML::Exception&) {  // it was cut: that says nothing
    }
}

}  // namespace

std::optional<Document> read_yaml(std::string_view text, Report& report) {
    if (!check_encoding(text, report)) return std::nullopt;
    try {
        check_beginning(text);
        YamlHandler handler(text, report);
        parse(text, handler);
        return handler.builder().finish();
    } catch (const ReadFailure& failure) {
        report.add(failure.problem);
    } catch (const YAML::Exception& exception) {
        report.add(syntax_problem(exception, text));
    }
    return std::nullopt;
}

}  // namespace kahn::config
