#ifndef PHRASEBOOK_VECTOR_H
#define PHRASEBOOK_VECTOR_H
// Sixteen floats at a time in the compiler's own vector types: one AVX-512 register, two of AVX2,
// four of SSE2 or NEON. The same source serves them all.
#include "CVectorLoops.h"

#if defined(__x86_64__) && defined(__linux__)
// The loader picks the version for the processor it finds; the binary stays portable.
#define PB_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PB_CLONES
#endif
// Inlined into each clone, so that no vector crosses a call whose convention depends on the processor.
#define PB_INLINE static inline __attribute__((always_inline, unused))

#define LANES 16
typedef float lanes __attribute__((vector_size(64)));
typedef float lanes_unaligned __attribute__((vector_size(64), aligned(4)));
typedef int32_t int_lanes __attribute__((vector_size(64)));

// Macros, and pointers below: a function that takes or returns a vector by value would have a calling
// convention that depends on the processor, which clang refuses even where everything is inlined.
#define load(p) (*(const lanes_unaligned *)(p))
#define store(p, x) ((void)(*(lanes_unaligned *)(p) = (x)))
#define splat(x) ((lanes){} + (x))
/// a where the mask is set, b elsewhere.
#define choose(mask, a, b) ((lanes)(((mask) & (int_lanes)(a)) | (~(mask) & (int_lanes)(b))))
typedef uint32_t unsigned_lanes __attribute__((vector_size(64)));
typedef uint16_t half_lanes __attribute__((vector_size(32)));
typedef uint16_t half_lanes_unaligned __attribute__((vector_size(32), aligned(2)));

#define larger(a, b) __builtin_elementwise_max((a), (b))

/// The first `count` of sixteen, the rest `fill`.
PB_INLINE void load_part(lanes *x, const float *p, long count, float fill) {
  *x = splat(fill);
  for (long i = 0; i < count; i++) (*x)[i] = p[i];
}
PB_INLINE void store_part(float *p, const lanes *x, long count) {
  for (long i = 0; i < count; i++) p[i] = (*x)[i];
}

/// One number as bfloat16, to the nearest, ties to even; NaN stays NaN.
PB_INLINE uint16_t to_bf16(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fc0;
  return (uint16_t)((bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);
}
/// Sixteen of them.
PB_INLINE void store_bf16(uint16_t *p, const lanes *x) {
  unsigned_lanes bits = (unsigned_lanes)*x;
  unsigned_lanes rounded = (bits + 0x7fffu + ((bits >> 16) & 1)) >> 16;
  int_lanes strange = (bits & 0x7fffffffu) > (unsigned_lanes){} + 0x7f800000u;
  rounded = ((unsigned_lanes)strange & 0x7fc0u) | (~(unsigned_lanes)strange & rounded);
  *(half_lanes_unaligned *)p = __builtin_convertvector(rounded, half_lanes);
}

/// The sum of all lanes, halves added pairwise.
PB_INLINE float sum(const lanes *x) {
  float s[LANES];
  __builtin_memcpy(s, x, sizeof s);
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) s[i] += s[i + half];
  return s[0];
}
PB_INLINE float largest(const lanes *x) { return __builtin_reduce_max(*x); }

/// e^x to about one unit in the last place between -87 and 88, clamped outside; NaN stays NaN
/// (Cephes' polynomial).
PB_INLINE void exponential(lanes *in_place) {
  lanes x = *in_place;
  x = choose(x < splat(-87.33654f), splat(-87.33654f), x);
  x = choose(x > splat(88.37626f), splat(88.37626f), x);
  // Adding 1.5 · 2^23 rounds to the nearest integer, which then stands in the low bits.
  lanes shifted = x * 1.44269504088896341f + 12582912.0f;
  int_lanes exponent = (int_lanes)shifted << 23;
  lanes n = shifted - 12582912.0f;
  lanes r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  lanes p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  *in_place = (lanes)((int_lanes)p + exponent);
}

/// 1 / (1 + e^-x), in place.
PB_INLINE void logistic(lanes *x) {
  *x = -*x;
  exponential(x);
  *x = 1.0f / (1.0f + *x);
}

#endif
