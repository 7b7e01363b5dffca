#include "CSIMDJSON.h"

#include <simdjson.h>

#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace simdjson;

enum Tag : uint8_t { null_tag, no_tag, yes_tag, integer_tag, number_tag, string_tag, list_tag, dictionary_tag, big_tag };

/// A failure found by ourselves; simdjson's own codes travel as they are.
struct Failure {
  const char *message;
};

void put_bytes(std::vector<uint8_t> &out, const void *from, size_t count) {
  auto bytes = static_cast<const uint8_t *>(from);
  out.insert(out.end(), bytes, bytes + count);
}

void put_word(std::vector<uint8_t> &out, uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(uint8_t(value >> shift));
}

void put_half(std::vector<uint8_t> &out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(uint8_t(value >> shift));
}

void set_half(std::vector<uint8_t> &out, size_t place, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out[place++] = uint8_t(value >> shift);
}

void put_text(std::vector<uint8_t> &out, Tag tag, std::string_view text) {
  out.push_back(tag);
  put_half(out, uint32_t(text.size()));
  put_bytes(out, text.data(), text.size());
}

size_t open(std::vector<uint8_t> &out, Tag tag) {
  out.push_back(tag);
  out.resize(out.size() + 8);
  return out.size() - 8;
}

void close(std::vector<uint8_t> &out, size_t header, uint32_t count) {
  set_half(out, header, count);
  set_half(out, header + 4, uint32_t(out.size() - header - 8));
}

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && std::strchr(" \t\r\n", token.back())) token.remove_suffix(1);
  return token;
}

/// JSON's own grammar of numbers; simdjson reports out-of-range and malformed ones alike.
bool is_integer_literal(std::string_view token) {
  if (!token.empty() && token.front() == '-') token.remove_prefix(1);
  if (token.empty() || (token.size() > 1 && token.front() == '0')) return false;
  for (char c : token)
    if (c < '0' || c > '9') return false;
  return true;
}

template <typename Item>
void put_number(std::vector<uint8_t> &out, Item &item, std::string_view token) {
  ondemand::number number;
  auto code = item.get_number().get(number);
  token = trimmed(token);
  if (code) {
    if (!is_integer_literal(token)) throw simdjson_error(code);
    put_text(out, big_tag, token);
  } else if (number.is_double()) {
    out.push_back(number_tag);
    double value = number.get_double();
    uint64_t bits;
    std::memcpy(&bits, &value, 8);
    put_word(out, bits);
  } else if (number.is_int64()) {
    out.push_back(integer_tag);
    put_word(out, uint64_t(number.get_int64()));
  } else {
    put_text(out, big_tag, token);
  }
}

void put(std::vector<uint8_t> &out, const dom::element &item, int depth) {
  if (depth <= 0) throw Failure{"nested too deeply"};
  switch (item.type()) {
    case dom::element_type::NULL_VALUE: out.push_back(null_tag); break;
    case dom::element_type::BOOL: out.push_back(bool(item) ? yes_tag : no_tag); break;
    case dom::element_type::STRING: put_text(out, string_tag, std::string_view(item)); break;
    case dom::element_type::INT64:
      out.push_back(integer_tag);
      put_word(out, uint64_t(int64_t(item)));
      break;
    case dom::element_type::UINT64: put_text(out, big_tag, std::to_string(uint64_t(item))); break;
    case dom::element_type::DOUBLE: {
      out.push_back(number_tag);
      double value = item;
      uint64_t bits;
      std::memcpy(&bits, &value, 8);
      put_word(out, bits);
      break;
    }
    case dom::element_type::ARRAY: {
      size_t header = open(out, list_tag);
      uint32_t count = 0;
      for (dom::element element : dom::array(item)) {
        put(out, element, depth - 1);
        count++;
      }
      close(out, header, count);
      break;
    }
    case dom::element_type::OBJECT: {
      size_t header = open(out, dictionary_tag);
      uint32_t count = 0;
      for (dom::key_value_pair field : dom::object(item)) {
        put_text(out, string_tag, field.key);
        put(out, field.value, depth - 1);
        count++;
      }
      close(out, header, count);
      break;
    }
  }
}

