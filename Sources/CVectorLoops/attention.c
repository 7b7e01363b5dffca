#include "attention_blocks.h"

long pb_attention_scratch(long keys, long width) {
  // Packed rows: keys and values both ways and two gradients; block rows: probabilities, their
  // gradients, queries and outputs.
  return 6 * padded(keys) * padded(width) + 2 * QUERIES * padded(keys) + 6 * QUERIES * padded(width);
}

PB_INLINE const float *key_row(const pb_attention *a, const pb_attention_span *s, const float *rows, long row) {
  return rows + (s->key_start + row) * a->key_stride;
}

/// out[d][key], up to the padded width and count, zero behind their ends.
PB_INLINE void pack_transposed(const pb_attention *a, const pb_attention_span *s, const float *own,
                               long offset, float *out) {
  long keys = s->key_count, stride = padded(keys);
  for (long key = 0; key < keys; key += LANES)
    for (long d = 0; d < a->width; d += LANES) {
      lanes x[LANES];
      long count = a->width - d < LANES ? a->width - d : LANES;
#pragma clang loop unroll(full)
      for (int i = 0; i < LANES; i++) {
        x[i] = splat(0);
        if (key + i < keys) {
          const float *from = key_row(a, s, own, key + i) + offset + d;
          if (count == LANES) x[i] = load(from);
          else load_part(&x[i], from, count, 0);
        }
      }
      transpose(x);
#pragma clang loop unroll(full)
      for (int i = 0; i < LANES; i++) store(out + (d + i) * stride + key, x[i]);
    }
}

/// out[key][d], columns up to the padded width zero.
PB_INLINE void pack_rows(const pb_attention *a, const pb_attention_span *s, const float *own, long offset,
                         float *out) {
  long keys = s->key_count, stride = padded(a->width);
  for (long key = 0; key < keys; key++)
    copy_row(key_row(a, s, own, key) + offset, a->width, out + key * stride);
}

/// QUERIES rows of one head, rows beyond `count` zero.
PB_INLINE void pack_queries(const float *from, long row_stride, long count, long width, float *out) {
  long stride = padded(width);
  for (long r = 0; r < count; r++) copy_row(from + r * row_stride, width, out + r * stride);
  for (long i = count * stride; i < QUERIES * stride; i += LANES) store(out + i, splat(0));
}

/// Adds columns[QUERIES][keys]ᵀ · rows[QUERIES][width] to out[keys][width], width padded.
PB_INLINE void add_outer(const float *columns, long column_stride, const float *rows, float *out, long keys,
                         long width) {
  long d = 0;
  // Two vectors at a time: each number of a column then serves both.
  for (; d + 2 * LANES <= width; d += 2 * LANES) {
    lanes x[QUERIES], y[QUERIES];
#pragma clang loop unroll(full)
    for (int r = 0; r < QUERIES; r++) {
      x[r] = load(rows + r * width + d);
      y[r] = load(rows + r * width + d + LANES);
    }
    for (long key = 0; key < keys; key++) {
      float *place = out + key * width + d;
      lanes first = load(place), second = load(place + LANES);
#pragma clang loop unroll(full)
      for (int r = 0; r < QUERIES; r++) {
        float column = columns[r * column_stride + key];
        first += column * x[r];
        second += column * y[r];
      }
      store(place, first);
      store(place + LANES, second);
    }
  }
  for (; d < width; d += LANES) {
    lanes x[QUERIES];
#pragma clang loop unroll(full)
    for (int r = 0; r < QUERIES; r++) x[r] = load(rows + r * width + d);
    for (long key = 0; key < keys; key++) {
      lanes total = load(out + key * width + d);
#pragma clang loop unroll(full)
      for (int r = 0; r < QUERIES; r++) total += columns[r * column_stride + key] * x[r];
      store(out + key * width + d, total);
    }
  }
}

PB_INLINE long most_visible(const int32_t *limits, long count) {
  long most = 0;
  for (long r = 0; r < count; r++) most = limits[r] > most ? limits[r] : most;
  return most;
}

