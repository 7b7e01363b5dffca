#ifndef PHRASEBOOK_MINHASH_H
#define PHRASEBOOK_MINHASH_H
#include <stdint.h>

/// Lowers each of `permutations` minima to the smallest of factors[p] * shingle + addends[p] (modulo 2^32) over
/// all shingles. A loop of its own because Swift does not turn it into vector instructions of the processor at
/// hand.
void pb_minhash(uint32_t *minima, const uint32_t *factors, const uint32_t *addends, long permutations,
                const uint32_t *shingles, long count);

#endif
