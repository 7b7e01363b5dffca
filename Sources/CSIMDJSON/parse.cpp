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

/// A text that is left to the careful parser.
struct Refused {};

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

void put(std::vector<uint8_t> &out, const dom::element &item, int depth) {
  if (depth <= 0) throw Refused{};
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

}  // namespace

struct pb_json_parser {
  simdjson::dom::parser parser;
  std::vector<uint8_t> padded;
  std::vector<uint8_t> packed;
};

extern "C" pb_json_parser *pb_json_parser_new(void) { return new (std::nothrow) pb_json_parser; }

extern "C" void pb_json_parser_free(pb_json_parser *parser) { delete parser; }

extern "C" const uint8_t *pb_json_parse(pb_json_parser *parser, const uint8_t *bytes, size_t length,
                                        int max_depth, size_t *packed_length) {
  // simdjson's own limit; the packed form counts in 32 bits as well.
  if (length > 0xF0000000u) return nullptr;
  try {
    parser->packed.clear();
    parser->padded.resize(length + simdjson::SIMDJSON_PADDING);
    if (length) std::memcpy(parser->padded.data(), bytes, length);
    std::memset(parser->padded.data() + length, ' ', simdjson::SIMDJSON_PADDING);
    simdjson::dom::element root;
    // `false`: the padding is there already.
    if (parser->parser.parse(parser->padded.data(), length, false).get(root)) return nullptr;
    put(parser->packed, root, max_depth);
    *packed_length = parser->packed.size();
    return parser->packed.data();
  } catch (const Refused &) {
  } catch (const simdjson::simdjson_error &) {
  } catch (const std::bad_alloc &) {
  }
  return nullptr;
}
