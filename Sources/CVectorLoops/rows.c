#include "vector.h"
#include <math.h>

/// y = x · scale · gain, into whichever of the two is wanted.
PB_INLINE void scale_row(const float *x, const float *gain, float scale, pb_rows y, long row, long width) {
  long whole = width - width % LANES;
  float *full = y.full ? y.full + row * width : 0;
  uint16_t *half = y.half ? y.half + row * width : 0;
  for (long i = 0; i < whole; i += LANES) {
    lanes result = load(x + i) * scale * load(gain + i);
    if (full) store(full + i, result);
    if (half) store_bf16(half + i, &result);
  }
  for (long i = whole; i < width; i++) {
    float result = x[i] * scale * gain[i];
    if (full) full[i] = result;
    if (half) half[i] = to_bf16(result);
  }
}

PB_CLONES
void pb_rms_norm(const float *x, const float *gain, pb_rows y, float *inverse, long rows, long width,
                 float epsilon) {
  long whole = width - width % LANES;
  for (long row = 0; row < rows; row++, x += width) {
    lanes squares = splat(0);
    for (long i = 0; i < whole; i += LANES) squares += load(x + i) * load(x + i);
    float total = sum(&squares);
    for (long i = whole; i < width; i++) total += x[i] * x[i];
    float scale = 1.0f / sqrtf(total / (float)width + epsilon);
    inverse[row] = scale;
    scale_row(x, gain, scale, y, row, width);
  }
}

PB_CLONES
void pb_rms_norm_again(const float *x, const float *gain, const float *inverse, pb_rows y, long rows,
                       long width) {
  for (long row = 0; row < rows; row++) scale_row(x + row * width, gain, inverse[row], y, row, width);
}

PB_CLONES
void pb_rms_norm_backward(const float *x, const float *gain, const float *inverse, const float *dy,
                          float *dx, float *dgain, long rows, long width) {
  long whole = width - width % LANES;
  for (long row = 0; row < rows; row++, x += width, dy += width, dx += width) {
    float scale = inverse[row];
    lanes products = splat(0);
    for (long i = 0; i < whole; i += LANES) {
      lanes weighted = load(dy + i) * load(x + i);
      products += weighted * load(gain + i);
      store(dgain + i, load(dgain + i) + weighted * scale);
    }
    float dot = sum(&products);
    for (long i = whole; i < width; i++) {
      dot += dy[i] * x[i] * gain[i];
      dgain[i] += dy[i] * x[i] * scale;
    }
    // d(x·s)/dx with s = (mean x² + ε)^(-1/2): s·g·dy − x · s³ · Σ(g·dy·x) / width.
    float along = dot * scale * scale * scale / (float)width;
    for (long i = 0; i < whole; i += LANES)
      store(dx + i, load(dx + i) + (load(dy + i) * load(gain + i) * scale - load(x + i) * along));
    for (long i = whole; i < width; i++) dx[i] += dy[i] * gain[i] * scale - x[i] * along;
  }
}

PB_CLONES
void pb_rotary(float *x, long stride, long rows, long heads, long half, const int32_t *positions,
               const float *cosines, const float *sines, float sign) {
  long whole = half - half % LANES;
  for (long row = 0; row < rows; row++) {
    const float *c = cosines + positions[row] * half, *s = sines + positions[row] * half;
    float *a = x + row * stride;
    for (long head = 0; head < heads; head++, a += 2 * half) {
      float *b = a + half;
      for (long i = 0; i < whole; i += LANES) {
        lanes first = load(a + i), second = load(b + i), sine = load(s + i) * sign;
        store(a + i, first * load(c + i) - second * sine);
        store(b + i, second * load(c + i) + first * sine);
      }
      for (long i = whole; i < half; i++) {
        float first = a[i], second = b[i];
        a[i] = first * c[i] - second * (s[i] * sign);
        b[i] = second * c[i] + first * (s[i] * sign);
      }
    }
  }
}

PB_INLINE void swiglu(const lanes *gate, const lanes *up, lanes *out) {
  lanes s = *gate;
  logistic(&s);
  *out = *gate * s * *up;
}

PB_INLINE void put(pb_rows y, long place, const lanes *x) {
  if (y.full) store(y.full + place, *x);
  if (y.half) store_bf16(y.half + place, x);
}
PB_INLINE void put_part(pb_rows y, long place, const lanes *x, long count) {
  for (long i = 0; i < count; i++) {
    if (y.full) y.full[place + i] = (*x)[i];
    if (y.half) y.half[place + i] = to_bf16((*x)[i]);
  }
}

PB_CLONES
void pb_swiglu(const float *pair, pb_rows out, long rows, long hidden) {
  long whole = hidden - hidden % LANES, rest = hidden - whole;
  for (long row = 0; row < rows; row++, pair += 2 * hidden) {
    lanes gate, up, result;
    for (long i = 0; i < whole; i += LANES) {
      gate = load(pair + i);
      up = load(pair + hidden + i);
      swiglu(&gate, &up, &result);
      put(out, row * hidden + i, &result);
    }
    if (rest) {
      load_part(&gate, pair + whole, rest, 0);
      load_part(&up, pair + hidden + whole, rest, 0);
      swiglu(&gate, &up, &result);
      put_part(out, row * hidden + whole, &result, rest);
    }
  }
}

