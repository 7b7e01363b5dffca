#ifndef PHRASEBOOK_CXXHASH_SHIM_H
#define PHRASEBOOK_CXXHASH_SHIM_H
// The header alone, nothing to link: a record's few hundred bytes are hashed without a call.
#define XXH_INLINE_ALL
#include <xxhash.h>

// The header gives its functions other names by macros, which Swift does not see.
static inline XXH128_hash_t pb_xxh3_128(const void *bytes, size_t count) { return XXH3_128bits(bytes, count); }

#endif
