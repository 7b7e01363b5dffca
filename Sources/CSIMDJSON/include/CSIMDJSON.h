#ifndef PHRASEBOOK_CSIMDJSON_H
#define PHRASEBOOK_CSIMDJSON_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A parser with its own reusable memory; one thread at a time.
typedef struct pb_json_parser pb_json_parser;

pb_json_parser *pb_json_parser_new(void);
void pb_json_parser_free(pb_json_parser *parser);

/// Parses one JSON text of `length` bytes. Returns the packed value (the layout of Records' PackedValue;
/// owned by the parser until the next call) and sets `packed_length`. Returns NULL for everything that is not
/// plainly right: malformed text, nesting deeper than `max_depth`, integers beyond 64 bits, no memory. The
/// caller then parses the text with care, which says what is wrong and where, or gives its value.
const uint8_t *pb_json_parse(pb_json_parser *parser, const uint8_t *bytes, size_t length, int max_depth,
                             size_t *packed_length);

/// How many of the first bytes stand in a JSON string as they are: neither quote, backslash nor control.
size_t pb_json_plain(const uint8_t *bytes, size_t length);

/// Writes the bytes as the inside of a JSON string: at most six for each, and up to 32 behind them that are of no
/// meaning. The number of bytes written.
size_t pb_json_escape(const uint8_t *bytes, size_t length, uint8_t *to);

enum {
  /// A quote, a backslash or a control: a byte that does not stand in a JSON string as it is.
  pb_json_escapes = 1,
  /// A byte that is not ASCII.
  pb_json_wide = 2,
  /// The byte asked for.
  pb_json_byte = 4
};

/// Which of these the bytes hold.
int pb_json_scan(const uint8_t *bytes, size_t length, uint8_t byte);

/// Whether the bytes are valid UTF-8.
int pb_json_is_utf8(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
