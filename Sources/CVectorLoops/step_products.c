#include "vector.h"
#include <math.h>

typedef uint8_t byte_lanes __attribute__((vector_size(16)));
typedef int8_t signed_lanes __attribute__((vector_size(16)));
typedef uint8_t byte_lanes_unaligned __attribute__((vector_size(16), aligned(1)));
typedef int8_t signed_lanes_unaligned __attribute__((vector_size(16), aligned(1)));

/// The 32 numbers of a row from `place` on; `row` counts from the matrix' start.
PB_INLINE void numbers_at(pb_step_format format, const pb_step_matrix *w, long row, long place, lanes *a, lanes *b) {
  long start = row * w->inputs + place, block = start / 32;
  switch (format) {
  case PB_STEP_F32:
    *a = load((const float *)w->numbers + start);
    *b = load((const float *)w->numbers + start + LANES);
    break;
  case PB_STEP_BF16: {
    const uint16_t *from = (const uint16_t *)w->numbers + start;
    half_lanes low = *(const half_lanes_unaligned *)from, high = *(const half_lanes_unaligned *)(from + LANES);
    *a = (lanes)(__builtin_convertvector(low, unsigned_lanes) << 16);
    *b = (lanes)(__builtin_convertvector(high, unsigned_lanes) << 16);
    break;
  }
  case PB_STEP_8: {
    const int8_t *from = (const int8_t *)w->numbers + start;
    signed_lanes low = *(const signed_lanes_unaligned *)from, high = *(const signed_lanes_unaligned *)(from + LANES);
    *a = __builtin_convertvector(low, lanes) * w->scales[block];
    *b = __builtin_convertvector(high, lanes) * w->scales[block];
    break;
  }
  case PB_STEP_4: {
    byte_lanes both = *(const byte_lanes_unaligned *)((const uint8_t *)w->numbers + block * 16);
    byte_lanes low = both & 15, high = both >> 4;
    *a = __builtin_convertvector(low, lanes) * w->scales[block] + w->offsets[block];
    *b = __builtin_convertvector(high, lanes) * w->scales[block] + w->offsets[block];
    break;
  }
  }
}

/// The last numbers of a row whose length is no multiple of 32: of the plain formats alone.
PB_INLINE float rest_of(pb_step_format format, const pb_step_matrix *w, long row, const float *x, long place) {
  float total = 0;
  for (long i = place; i < w->inputs; i++) {
    long at = row * w->inputs + i;
    uint32_t bits = format == PB_STEP_BF16 ? (uint32_t)((const uint16_t *)w->numbers)[at] << 16 : 0;
    float number;
    if (format == PB_STEP_F32) number = ((const float *)w->numbers)[at];
    else __builtin_memcpy(&number, &bits, 4);
    total += number * x[i];
  }
  return total;
}

/// `outputs` outputs of `rows` rows: enough sums at a time to hide what an addition waits for.
PB_INLINE void block_of(pb_step_format format, const pb_step_matrix *w, const float *x, long x_stride, const long rows,
                        const long outputs, long first, float *y, long y_stride, int adding) {
  lanes sums[16];
#pragma clang loop unroll(full)
  for (long i = 0; i < rows * outputs; i++) sums[i] = splat(0);
  long whole = w->inputs / 32 * 32;
  for (long place = 0; place < whole; place += 32)
#pragma clang loop unroll(full)
    for (long o = 0; o < outputs; o++) {
      lanes a, b;
      numbers_at(format, w, first + o, place, &a, &b);
#pragma clang loop unroll(full)
      for (long r = 0; r < rows; r++) {
        sums[o * rows + r] += a * load(x + r * x_stride + place);
        sums[o * rows + r] += b * load(x + r * x_stride + place + LANES);
      }
    }
#pragma clang loop unroll(full)
  for (long o = 0; o < outputs; o++)
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) {
      float total = sum(&sums[o * rows + r]) + rest_of(format, w, first + o, x + r * x_stride, whole);
      float *place = y + r * y_stride + first + o;
      *place = adding ? *place + total : total;
    }
}

PB_INLINE void product_of(pb_step_format format, const pb_step_matrix *w, const float *x, long x_stride, long rows,
                          long first, long end, float *y, long y_stride, int adding) {
  for (long row = 0; row < rows;) {
    long left = rows - row, output = first;
    const float *from = x + row * x_stride;
    float *to = y + row * y_stride;
#define PB_ROWS(count, outputs)                                                                                       \
  {                                                                                                                   \
    for (; output + outputs <= end; output += outputs)                                                                \
      block_of(format, w, from, x_stride, count, outputs, output, to, y_stride, adding);                              \
    for (; output < end; output++) block_of(format, w, from, x_stride, count, 1, output, to, y_stride, adding);       \
    row += count;                                                                                                     \
  }
    if (left >= 16) PB_ROWS(16, 1)
    else if (left >= 8) PB_ROWS(8, 2)
    else if (left >= 4) PB_ROWS(4, 4)
    else if (left >= 2) PB_ROWS(2, 4)
    else PB_ROWS(1, 8)
#undef PB_ROWS
  }
}

PB_CLONES
void pb_step_product(const pb_step_matrix *w, const float *x, long x_stride, long rows, long first, long end,
                     float *y, long y_stride, int adding) {
  switch (w->format) {
  case PB_STEP_F32: product_of(PB_STEP_F32, w, x, x_stride, rows, first, end, y, y_stride, adding); break;
  case PB_STEP_BF16: product_of(PB_STEP_BF16, w, x, x_stride, rows, first, end, y, y_stride, adding); break;
  case PB_STEP_8: product_of(PB_STEP_8, w, x, x_stride, rows, first, end, y, y_stride, adding); break;
  case PB_STEP_4: product_of(PB_STEP_4, w, x, x_stride, rows, first, end, y, y_stride, adding); break;
  }
}

PB_CLONES
void pb_step_quantize(const float *from, int8_t *numbers, float *scales, long count) {
  for (long block = 0; block < count / 32; block++, from += 32, numbers += 32) {
    float most = 0;
    for (int i = 0; i < 32; i++) most = fabsf(from[i]) > most ? fabsf(from[i]) : most;
    float scale = most / 127, inverse = most > 0 ? 127 / most : 0;
    for (int i = 0; i < 32; i++) numbers[i] = (int8_t)rintf(from[i] * inverse);
    scales[block] = scale;
  }
}

void pb_step_row(const pb_step_matrix *w, long row, float *out) {
  for (long place = 0; place + 32 <= w->inputs; place += 32) {
    lanes a, b;
    switch (w->format) {
    case PB_STEP_F32: numbers_at(PB_STEP_F32, w, row, place, &a, &b); break;
    case PB_STEP_BF16: numbers_at(PB_STEP_BF16, w, row, place, &a, &b); break;
    case PB_STEP_8: numbers_at(PB_STEP_8, w, row, place, &a, &b); break;
    case PB_STEP_4: numbers_at(PB_STEP_4, w, row, place, &a, &b); break;
    }
    store(out + place, a);
    store(out + place + LANES, b);
  }
}
