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

#ifdef __cplusplus
}
#endif
#endif
