#ifndef PHRASEBOOK_CZLIB_SHIM_H
#define PHRASEBOOK_CZLIB_SHIM_H
// Streams of gzip; inflateInit2 and deflateInit2 are macros, which Swift does not see.
#include <zlib.h>
static inline int pb_inflate_begin(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
static inline int pb_deflate_begin(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
#endif
