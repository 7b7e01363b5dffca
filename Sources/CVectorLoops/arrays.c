#include "vector.h"
#include <math.h>

PB_CLONES
void pb_add(float *x, const float *y, long count) {
  long whole = count - count % LANES;
  for (long i = 0; i < whole; i += LANES) store(x + i, load(x + i) + load(y + i));
  for (long i = whole; i < count; i++) x[i] += y[i];
}

PB_CLONES
double pb_sum_of_squares(const float *x, long count) {
  // Blocks in f32 lanes, their sums in double: exact enough for a norm and free of long chains.
  double total = 0;
  for (long start = 0; start < count; start += 4096) {
    long end = start + 4096 < count ? start + 4096 : count;
    lanes squares = splat(0);
    long i = start;
    for (; i + LANES <= end; i += LANES) squares += load(x + i) * load(x + i);
    float tail = 0;
    for (; i < end; i++) tail += x[i] * x[i];
    total += (double)sum(&squares) + tail;
  }
  return total;
}

PB_CLONES
void pb_to_bf16(const float *from, uint16_t *out, long count) {
  long whole = count - count % LANES;
  for (long i = 0; i < whole; i += LANES) {
    lanes x = load(from + i);
    store_bf16(out + i, &x);
  }
  for (long i = whole; i < count; i++) out[i] = to_bf16(from[i]);
}

PB_CLONES
void pb_scale(const float *from, float factor, pb_rows out, long count) {
  long whole = count - count % LANES;
  for (long i = 0; i < whole; i += LANES) {
    lanes x = load(from + i) * factor;
    if (out.full) store(out.full + i, x);
    if (out.half) store_bf16(out.half + i, &x);
  }
  for (long i = whole; i < count; i++) {
    if (out.full) out.full[i] = from[i] * factor;
    if (out.half) out.half[i] = to_bf16(from[i] * factor);
  }
}

int pb_has_bf16_products(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return 0;
#endif
}

/// Sixteen parameters' step; `half`, unless null, gets the new ones.
PB_INLINE void adamw(lanes *p, const lanes *gradient, lanes *first, lanes *second, const pb_adamw_step *s) {
  lanes g = *gradient * s->scale;
  *first = s->beta1 * *first + (1.0f - s->beta1) * g;
  *second = s->beta2 * *second + (1.0f - s->beta2) * (g * g);
  lanes denominator = __builtin_elementwise_sqrt(*second * s->correction2) + s->epsilon;
  *p = (1.0f - s->rate * s->decay) * *p - s->rate * (*first * s->correction1 / denominator);
}

PB_CLONES
void pb_adamw(float *parameters, const float *gradients, float *first, float *second, uint16_t *half,
              long count, const pb_adamw_step *step) {
  pb_adamw_step s = *step;
  long whole = count - count % LANES, rest = count - whole;
  lanes p, g, m, v;
  for (long i = 0; i < whole; i += LANES) {
    p = load(parameters + i), g = load(gradients + i), m = load(first + i), v = load(second + i);
    adamw(&p, &g, &m, &v, &s);
    store(parameters + i, p);
    store(first + i, m);
    store(second + i, v);
    if (half) store_bf16(half + i, &p);
  }
  if (!rest) return;
  load_part(&p, parameters + whole, rest, 0);
  load_part(&g, gradients + whole, rest, 0);
  load_part(&m, first + whole, rest, 0);
  load_part(&v, second + whole, rest, 0);
  adamw(&p, &g, &m, &v, &s);
  store_part(parameters + whole, &p, rest);
  store_part(first + whole, &m, rest);
  store_part(second + whole, &v, rest);
  for (long i = 0; half && i < rest; i++) half[whole + i] = to_bf16(p[i]);
}