PB_CLONES
void pb_attention_forward(const pb_attention *attention, const pb_attention_span *spans, long count,
                          float *out, float *log_sums, float *scratch) {
  const pb_attention a = *attention;
  long group = a.heads / a.key_heads, row_stride = a.heads * a.width, wide = padded(a.width);
  for (long index = 0; index < count; index++) {
    const pb_attention_span s = spans[index];
    long keys = s.key_count, stride = padded(keys);
    float *transposed = scratch, *values = transposed + stride * wide, *scores = values + stride * wide;
    float *queries = scores + QUERIES * stride, *results = queries + QUERIES * wide;
    for (long head = a.first_key_head * group; head < a.end_key_head * group; head++) {
      long offset = head / group * a.width;
      if (head % group == 0) {
        pack_transposed(&a, &s, a.keys, offset, transposed);
        pack_rows(&a, &s, a.values, offset, values);
      }
      for (long block = 0; block < s.query_count; block += QUERIES) {
        long rows = s.query_count - block < QUERIES ? s.query_count - block : QUERIES;
        long first = s.query_start + block, start = first * row_stride + head * a.width;
        const int32_t *limits = a.limits + first;
        long visible = most_visible(limits, rows), columns = padded(visible);
        float inverses[QUERIES];
        pack_queries(a.queries + start, row_stride, rows, a.width, queries);
        block_product(queries, wide, transposed, scores, a.width, columns, stride);
        for (long r = 0; r < rows; r++)
          log_sums[(first + r) * a.heads + head] =
              softmax_row(scores + r * stride, limits[r], columns, a.scale, &inverses[r]);
        // Rows of the block that there are not count as zero.
        for (long r = rows; r < QUERIES; r++)
          for (long i = 0; i < columns; i += LANES) store(scores + r * stride + i, splat(0));
        block_product(scores, stride, values, results, visible, wide, wide);
        for (long r = 0; r < rows; r++)
          put_row(results + r * wide, inverses[r], a.width, out + start + r * row_stride);
      }
    }
  }
}

PB_CLONES
void pb_attention_backward(const pb_attention *attention, const pb_attention_span *spans, long count,
                           const float *out, const float *log_sums, const float *dout,
                           float *dqueries, float *dkeys, float *dvalues, float *scratch) {
  const pb_attention a = *attention;
  long group = a.heads / a.key_heads, row_stride = a.heads * a.width, wide = padded(a.width);
  for (long index = 0; index < count; index++) {
    const pb_attention_span s = spans[index];
    long keys = s.key_count, stride = padded(keys), area = stride * wide;
    float *keys_across = scratch, *values_across = keys_across + area, *keys_down = values_across + area;
    float *key_sums = keys_down + area, *value_sums = key_sums + area;
    float *scores = value_sums + area, *changes = scores + QUERIES * stride;
    float *queries = changes + QUERIES * stride, *douts = queries + QUERIES * wide;
    float *results = douts + QUERIES * wide;
    for (long head = a.first_key_head * group; head < a.end_key_head * group; head++) {
      long offset = head / group * a.width;
      if (head % group == 0) {
        pack_transposed(&a, &s, a.keys, offset, keys_across);
        pack_transposed(&a, &s, a.values, offset, values_across);
        pack_rows(&a, &s, a.keys, offset, keys_down);
        for (long i = 0; i < 2 * area; i++) key_sums[i] = 0;
      }
      for (long block = 0; block < s.query_count; block += QUERIES) {
        long rows = s.query_count - block < QUERIES ? s.query_count - block : QUERIES;
        long first = s.query_start + block, start = first * row_stride + head * a.width;
        const int32_t *limits = a.limits + first;
        long visible = most_visible(limits, rows), columns = padded(visible);
        pack_queries(a.queries + start, row_stride, rows, a.width, queries);
        pack_queries(dout + start, row_stride, rows, a.width, douts);
        block_product(queries, wide, keys_across, scores, a.width, columns, stride);
        block_product(douts, wide, values_across, changes, a.width, columns, stride);
        int_lanes lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
        for (long r = 0; r < QUERIES; r++) {
          float *score = scores + r * stride, *change = changes + r * stride;
          if (r >= rows) {
            for (long i = 0; i < columns; i++) score[i] = change[i] = 0;
            continue;
          }
          float log_sum = log_sums[(first + r) * a.heads + head], along = 0;
          const float *o = out + start + r * row_stride, *d = dout + start + r * row_stride;
          for (long i = 0; i < a.width; i++) along += o[i] * d[i];
          int_lanes limit = (int_lanes){} + limits[r];
          for (long i = 0; i < columns; i += LANES) {
            lanes p = load(score + i) * a.scale - log_sum;
            exponential(&p);
            p = choose(lane + (int32_t)i < limit, p, splat(0));
            store(score + i, p);
            store(change + i, p * (load(change + i) - along) * a.scale);
          }
        }
        add_outer(scores, stride, douts, value_sums, visible, wide);
        add_outer(changes, stride, queries, key_sums, visible, wide);
        block_product(changes, stride, keys_down, results, visible, wide, wide);
        for (long r = 0; r < rows; r++)
          put_row(results + r * wide, 1, a.width, dqueries + start + r * row_stride);
      }
      if (head % group == group - 1)
        for (long key = 0; key < keys; key++) {
          long place = (s.key_start + key) * a.key_stride + offset;
          for (long d = 0; d < a.width; d++) {
            dkeys[place + d] += key_sums[key * wide + d];
            dvalues[place + d] += value_sums[key * wide + d];
          }
        }
    }
  }
}
