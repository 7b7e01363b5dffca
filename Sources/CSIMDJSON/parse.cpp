#include "CSIMDJSON.h"

#include <simdjson.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#include <cstdlib>
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

/// Packed bytes that grow at the end.
class Packed {
 public:
  Packed() = default;
  Packed(const Packed &) = delete;
  Packed &operator=(const Packed &) = delete;
  ~Packed() { std::free(start_); }

  void clear() { size_ = 0; }
  size_t size() const { return size_; }
  const uint8_t *data() const { return start_; }

  /// Room for `extra` more bytes, which the caller fills.
  uint8_t *grow(size_t extra) {
    if (size_ + extra > room_) enlarge(extra);
    uint8_t *place = start_ + size_;
    size_ += extra;
    return place;
  }

  uint8_t *at(size_t place) { return start_ + place; }

 private:
  void enlarge(size_t extra) {
    size_t room = room_ * 2 < 4096 ? 4096 : room_ * 2;
    if (room < size_ + extra) room = size_ + extra;
    // Readers may load whole vectors from the last byte on.
    void *larger = std::realloc(start_, room + simdjson::SIMDJSON_PADDING);
    if (!larger) throw std::bad_alloc();
    start_ = static_cast<uint8_t *>(larger);
    room_ = room;
  }

  uint8_t *start_ = nullptr;
  size_t size_ = 0;
  size_t room_ = 0;
};

void set_half(uint8_t *place, uint32_t value) {
  for (int byte = 0; byte < 4; byte++) place[byte] = uint8_t(value >> (8 * byte));
}

void set_word(uint8_t *place, uint64_t value) {
  for (int byte = 0; byte < 8; byte++) place[byte] = uint8_t(value >> (8 * byte));
}

void put_word(Packed &out, Tag tag, uint64_t value) {
  uint8_t *place = out.grow(9);
  *place = tag;
  set_word(place + 1, value);
}

void put_text(Packed &out, Tag tag, std::string_view text) {
  uint8_t *place = out.grow(5 + text.size());
  *place = tag;
  set_half(place + 1, uint32_t(text.size()));
  if (!text.empty()) std::memcpy(place + 5, text.data(), text.size());
}

size_t open(Packed &out, Tag tag) {
  *out.grow(9) = tag;
  return out.size() - 8;
}

void close(Packed &out, size_t header, uint32_t count) {
  set_half(out.at(header), count);
  set_half(out.at(header + 4), uint32_t(out.size() - header - 8));
}

