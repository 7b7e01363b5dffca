#ifndef PHRASEBOOK_CTEXTLOOPS_H
#define PHRASEBOOK_CTEXTLOOPS_H
#include <stddef.h>
#include <stdint.h>

/// Copies ASCII bytes and turns the case of the 26 letters from `first` on over; `to` does not overlap.
void pb_text_flip_case(const uint8_t *bytes, size_t length, uint8_t first, uint8_t *to);

/// How many of the bytes are `byte`.
size_t pb_text_count(const uint8_t *bytes, size_t length, uint8_t byte);

/// How many characters the UTF-8 bytes hold: those that do not continue another.
size_t pb_text_characters(const uint8_t *bytes, size_t length);

/// Where the `count` bytes of `needle`, at least one, first stand; -1 where they do not. Quick for short
/// needles, of a few dozen bytes.
ptrdiff_t pb_text_find(const uint8_t *bytes, size_t length, const uint8_t *needle, size_t count);

#endif
