#include "vector.h"
#include <math.h>

PB_INLINE long padded(long count) { return (count + LANES - 1) / LANES * LANES; }

void pb_step_store(const pb_step_run *run, long place, const float *keys, const float *values, long stride, long rows,
                   long key_heads, long width) {
  for (long head = 0; head < key_heads; head++) {
    float *to_keys = run->keys + head * run->capacity * width, *to_values = run->values + head * run->capacity * width;
    for (long row = 0; row < rows; row++) {
      const float *key = keys + row * stride + head * width, *value = values + row * stride + head * width;
      long at = place + row;
      float *block = to_keys + at / LANES * LANES * width + at % LANES;
      for (long d = 0; d < width; d++) block[d * LANES] = key[d];
      for (long d = 0; d < width; d++) to_values[at * width + d] = value[d];
    }
  }
}

long pb_step_scratch(long keys, long runs, long group, long width) {
  return group * (keys + (runs + 1) * LANES + padded(width) + LANES);
}

/// Scores of `heads` query heads for every key, a head's `stride` floats after the one before.
PB_INLINE void score(const float *query, const pb_step_run *run, long key_head, long width, const long heads,
                     float *scores, long stride) {
  const float *keys = run->keys + key_head * run->capacity * width;
  for (long key = 0; key < run->count; key += LANES) {
    const float *block = keys + key * width;
    lanes sums[4];
#pragma clang loop unroll(full)
    for (long h = 0; h < heads; h++) sums[h] = splat(0);
    for (long d = 0; d < width; d++) {
      lanes column = load(block + d * LANES);
#pragma clang loop unroll(full)
      for (long h = 0; h < heads; h++) sums[h] += query[h * width + d] * column;
    }
#pragma clang loop unroll(full)
    for (long h = 0; h < heads; h++) store(scores + h * stride + key, sums[h]);
  }
}

/// Adds each value times its weight; `width` a multiple of the lanes.
PB_INLINE void weigh(const pb_step_run *run, long key_head, long width, const long heads, const float *weights,
                     long stride, float *out, long out_stride) {
  const float *values = run->values + key_head * run->capacity * width;
  for (long d = 0; d < width; d += LANES) {
    lanes sums[4];
#pragma clang loop unroll(full)
    for (long h = 0; h < heads; h++) sums[h] = load(out + h * out_stride + d);
    for (long key = 0; key < run->count; key++) {
      lanes value = load(values + key * width + d);
#pragma clang loop unroll(full)
      for (long h = 0; h < heads; h++) sums[h] += weights[h * stride + key] * value;
    }
#pragma clang loop unroll(full)
    for (long h = 0; h < heads; h++) store(out + h * out_stride + d, sums[h]);
  }
}

/// The same for any width.
PB_INLINE void weigh_narrow(const pb_step_run *run, long key_head, long width, long heads, const float *weights,
                            long stride, float *out, long out_stride) {
  const float *values = run->values + key_head * run->capacity * width;
  for (long h = 0; h < heads; h++)
    for (long key = 0; key < run->count; key++)
      for (long d = 0; d < width; d++) out[h * out_stride + d] += weights[h * stride + key] * values[key * width + d];
}

PB_CLONES
void pb_step_attention(const float *query, const pb_step_run *runs, long count, long group, long key_head, long width,
                       float scale, float *out, float *scratch) {
  long stride = 0, wide = padded(width);
  for (long i = 0; i < count; i++) stride += padded(runs[i].count);
  float *scores = scratch, *results = scratch + group * stride;
  for (long i = 0; i < group * wide; i++) results[i] = 0;
  const float *own = query + key_head * group * width;
  for (long first = 0; first < group;) {
    long heads = group - first < 4 ? group - first : 4;
    float *part = scores + first * stride;
    const float *asked = own + first * width;
    for (long i = 0, at = 0; i < count; at += padded(runs[i++].count))
      switch (heads) {
      case 1: score(asked, runs + i, key_head, width, 1, part + at, stride); break;
      case 2: score(asked, runs + i, key_head, width, 2, part + at, stride); break;
      case 3: score(asked, runs + i, key_head, width, 3, part + at, stride); break;
      default: score(asked, runs + i, key_head, width, 4, part + at, stride); break;
      }
    for (long h = 0; h < heads; h++) {
      float *row = part + h * stride;
      for (long i = 0, at = 0; i < count; at += padded(runs[i++].count))
        for (long key = runs[i].count; key < padded(runs[i].count); key++) row[at + key] = -INFINITY;
      lanes high = splat(-INFINITY), total = splat(0);
      for (long i = 0; i < stride; i += LANES) {
        lanes x = load(row + i);
        high = __builtin_elementwise_max(high, x);
      }
      float most = largest(&high) * scale;
      for (long i = 0; i < stride; i += LANES) {
        lanes e = load(row + i) * scale - most;
        exponential(&e);
        store(row + i, e);
        total += e;
      }
      float inverse = 1 / sum(&total);
      for (long i = 0; i < stride; i += LANES) store(row + i, load(row + i) * inverse);
    }
    float *into = results + first * wide;
    for (long i = 0, at = 0; i < count; at += padded(runs[i++].count)) {
      if (width % LANES) {
        weigh_narrow(runs + i, key_head, width, heads, part + at, stride, into, wide);
        continue;
      }
      switch (heads) {
      case 1: weigh(runs + i, key_head, width, 1, part + at, stride, into, wide); break;
      case 2: weigh(runs + i, key_head, width, 2, part + at, stride, into, wide); break;
      case 3: weigh(runs + i, key_head, width, 3, part + at, stride, into, wide); break;
      default: weigh(runs + i, key_head, width, 4, part + at, stride, into, wide); break;
      }
    }
    first += heads;
  }
  for (long h = 0; h < group; h++)
    for (long d = 0; d < width; d++) out[(key_head * group + h) * width + d] = results[h * wide + d];
}
