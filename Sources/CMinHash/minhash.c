#include "CMinHash.h"

#if defined(__x86_64__) && defined(__linux__)
// The loader picks the version for the processor it finds; the binary stays portable.
#define PB_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PB_CLONES
#endif

// Sixteen numbers: one AVX-512 register, two of AVX2, four of SSE2 or NEON.
#define LANES 16
typedef uint32_t lanes __attribute__((vector_size(64)));
typedef uint32_t lanes_unaligned __attribute__((vector_size(64), aligned(4)));
#define load(p) (*(const lanes_unaligned *)(p))
#define store(p, x) ((void)(*(lanes_unaligned *)(p) = (x)))
#define smaller(a, b) __builtin_elementwise_min((a), (b))

PB_CLONES
void pb_minhash(uint32_t *restrict minima, const uint32_t *restrict factors, const uint32_t *restrict addends,
                long permutations, const uint32_t *restrict shingles, long count) {
  long p = 0;
  // Four registers of minima stay where they are while all shingles pass: the multiplications of one do not
  // wait for those of another.
  for (; p + 4 * LANES <= permutations; p += 4 * LANES) {
    lanes m0 = load(minima + p), m1 = load(minima + p + LANES);
    lanes m2 = load(minima + p + 2 * LANES), m3 = load(minima + p + 3 * LANES);
    lanes f0 = load(factors + p), f1 = load(factors + p + LANES);
    lanes f2 = load(factors + p + 2 * LANES), f3 = load(factors + p + 3 * LANES);
    lanes a0 = load(addends + p), a1 = load(addends + p + LANES);
    lanes a2 = load(addends + p + 2 * LANES), a3 = load(addends + p + 3 * LANES);
    for (long i = 0; i < count; i++) {
      lanes shingle = (lanes){} + shingles[i];
      m0 = smaller(m0, f0 * shingle + a0);
      m1 = smaller(m1, f1 * shingle + a1);
      m2 = smaller(m2, f2 * shingle + a2);
      m3 = smaller(m3, f3 * shingle + a3);
    }
    store(minima + p, m0);
    store(minima + p + LANES, m1);
    store(minima + p + 2 * LANES, m2);
    store(minima + p + 3 * LANES, m3);
  }
  for (; p < permutations; p++) {
    uint32_t least = minima[p];
    for (long i = 0; i < count; i++) {
      uint32_t value = factors[p] * shingles[i] + addends[p];
      least = value < least ? value : least;
    }
    minima[p] = least;
  }
}
