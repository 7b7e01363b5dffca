#include "attention_blocks.h"

/// Walks the keys of a path.
typedef struct {
  const pb_key_run *run, *end;
  long place;
} key_walk;

PB_INLINE key_walk walk_from(const pb_attention_path *path, long key) {
  key_walk walk = {path->runs, path->runs + path->run_count, key};
  while (walk.run < walk.end && walk.place >= walk.run->count) walk.place -= walk.run++->count;
  return walk;
}

PB_INLINE void step(key_walk *walk) {
  walk->place++;
  while (walk->run < walk->end && walk->place >= walk->run->count) {
    walk->place = 0;
    walk->run++;
  }
}

/// Packs the keys of a path from a key on, transposed, and the values as they are; what stands before stays.
PB_INLINE void pack_path(const pb_attention_path *path, long from, long keys, long offset, long width, long stride,
                         float *transposed, float *values) {
  long wide = padded(width);
  key_walk walk = walk_from(path, from / LANES * LANES);
  for (long key = from / LANES * LANES; key < keys; key += LANES) {
    const float *rows[LANES];
    for (long i = 0; i < LANES; i++) {
      rows[i] = 0;
      if (key + i >= keys) continue;
      rows[i] = walk.run->keys + walk.place * walk.run->stride + offset;
      if (key + i >= from)
        copy_row(walk.run->values + walk.place * walk.run->stride + offset, width, values + (key + i) * wide);
      step(&walk);
    }
    for (long d = 0; d < width; d += LANES) {
      lanes x[LANES];
      long count = width - d < LANES ? width - d : LANES;
#pragma clang loop unroll(full)
      for (int i = 0; i < LANES; i++) {
        x[i] = splat(0);
        if (!rows[i]) continue;
        if (count == LANES) x[i] = load(rows[i] + d);
        else load_part(&x[i], rows[i] + d, count, 0);
      }
      transpose(x);
#pragma clang loop unroll(full)
      for (int i = 0; i < LANES; i++) store(transposed + (d + i) * stride + key, x[i]);
    }
  }
}

PB_CLONES
void pb_attention_tree(const pb_attention *attention, const pb_attention_path *paths, long count, float *out,
                       float *scratch) {
  const pb_attention a = *attention;
  long group = a.heads / a.key_heads, row_stride = a.heads * a.width, wide = padded(a.width), most = 0;
  for (long index = 0; index < count; index++) {
    long keys = 0;
    for (long run = 0; run < paths[index].run_count; run++) keys += paths[index].runs[run].count;
    most = keys > most ? keys : most;
  }
  long stride = padded(most);
  float *transposed = scratch, *values = transposed + stride * wide, *scores = values + stride * wide;
  float *queries = scores + QUERIES * stride, *results = queries + QUERIES * wide;
  for (long key_head = a.first_key_head; key_head < a.end_key_head; key_head++)
    for (long index = 0; index < count; index++) {
      const pb_attention_path path = paths[index];
      long keys = 0, asked = path.query_count * group;
      for (long run = 0; run < path.run_count; run++) keys += path.runs[run].count;
      pack_path(&path, index ? path.kept : 0, keys, key_head * a.width, a.width, stride, transposed, values);
      // The heads that share keys stand beside each other in a block, so that few rows fill one.
      for (long block = 0; block < asked; block += QUERIES) {
        long rows = asked - block < QUERIES ? asked - block : QUERIES, visible = 0, places[QUERIES];
        int32_t limits[QUERIES];
        float inverses[QUERIES];
        for (long r = 0; r < rows; r++) {
          long row = path.query_start + (block + r) / group, head = key_head * group + (block + r) % group;
          places[r] = row * row_stride + head * a.width;
          limits[r] = a.limits[row];
          visible = limits[r] > visible ? limits[r] : visible;
          copy_row(a.queries + places[r], a.width, queries + r * wide);
        }
        for (long i = rows * wide; i < QUERIES * wide; i += LANES) store(queries + i, splat(0));
        long columns = padded(visible);
        block_product(queries, wide, transposed, scores, a.width, columns, stride);
        for (long r = 0; r < rows; r++)
          softmax_row(scores + r * stride, limits[r], columns, a.scale, &inverses[r]);
        for (long r = rows; r < QUERIES; r++)
          for (long i = 0; i < columns; i += LANES) store(scores + r * stride + i, splat(0));
        block_product(scores, stride, values, results, visible, wide, wide);
        for (long r = 0; r < rows; r++) put_row(results + r * wide, inverses[r], a.width, out + places[r]);
      }
    }
}
