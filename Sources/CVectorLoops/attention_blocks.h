#ifndef PHRASEBOOK_ATTENTION_BLOCKS_H
#define PHRASEBOOK_ATTENTION_BLOCKS_H
// What every way of attending is made of: packed keys and values, and blocks of query rows over them.
#include "vector.h"
#include <math.h>

// A span's keys are packed transposed, [width][padded keys], and its values as they are, [keys][padded
// width], so that every inner loop runs over whole vectors. Query rows are taken QUERIES at a time.
#define QUERIES 8

PB_INLINE long padded(long count) { return (count + LANES - 1) / LANES * LANES; }

/// Sixteen rows of sixteen become columns: halves, quarters and so on change places.
PB_INLINE void transpose(lanes *x) {
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES; i++)
    if (!(i & 8)) {
      lanes a = x[i], b = x[i + 8];
      x[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
      x[i + 8] = __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES; i++)
    if (!(i & 4)) {
      lanes a = x[i], b = x[i + 4];
      x[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
      x[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    }
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES; i++)
    if (!(i & 2)) {
      lanes a = x[i], b = x[i + 2];
      x[i] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
      x[i + 2] = __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES; i++)
    if (!(i & 1)) {
      lanes a = x[i], b = x[i + 1];
      x[i] = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
      x[i + 1] = __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    }
}

/// A row up to the padded width, zero behind its end.
PB_INLINE void copy_row(const float *from, long width, float *out) {
  long whole = width - width % LANES;
  for (long d = 0; d < whole; d += LANES) store(out + d, load(from + d));
  if (whole < width) {
    lanes rest;
    load_part(&rest, from + whole, width - whole, 0);
    store(out + whole, rest);
  }
}

/// The first `width` of a row times a factor.
PB_INLINE void put_row(const float *from, float factor, long width, float *out) {
  long whole = width - width % LANES;
  for (long d = 0; d < whole; d += LANES) store(out + d, load(from + d) * factor);
  for (long d = whole; d < width; d++) out[d] = from[d] * factor;
}

/// out[QUERIES][columns] = rows[QUERIES][depth] · matrix[depth][columns]; the matrix' and the result's
/// strides are `stride`, columns a multiple of the lanes.
PB_INLINE void block_product(const float *rows, long row_stride, const float *matrix, float *out,
                             long depth, long columns, long stride) {
  long column = 0;
  for (; column + 2 * LANES <= columns; column += 2 * LANES) {
    lanes a[QUERIES], b[QUERIES];
#pragma clang loop unroll(full)
    for (int r = 0; r < QUERIES; r++) a[r] = b[r] = splat(0);
    for (long k = 0; k < depth; k++) {
      lanes first = load(matrix + k * stride + column), second = load(matrix + k * stride + column + LANES);
#pragma clang loop unroll(full)
      for (int r = 0; r < QUERIES; r++) {
        float x = rows[r * row_stride + k];
        a[r] += x * first;
        b[r] += x * second;
      }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < QUERIES; r++) {
      store(out + r * stride + column, a[r]);
      store(out + r * stride + column + LANES, b[r]);
    }
  }
  for (; column < columns; column += LANES) {
    lanes a[QUERIES];
#pragma clang loop unroll(full)
    for (int r = 0; r < QUERIES; r++) a[r] = splat(0);
    for (long k = 0; k < depth; k++) {
      lanes first = load(matrix + k * stride + column);
#pragma clang loop unroll(full)
      for (int r = 0; r < QUERIES; r++) a[r] += rows[r * row_stride + k] * first;
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < QUERIES; r++) store(out + r * stride + column, a[r]);
  }
}

/// Turns a row of scores into probabilities times their sum up to `limit`, zero up to `columns`; gives the log of
/// the sum and the sum's inverse.
PB_INLINE float softmax_row(float *scores, long limit, long columns, float scale, float *inverse) {
  lanes high = splat(-INFINITY);
  long whole = limit - limit % LANES;
  for (long i = 0; i < whole; i += LANES) high = larger(high, load(scores + i));
  if (whole < limit) {
    lanes rest;
    load_part(&rest, scores + whole, limit - whole, -INFINITY);
    high = larger(high, rest);
  }
  float most = largest(&high) * scale;
  lanes total = splat(0);
  int_lanes lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (long i = 0; i < columns; i += LANES) {
    lanes e = load(scores + i) * scale - most;
    exponential(&e);
    if (i + LANES > limit) e = choose(lane + (int32_t)i < (int_lanes){} + (int32_t)limit, e, splat(0));
    store(scores + i, e);
    total += e;
  }
  float all = sum(&total);
  *inverse = 1.0f / all;
  return logf(all) + most;
}

#endif
