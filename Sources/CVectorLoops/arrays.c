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
  for (long i = 0; i < count; i++) {
    float x = from[i] * factor;
    if (out.full) out.full[i] = x;
    if (out.half) out.half[i] = to_bf16(x);
  }
}

int pb_has_bf16_products(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return 0;
#endif
}

PB_CLONES
void pb_adamw(float *restrict parameters, const float *restrict gradients, float *restrict first,
              float *restrict second, uint16_t *restrict half, long count, const pb_adamw_step *step) {
  pb_adamw_step s = *step;
  float keep = 1.0f - s.rate * s.decay;
  for (long i = 0; i < count; i++) {
    float g = gradients[i] * s.scale;
    float m = s.beta1 * first[i] + (1.0f - s.beta1) * g;
    float v = s.beta2 * second[i] + (1.0f - s.beta2) * (g * g);
    first[i] = m;
    second[i] = v;
    float denominator = __builtin_sqrtf(v * s.correction2) + s.epsilon;
    parameters[i] = keep * parameters[i] - s.rate * (m * s.correction1 / denominator);
  }
  if (half) pb_to_bf16(parameters, half, count);
}
