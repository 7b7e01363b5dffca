#ifndef PHRASEBOOK_CTEXTLOOPS_H
#define PHRASEBOOK_CTEXTLOOPS_H
#include <stddef.h>
#include <stdint.h>

/// Writes the places of the bytes that equal one of four into `places`, which has room for `length` of them;
/// gives their number. At most 2^32 - 1 bytes.
size_t pb_text_marks(const uint8_t *bytes, size_t length, uint8_t a, uint8_t b, uint8_t c, uint8_t d,
                     uint32_t *places);

/// How many of the bytes are this one.
size_t pb_text_count(const uint8_t *bytes, size_t length, uint8_t byte);

/// How many of the bytes begin a Unicode scalar in UTF-8.
size_t pb_text_scalars(const uint8_t *bytes, size_t length);

#endif
