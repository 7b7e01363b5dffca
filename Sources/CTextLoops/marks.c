#include "CTextLoops.h"

// Blocks of 64 bytes become a word of bits: compilers make vector comparisons of the inner loop, and the bits
// are then walked from one that is set to the next.
#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2"))) static size_t marks_avx2(const uint8_t *bytes, size_t length, uint8_t a, uint8_t b,
                                                         uint8_t c, uint8_t d, uint32_t *places, size_t *done) {
  const __m256i va = _mm256_set1_epi8((char)a), vb = _mm256_set1_epi8((char)b);
  const __m256i vc = _mm256_set1_epi8((char)c), vd = _mm256_set1_epi8((char)d);
  uint32_t *next = places;
  size_t place = 0;
  for (; place + 64 <= length; place += 64) {
    uint64_t bits = 0;
    for (int half = 0; half < 2; half++) {
      const __m256i x = _mm256_loadu_si256((const __m256i *)(bytes + place + 32 * half));
      const __m256i hit =
          _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(x, va), _mm256_cmpeq_epi8(x, vb)),
                          _mm256_or_si256(_mm256_cmpeq_epi8(x, vc), _mm256_cmpeq_epi8(x, vd)));
      bits |= (uint64_t)(uint32_t)_mm256_movemask_epi8(hit) << (32 * half);
    }
    while (bits) {
      *next++ = (uint32_t)(place + (size_t)__builtin_ctzll(bits));
      bits &= bits - 1;
    }
  }
  *done = place;
  return (size_t)(next - places);
}

static size_t marks_sse2(const uint8_t *bytes, size_t length, uint8_t a, uint8_t b, uint8_t c, uint8_t d,
                         uint32_t *places, size_t *done) {
  const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b);
  const __m128i vc = _mm_set1_epi8((char)c), vd = _mm_set1_epi8((char)d);
  uint32_t *next = places;
  size_t place = 0;
  for (; place + 16 <= length; place += 16) {
    const __m128i x = _mm_loadu_si128((const __m128i *)(bytes + place));
    const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, va), _mm_cmpeq_epi8(x, vb)),
                                     _mm_or_si128(_mm_cmpeq_epi8(x, vc), _mm_cmpeq_epi8(x, vd)));
    uint32_t bits = (uint32_t)_mm_movemask_epi8(hit);
    while (bits) {
      *next++ = (uint32_t)(place + (size_t)__builtin_ctz(bits));
      bits &= bits - 1;
    }
  }
  *done = place;
  return (size_t)(next - places);
}
#endif

size_t pb_text_marks(const uint8_t *bytes, size_t length, uint8_t a, uint8_t b, uint8_t c, uint8_t d,
                     uint32_t *places) {
  size_t place = 0, count = 0;
#if defined(__x86_64__)
  count = __builtin_cpu_supports("avx2") ? marks_avx2(bytes, length, a, b, c, d, places, &place)
                                         : marks_sse2(bytes, length, a, b, c, d, places, &place);
#endif
  for (; place < length; place++) {
    uint8_t x = bytes[place];
    if (x == a || x == b || x == c || x == d) places[count++] = (uint32_t)place;
  }
  return count;
}
