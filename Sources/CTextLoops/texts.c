#include "CTextLoops.h"
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#if defined(__x86_64__) && defined(__linux__)
// The loader picks the version for the processor it finds; the binary stays portable.
#define CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define BLOCK 32

CLONES void pb_text_flip_case(const uint8_t *bytes, size_t length, uint8_t first, uint8_t *restrict to) {
  size_t place = 0;
  // Loops of a fixed length become a few vector instructions without a beginning and an end of their own.
  if (length >= BLOCK) {
    for (;;) {
      for (size_t i = place; i < place + BLOCK; i++)
        to[i] = bytes[i] ^ ((uint8_t)(bytes[i] - first) < 26 ? 0x20 : 0);
      if (place + BLOCK == length) return;
      // The last block overlaps the one before and writes the same once more.
      place = place + 2 * BLOCK <= length ? place + BLOCK : length - BLOCK;
    }
  }
  for (; place < length; place++)
    to[place] = bytes[place] ^ ((uint8_t)(bytes[place] - first) < 26 ? 0x20 : 0);
}

/// Counts bytes for which `test` of `b` holds: in blocks, each with a sum a lane that cannot run over.
#define COUNT(test)                                                   \
  size_t count = 0, place = 0;                                        \
  while (place + BLOCK <= length) {                                   \
    uint8_t sums[BLOCK] = {0};                                        \
    for (int round = 0; round < 255 && place + BLOCK <= length; round++, place += BLOCK) \
      for (size_t i = 0; i < BLOCK; i++) {                            \
        uint8_t b = bytes[place + i];                                 \
        sums[i] += (test);                                            \
      }                                                               \
    unsigned sum = 0;                                                 \
    for (size_t i = 0; i < BLOCK; i++) sum += sums[i];                \
    count += sum;                                                     \
  }                                                                   \
  for (; place < length; place++) {                                   \
    uint8_t b = bytes[place];                                         \
    count += (test);                                                  \
  }                                                                   \
  return count;

CLONES size_t pb_text_count(const uint8_t *bytes, size_t length, uint8_t byte) { COUNT(b == byte) }

CLONES size_t pb_text_scalars(const uint8_t *bytes, size_t length) { COUNT((b & 0xC0) != 0x80) }

CLONES size_t pb_text_controls(const uint8_t *bytes, size_t length) {
  COUNT((b < 0x20) & (b != 9) & (b != 10) & (b != 13))
}

size_t pb_text_string_end(const uint8_t *bytes, size_t length) {
  size_t place = 0;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
  for (; place + 16 <= length; place += 16) {
    const __m128i x = _mm_loadu_si128((const __m128i *)(bytes + place));
    unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, slash)));
    if (mask) return place + (size_t)__builtin_ctz(mask);
  }
#endif
  while (place < length && bytes[place] != '"' && bytes[place] != '\\') place++;
  return place;
}

static int stands(const uint8_t *place, const uint8_t *needle, size_t count) {
  return count <= 2 || memcmp(place + 1, needle + 1, count - 2) == 0;
}

ptrdiff_t pb_text_find(const uint8_t *bytes, size_t length, const uint8_t *needle, size_t count) {
  if (count > length) return -1;
  if (count == 1) {
    const uint8_t *found = memchr(bytes, needle[0], length);
    return found ? found - bytes : -1;
  }
  size_t place = 0, last = length - count;
#if defined(__SSE2__)
  // Sixteen places at once where the first and the last byte stand: seldom more than one of them is wrong.
  __m128i first = _mm_set1_epi8((char)needle[0]), end = _mm_set1_epi8((char)needle[count - 1]);
  for (; place + 15 <= last; place += 16) {
    __m128i starts = _mm_loadu_si128((const __m128i *)(bytes + place));
    __m128i ends = _mm_loadu_si128((const __m128i *)(bytes + place + count - 1));
    unsigned mask =
        (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(starts, first), _mm_cmpeq_epi8(ends, end)));
    for (; mask; mask &= mask - 1) {
      size_t found = place + (size_t)__builtin_ctz(mask);
      if (stands(bytes + found, needle, count)) return (ptrdiff_t)found;
    }
  }
#endif
  for (; place <= last; place++) {
    if (bytes[place] == needle[0] && bytes[place + count - 1] == needle[count - 1] &&
        stands(bytes + place, needle, count))
      return (ptrdiff_t)place;
  }
  return -1;
}
