#include "CTextLoops.h"
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

struct found {
  uint32_t *places;
  size_t count, most;
  /// Where the next divider may begin.
  size_t next;
  int has_mark;
};

/// Takes what begins at a place; 0 when there are too many dividers.
static int take(const uint8_t *bytes, size_t length, size_t place, const uint8_t *mark, struct found *found) {
  if (bytes[place] != '|') {
    if (length - place >= PB_MARK_SIZE && memcmp(bytes + place, mark, PB_MARK_SIZE) == 0) found->has_mark = 1;
    return 1;
  }
  if (place < found->next || length - place < 3 || bytes[place + 1] != '|' || bytes[place + 2] != '|') return 1;
  if (found->count == found->most) return 0;
  found->places[found->count++] = (uint32_t)place;
  found->next = place + 3;
  return 1;
}

// Blocks in which neither a bar nor the first two bytes of the mark stand, which are nearly all, are passed over.
#if defined(__x86_64__)
__attribute__((target("avx2"))) static int blocks_avx2(const uint8_t *bytes, size_t length, const uint8_t *mark,
                                                       struct found *found, size_t *done) {
  const __m256i bar = _mm256_set1_epi8('|');
  const __m256i first = _mm256_set1_epi8((char)mark[0]), second = _mm256_set1_epi8((char)mark[1]);
  size_t place = 0;
  for (; place + 33 <= length; place += 32) {
    const __m256i x = _mm256_loadu_si256((const __m256i *)(bytes + place));
    const __m256i y = _mm256_loadu_si256((const __m256i *)(bytes + place + 1));
    const __m256i begins = _mm256_and_si256(_mm256_cmpeq_epi8(x, first), _mm256_cmpeq_epi8(y, second));
    uint32_t bits = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_cmpeq_epi8(x, bar), begins));
    for (; bits; bits &= bits - 1)
      if (!take(bytes, length, place + (size_t)__builtin_ctz(bits), mark, found)) return 0;
  }
  *done = place;
  return 1;
}

static int blocks_sse2(const uint8_t *bytes, size_t length, const uint8_t *mark, struct found *found, size_t *done) {
  const __m128i bar = _mm_set1_epi8('|');
  const __m128i first = _mm_set1_epi8((char)mark[0]), second = _mm_set1_epi8((char)mark[1]);
  size_t place = 0;
  for (; place + 17 <= length; place += 16) {
    const __m128i x = _mm_loadu_si128((const __m128i *)(bytes + place));
    const __m128i y = _mm_loadu_si128((const __m128i *)(bytes + place + 1));
    const __m128i begins = _mm_and_si128(_mm_cmpeq_epi8(x, first), _mm_cmpeq_epi8(y, second));
    uint32_t bits = (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(x, bar), begins));
    for (; bits; bits &= bits - 1)
      if (!take(bytes, length, place + (size_t)__builtin_ctz(bits), mark, found)) return 0;
  }
  *done = place;
  return 1;
}
#endif

size_t pb_text_dividers(const uint8_t *bytes, size_t length, const uint8_t *mark, uint32_t *places, size_t most,
                        int *has_mark) {
  struct found found = {places, 0, most, 0, 0};
  size_t place = 0;
  int fits = 1;
#if defined(__x86_64__)
  fits = __builtin_cpu_supports("avx2") ? blocks_avx2(bytes, length, mark, &found, &place)
                                        : blocks_sse2(bytes, length, mark, &found, &place);
#endif
  for (; fits && place < length; place++)
    if (bytes[place] == '|' || bytes[place] == mark[0]) fits = take(bytes, length, place, mark, &found);
  *has_mark = found.has_mark;
  return fits ? found.count : most + 1;
}