void put(Packed &out, const dom::element &item, int depth) {
  if (depth <= 0) throw Refused{};
  switch (item.type()) {
    case dom::element_type::NULL_VALUE: *out.grow(1) = null_tag; break;
    case dom::element_type::BOOL: *out.grow(1) = bool(item) ? yes_tag : no_tag; break;
    case dom::element_type::STRING: put_text(out, string_tag, std::string_view(item)); break;
    case dom::element_type::INT64: put_word(out, integer_tag, uint64_t(int64_t(item))); break;
    case dom::element_type::UINT64: put_text(out, big_tag, std::to_string(uint64_t(item))); break;
    case dom::element_type::DOUBLE: {
      double value = item;
      uint64_t bits;
      std::memcpy(&bits, &value, 8);
      put_word(out, number_tag, bits);
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
  Packed packed;
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

// Wider vectors where the processor has them.
#if defined(__x86_64__) && defined(__linux__)
__attribute__((target_clones("arch=x86-64-v3", "default")))
#endif
extern "C" size_t pb_json_plain(const uint8_t *bytes, size_t length) {
  size_t place = 0;
  // Blocks of a fixed size without a way out in between: compilers make vectors of them.
  for (; place + 32 <= length; place += 32) {
    uint8_t found = 0;
    for (size_t byte = 0; byte < 32; byte++) {
      uint8_t b = bytes[place + byte];
      found |= uint8_t((b < 32) | (b == '"') | (b == '\\'));
    }
    if (found) break;
  }
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  // Eight at a time: a byte's highest bit is set where it is one of those looked for. A borrow sets bits too
  // much only above the first one that is right.
  const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
  for (; place + 8 <= length; place += 8) {
    uint64_t word;
    std::memcpy(&word, bytes + place, 8);
    uint64_t quotes = word ^ (ones * '"'), slashes = word ^ (ones * '\\');
    uint64_t found = (((word - ones * 32) & ~word) | ((quotes - ones) & ~quotes) | ((slashes - ones) & ~slashes)) & highs;
    if (found) return place + size_t(__builtin_ctzll(found)) / 8;
  }
#endif
  for (; place < length; place++) {
    uint8_t b = bytes[place];
    if (b < 32 || b == '"' || b == '\\') return place;
  }
  return length;
}

namespace {

/// Writes the escape of a byte; its length.
inline size_t put_escape(uint8_t byte, uint8_t *to) {
  static const char digits[] = "0123456789abcdef";
  to[0] = '\\';
  switch (byte) {
    case '"': case '\\': to[1] = byte; return 2;
    case '\b': to[1] = 'b'; return 2;
    case '\t': to[1] = 't'; return 2;
    case '\n': to[1] = 'n'; return 2;
    case '\f': to[1] = 'f'; return 2;
    case '\r': to[1] = 'r'; return 2;
    default: break;
  }
  std::memcpy(to + 1, "u00", 3);
  to[4] = uint8_t(digits[byte >> 4]);
  to[5] = uint8_t(digits[byte & 15]);
  return 6;
}

}  // namespace

extern "C" size_t pb_json_escape(const uint8_t *bytes, size_t length, uint8_t *to) {
  uint8_t *start = to;
  size_t place = 0;
#if defined(__SSE2__)
  const __m128i lowest = _mm_set1_epi8(31), quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
  while (place + 16 <= length) {
    __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes + place));
    // Copied before it is known how far it is plain: what is copied too much is overwritten.
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to), block);
    __m128i found = _mm_or_si128(
        _mm_cmpeq_epi8(_mm_min_epu8(block, lowest), block),
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, slash)));
    unsigned mask = unsigned(_mm_movemask_epi8(found));
    if (!mask) {
      place += 16;
      to += 16;
      continue;
    }
    size_t plain = size_t(__builtin_ctz(mask));
    place += plain;
    to += plain;
    to += put_escape(bytes[place++], to);
  }
#endif
  while (place < length) {
    uint8_t b = bytes[place++];
    if ((b < 32) | (b == '"') | (b == '\\')) to += put_escape(b, to);
    else *to++ = b;
  }
  return size_t(to - start);
}

#if defined(__x86_64__) && defined(__linux__)
__attribute__((target_clones("arch=x86-64-v3", "default")))
#endif
extern "C" int pb_json_scan(const uint8_t *bytes, size_t length, uint8_t byte) {
  uint8_t escapes = 0, wide = 0, found = 0;
  auto look = [&](const uint8_t *start, size_t count) __attribute__((always_inline)) {
    for (size_t place = 0; place < count; place++) {
      uint8_t b = start[place];
      escapes |= uint8_t((b < 32) | (b == '"') | (b == '\\'));
      wide |= b;
      found |= uint8_t(b == byte);
    }
  };
  // Blocks of fixed sizes, of which the last overlaps the one before: looking twice does no harm.
  if (length >= 32) {
    for (size_t place = 0; place + 32 < length; place += 32) look(bytes + place, 32);
    look(bytes + length - 32, 32);
  } else if (length >= 16) {
    look(bytes, 16);
    look(bytes + length - 16, 16);
  } else {
    look(bytes, length);
  }
  return (escapes ? pb_json_escapes : 0) | (wide & 0x80 ? pb_json_wide : 0) | (found ? pb_json_byte : 0);
}
