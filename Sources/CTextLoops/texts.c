#include "CTextLoops.h"

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

CLONES size_t pb_text_characters(const uint8_t *bytes, size_t length) { COUNT((b & 0xC0) != 0x80) }
