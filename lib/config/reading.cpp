#include "config/reading.hpp"

#include "base/text.hpp"

namespace kahn::config {
namespace {

std::string_view kind_of(const Document& document, NodeId id) {
    const Node& node = document[id];
    switch (node.kind) {
        case Node::Kind::null: return document.text(id).empty() && !document.is_typed() ? "nothing" : "null";
        case Node::Kind::sequence: return "a list";
        case Node::Kind::mapping: return "a mapping";
        case Node::Kind::scalar: break;
    }
    if (!document.is_typed() || !node.plain) return "a text";
    return document.text(id) == "true" || document.text(id) == "false" ? "a boolean" : "a number";
}

std::string quoted(std::string_view text) { return '\'' + printable(text.substr(0, 200)) + '\''; }

}  // namespace

std::string Owner::describe(const Document& document) const {
    std::string out(part);
    if (noun == "pipeline") return out += "the pipeline";
    out += noun;
    if (name == 0 || document.is_collection(name)) return "a " + out + " without name";
    return out + ' ' + quoted(document.text(name));
}

bool is_text(const Document& document, NodeId id) {
    const Node& node = document[id];
    if (node.kind == Node::Kind::scalar) return !document.is_typed() || !node.plain;
    return node.kind == Node::Kind::null && !document.text(id).empty();
}

Value Value::entry(NodeId node) const {
    Value out = *this;
    out.node_ = node;
    out.part_ = Part::entry;
    return out;
}

Value Value::member(NodeId node, std::string_view name) const {
    Value out = entry(node);
    out.part_ = Part::member;
    out.member_ = name;
    return out;
}

std::string Value::subject() const {
    const std::string whole = quoted(key_) + " of " + owner_.describe(document());
    switch (part_) {
        case Part::whole: break;
        case Part::entry: return "an entry of " + whole;
        case Part::member: return quoted(member_) + " in " + whole;
    }
    return whole;
}

void Value::refuse(Code code, std::string_view predicate, std::string help) const {
    reading_.report.add(
        Problem(code, (**this).span, subject() + ' ' + std::string(predicate)).with_help(std::move(help)));
}

void Value::refuse_part(Code code, std::size_t offset, std::size_t length, std::string_view predicate,
                        std::string help) const {
    Span span = (**this).span;
    if (document().is_verbatim(node_)) {
        span = {static_cast<std::uint32_t>((**this).text + offset), static_cast<std::uint32_t>(length)};
    }
    reading_.report.add(Problem(code, span, subject() + ": " + std::string(predicate)).with_help(std::move(help)));
}

void Value::refuse_kind(std::string_view wanted, std::string help) const {
    refuse(Code::wrong_type, "must be " + std::string(wanted) + ", not " + std::string(kind_of(document(), node_)),
           std::move(help));
}

bool Value::is_nothing() const { return (**this).kind == Node::Kind::null && document().text(node_).empty(); }

std::optional<std::string_view> Value::scalar(std::string_view wanted) const {
    if (document().is_collection(node_) || is_nothing()) {
        const bool is_command = (**this).kind == Node::Kind::mapping && key_ == "commands";
        refuse_kind(wanted, is_command ? "a command with ': ' in it reads as a mapping: put it in quotes" : "");
        return std::nullopt;
    }
    const std::string_view text = document().text(node_);
    if (text.find('\0') != std::string_view::npos) {
        refuse(Code::bad_text, "holds a NUL byte");
        return std::nullopt;
    }
    if ((**this).owned && !is_utf8(text)) {
        refuse(Code::bad_text, "is not UTF-8");
        return std::nullopt;
    }
    return text;
}

std::optional<std::string_view> Value::text(std::string_view wanted) const {
    if ((**this).kind == Node::Kind::scalar && !is_text(document(), node_)) {
        refuse_kind(wanted, "put it in quotes");
        return std::nullopt;
    }
    return scalar(wanted);
}

std::optional<std::string_view> Value::literal(std::string_view wanted) const {
    if ((**this).kind == Node::Kind::scalar && !(**this).plain) {
        refuse_kind(wanted, "write it without quotes");
        return std::nullopt;
    }
    return scalar(wanted);
}

}  // namespace kahn::config