/// gate and up become their gradients.
PB_INLINE void swiglu_backward(lanes *gate, lanes *up, const lanes *d, lanes *out) {
  lanes s = *gate;
  logistic(&s);
  lanes silu = *gate * s;
  *out = silu * *up;
  *gate = *d * *up * (s + silu * (1.0f - s));
  *up = *d * silu;
}

PB_CLONES
void pb_swiglu_backward(const float *pair, const float *dout, pb_rows dpair, pb_rows out, long rows,
                        long hidden) {
  long whole = hidden - hidden % LANES, rest = hidden - whole;
  for (long row = 0; row < rows; row++, pair += 2 * hidden, dout += hidden) {
    lanes gate, up, d, result;
    for (long i = 0; i < whole; i += LANES) {
      gate = load(pair + i);
      up = load(pair + hidden + i);
      d = load(dout + i);
      swiglu_backward(&gate, &up, &d, &result);
      put(out, row * hidden + i, &result);
      put(dpair, row * 2 * hidden + i, &gate);
      put(dpair, row * 2 * hidden + hidden + i, &up);
    }
    if (rest) {
      load_part(&gate, pair + whole, rest, 0);
      load_part(&up, pair + hidden + whole, rest, 0);
      load_part(&d, dout + whole, rest, 0);
      swiglu_backward(&gate, &up, &d, &result);
      put_part(out, row * hidden + whole, &result, rest);
      put_part(dpair, row * 2 * hidden + whole, &gate, rest);
      put_part(dpair, row * 2 * hidden + hidden + whole, &up, rest);
    }
  }
}

/// The largest value of a row, which keeps the exponentials in range.
PB_INLINE float row_maximum(const float *x, long width) {
  long whole = width - width % LANES;
  lanes most = splat(-INFINITY);
  for (long i = 0; i < whole; i += LANES) most = larger(most, load(x + i));
  float result = largest(&most);
  for (long i = whole; i < width; i++) result = x[i] > result ? x[i] : result;
  return result;
}

/// Writes e^(x − shift), unless `out` is null, and gives the sum.
PB_INLINE float exponentials(const float *x, float shift, long width, float *out) {
  long whole = width - width % LANES, rest = width - whole;
  lanes total = splat(0), e;
  for (long i = 0; i < whole; i += LANES) {
    e = load(x + i) - shift;
    exponential(&e);
    if (out) store(out + i, e);
    total += e;
  }
  float tail = 0;
  if (rest) {
    load_part(&e, x + whole, rest, 0);
    e -= shift;
    exponential(&e);
    if (out) store_part(out + whole, &e, rest);
    for (long i = 0; i < rest; i++) tail += e[i];
  }
  return sum(&total) + tail;
}

PB_CLONES
void pb_cross_entropy(float *logits, const int32_t *targets, const float *weights, float *losses,
                      uint16_t *half, long rows, long width) {
  for (long row = 0; row < rows; row++, logits += width) {
    float most = row_maximum(logits, width), chosen = logits[targets[row]];
    float total = exponentials(logits, most, width, logits), weight = weights[row];
    losses[row] = weight * (logf(total) + most - chosen);
    float scale = weight / total, own = logits[targets[row]] * scale - weight;
    pb_rows out = {half ? 0 : logits, half ? half + row * width : 0};
    long whole = width - width % LANES;
    for (long i = 0; i < whole; i += LANES) {
      lanes result = load(logits + i) * scale;
      put(out, i, &result);
    }
    for (long i = whole; i < width; i++) {
      if (half) out.half[i] = to_bf16(logits[i] * scale);
      else logits[i] *= scale;
    }
    if (half) out.half[targets[row]] = to_bf16(own);
    else logits[targets[row]] = own;
  }
}

PB_CLONES
void pb_log_sums(const float *logits, float *results, long rows, long width) {
  for (long row = 0; row < rows; row++, logits += width) {
    float most = row_maximum(logits, width);
    results[row] = most + logf(exponentials(logits, most, width, 0));
  }
}

void pb_largest(const float *logits, int32_t *results, long rows, long width) {
  for (long row = 0; row < rows; row++, logits += width) {
    long best = 0;
    for (long i = 1; i < width; i++)
      if (logits[i] > logits[best]) best = i;
    results[row] = (int32_t)best;
  }
}

void pb_gather_rows(const float *table, const int32_t *places, float *out, long rows, long width) {
  for (long row = 0; row < rows; row++)
    __builtin_memcpy(out + row * width, table + places[row] * width, (unsigned long)width * sizeof(float));
}

void pb_scatter_add_rows(float *table, const int32_t *places, const float *x, long rows, long width) {
  for (long row = 0; row < rows; row++) pb_add(table + places[row] * width, x + row * width, width);
}

void pb_add_row(float *x, const float *row, long rows, long width) {
  for (long i = 0; i < rows; i++) pb_add(x + i * width, row, width);
}

void pb_add_row_sums(float *row, const float *x, long rows, long width) {
  for (long i = 0; i < rows; i++) pb_add(row, x + i * width, width);
}
