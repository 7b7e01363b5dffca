#ifndef PHRASEBOOK_CTEXTLOOPS_H
#define PHRASEBOOK_CTEXTLOOPS_H
#include <stddef.h>
#include <stdint.h>

/// Copies ASCII bytes and turns the case of the 26 letters from `first` on over; `to` does not overlap.
void pb_text_flip_case(const uint8_t *bytes, size_t length, uint8_t first, uint8_t *to);

/// How many of the bytes are `byte`.
size_t pb_text_count(const uint8_t *bytes, size_t length, uint8_t byte);

/// Where the `count` bytes of `needle`, at least one, first stand; -1 where they do not. Quick for short
/// needles, of a few dozen bytes.
ptrdiff_t pb_text_find(const uint8_t *bytes, size_t length, const uint8_t *needle, size_t count);

/// Writes the places of the bytes that equal one of four into `places`, which has room for `length` of them;
/// gives their number. At most 2^32 - 1 bytes.
size_t pb_text_marks(const uint8_t *bytes, size_t length, uint8_t a, uint8_t b, uint8_t c, uint8_t d,
                     uint32_t *places);

/// The bytes of the mark that stands for a divider inside a field.
#define PB_MARK_SIZE 32

/// Writes the places of the dividers `|||`, from the left and none over another, into `places`, which has room for
/// `most`; gives their number, or `most` + 1 where there are more. `has_mark`: whether the mark's 32 bytes stand
/// anywhere (not said where there are more). At most 2^32 - 1 bytes.
size_t pb_text_dividers(const uint8_t *bytes, size_t length, const uint8_t *mark, uint32_t *places, size_t most,
                        int *has_mark);

/// How many of the bytes begin a Unicode scalar in UTF-8.
size_t pb_text_scalars(const uint8_t *bytes, size_t length);

/// How many of the bytes are control characters other than tab, line feed and return.
size_t pb_text_controls(const uint8_t *bytes, size_t length);

/// Where the first quote or backslash stands; `length` where there is none.
size_t pb_text_string_end(const uint8_t *bytes, size_t length);

#endif