/// The same through the On Demand interface, which shows the text of a number that fits no machine word
/// and the place of an error. Its code is not chosen by processor, so it serves only where the first way failed.
template <typename Item>
void put_carefully(std::vector<uint8_t> &out, Item &item, int depth) {
  if (depth <= 0) throw Failure{"nested too deeply"};
  switch (ondemand::json_type(item.type())) {
    case ondemand::json_type::null:
      if (!bool(item.is_null())) throw Failure{"expected a value"};
      out.push_back(null_tag);
      break;
    case ondemand::json_type::boolean: out.push_back(bool(item.get_bool()) ? yes_tag : no_tag); break;
    case ondemand::json_type::string: put_text(out, string_tag, std::string_view(item.get_string())); break;
    case ondemand::json_type::number: {
      std::string_view token = std::string_view(item.raw_json_token());
      put_number(out, item, token);
      break;
    }
    case ondemand::json_type::array: {
      size_t header = open(out, list_tag);
      uint32_t count = 0;
      for (auto element : ondemand::array(item.get_array())) {
        ondemand::value inner = element.value();
        put_carefully(out, inner, depth - 1);
        count++;
      }
      close(out, header, count);
      break;
    }
    case ondemand::json_type::object: {
      size_t header = open(out, dictionary_tag);
      uint32_t count = 0;
      for (auto field : ondemand::object(item.get_object())) {
        put_text(out, string_tag, std::string_view(field.unescaped_key()));
        ondemand::value inner = field.value();
        put_carefully(out, inner, depth - 1);
        count++;
      }
      close(out, header, count);
      break;
    }
  }
}

}  // namespace

struct pb_json_parser {
  simdjson::dom::parser parser;
  simdjson::ondemand::parser careful;
  std::vector<uint8_t> padded;
  std::vector<uint8_t> packed;
};

extern "C" pb_json_parser *pb_json_parser_new(void) { return new (std::nothrow) pb_json_parser; }

extern "C" void pb_json_parser_free(pb_json_parser *parser) { delete parser; }

extern "C" const uint8_t *pb_json_parse(pb_json_parser *parser, const uint8_t *bytes, size_t length,
                                        int max_depth, size_t *packed_length, pb_json_error *error) {
  error->message = nullptr;
  error->offset = 0;
  // simdjson's own limit; the packed form counts in 32 bits as well.
  if (length > 0xF0000000u) {
    error->message = "longer than 4 GB";
    return nullptr;
  }
  simdjson::ondemand::document document;
  try {
    parser->packed.clear();
    parser->padded.resize(length + simdjson::SIMDJSON_PADDING);
    if (length) std::memcpy(parser->padded.data(), bytes, length);
    std::memset(parser->padded.data() + length, ' ', simdjson::SIMDJSON_PADDING);
    simdjson::padded_string_view view(reinterpret_cast<const char *>(parser->padded.data()), length,
                                      parser->padded.size());
    simdjson::dom::element root;
    // `false`: the padding is there already.
    if (!parser->parser.parse(parser->padded.data(), length, false).get(root)) {
      put(parser->packed, root, max_depth);
    } else {
      auto code = parser->careful.iterate(view).get(document);
      if (code) throw simdjson::simdjson_error(code);
      put_carefully(parser->packed, document, max_depth);
      if (!document.current_location().error()) throw Failure{"more text after the value"};
    }
    *packed_length = parser->packed.size();
    return parser->packed.data();
  } catch (const Failure &failure) {
    error->message = failure.message;
  } catch (const simdjson::simdjson_error &failure) {
    error->message = simdjson::error_message(failure.error());
  } catch (const std::bad_alloc &) {
    error->message = "out of memory";
  }
  const char *place = nullptr;
  if (!document.current_location().get(place)) {
    auto start = reinterpret_cast<const char *>(parser->padded.data());
    if (place >= start && size_t(place - start) <= length) error->offset = size_t(place - start);
  }
  return nullptr;
}
