#ifndef PHRASEBOOK_CVECTORLOOPS_H
#define PHRASEBOOK_CVECTORLOOPS_H
// Vector loops of the transformer, single-threaded, row-major f32.
//
// Every sum has an order fixed by the sizes alone, so that a call gives the same bits on the same
// processor whichever thread makes it. Strides are in floats; pointers need no alignment.
#include <stdint.h>

/// Where results go: as f32, as bfloat16 (to the nearest, ties to even), or both; null where not wanted.
typedef struct {
  float *full;
  uint16_t *half;
} pb_rows;

// ---- Rows ---------------------------------------------------------------------------------------

/// y = gain · x / rms(x) per row (Zhang and Sennrich 2019); `inverse[row]` keeps 1/rms for the way back.
void pb_rms_norm(const float *x, const float *gain, pb_rows y, float *inverse, long rows, long width,
                 float epsilon);
/// The same y once more, from the kept 1/rms.
void pb_rms_norm_again(const float *x, const float *gain, const float *inverse, pb_rows y, long rows,
                       long width);
/// dx += the gradient of x, dgain += the gradient of the gain; dy is that of y.
void pb_rms_norm_backward(const float *x, const float *gain, const float *inverse, const float *dy,
                          float *dx, float *dgain, long rows, long width);

/// Rotates the pairs (i, i + head/2) of each head in place by the angle of the row's position
/// (Su et al. 2021, in Llama's order); `sign` is 1 or, for the way back, -1.
/// The tables hold `half` cosines and sines a position.
void pb_rotary(float *x, long stride, long rows, long heads, long half, const int32_t *positions,
               const float *cosines, const float *sines, float sign);

/// out = silu(gate) · up, where a row of `pair` is gate then up, each `hidden` wide (Shazeer 2020).
void pb_swiglu(const float *pair, pb_rows out, long rows, long hidden);
/// dpair from dout; `out` is the forward result written again, so that it need not be kept.
void pb_swiglu_backward(const float *pair, const float *dout, pb_rows dpair, pb_rows out, long rows,
                        long hidden);

/// Writes weight · −log p(target) and its gradient, weight · (softmax − one-hot): in place of the logits or, where
/// `half` is not null, there (the logits are then used up).
void pb_cross_entropy(float *logits, const int32_t *targets, const float *weights, float *losses,
                      uint16_t *half, long rows, long width);
/// The logarithm of each row's sum of exponentials: log p(i) = logits[i] − result.
void pb_log_sums(const float *logits, float *results, long rows, long width);
/// The place of each row's largest value, the first of equals.
void pb_largest(const float *logits, int32_t *results, long rows, long width);

/// Adds a row to every row.
void pb_add_row(float *x, const float *row, long rows, long width);
/// row += the sum of all rows, in their order.
void pb_add_row_sums(float *row, const float *x, long rows, long width);

/// Row i of `out` is row `places[i]` of `table`.
void pb_gather_rows(const float *table, const int32_t *places, float *out, long rows, long width);
/// Row `places[i]` of `table` gets row i of `x` added, in the order of i.
void pb_scatter_add_rows(float *table, const int32_t *places, const float *x, long rows, long width);

// ---- Weights' formats -----------------------------------------------------------------------------

// `count` numbers as f32; a multiple of 32 where blocks have 32 numbers, of 256 for the formats called k.
void pb_from_f16(const uint8_t *from, float *out, long count);
void pb_from_bf16(const uint8_t *from, float *out, long count);
void pb_from_q8_0(const uint8_t *from, float *out, long count);
void pb_from_q4_0(const uint8_t *from, float *out, long count);
void pb_from_q4_1(const uint8_t *from, float *out, long count);
void pb_from_q5_0(const uint8_t *from, float *out, long count);
void pb_from_q5_1(const uint8_t *from, float *out, long count);
void pb_from_q4_k(const uint8_t *from, float *out, long count);
void pb_from_q6_k(const uint8_t *from, float *out, long count);

// ---- Attention ----------------------------------------------------------------------------------

/// Query rows that attend to the same keys: `prefix_count` rows at `prefix_keys`/`prefix_values`
/// (stride `prefix_stride`), then `key_count` rows from row `key_start` of the batch's own.
typedef struct {
  const float *prefix_keys;
  const float *prefix_values;
  long prefix_stride;
  long prefix_count;
  long key_start;
  long key_count;
  long query_start;
  long query_count;
} pb_attention_span;

/// Softmax attention of grouped heads (Vaswani et al. 2017; Ainslie et al. 2023).
typedef struct {
  const float *queries; // [query rows][heads · width]
  const float *keys;    // [key rows], stride key_stride, [key_heads · width] each
  const float *values;
  long key_stride;
  long heads;
  long key_heads;
  /// The key heads that a call works on, with the query heads that share them.
  long first_key_head;
  long end_key_head;
  long width;
  float scale;
  /// How many of its span's keys, prefix included, a query row sees.
  const int32_t *limits;
} pb_attention;

/// Floats of scratch that a span with `keys` keys needs, either way.
long pb_attention_scratch(long keys, long width);
/// out [query rows][heads · width]; log_sums [query rows][heads] for the way back.
void pb_attention_forward(const pb_attention *attention, const pb_attention_span *spans, long count,
                          float *out, float *log_sums, float *scratch);
/// Writes dqueries; adds to dkeys and dvalues (strides as the keys'). Spans must have no prefix.
void pb_attention_backward(const pb_attention *attention, const pb_attention_span *spans, long count,
                           const float *out, const float *log_sums, const float *dout,
                           float *dqueries, float *dkeys, float *dvalues, float *scratch);

// ---- Whole arrays -------------------------------------------------------------------------------

/// x += y.
void pb_add(float *x, const float *y, long count);
void pb_to_bf16(const float *from, uint16_t *out, long count);
/// out = from · factor.
void pb_scale(const float *from, float factor, pb_rows out, long count);
/// Whether the processor multiplies bfloat16 itself (x86's avx512_bf16).
int pb_has_bf16_products(void);
/// The sum of squares, in double.
double pb_sum_of_squares(const float *x, long count);

/// One step of AdamW (Loshchilov and Hutter 2019).
typedef struct {
  float rate;       // learning rate
  float decay;      // weight decay, decoupled; times the rate
  float beta1, beta2;
  float epsilon;
  float correction1; // 1 / (1 − beta1^step)
  float correction2; // 1 / (1 − beta2^step)
  float scale;       // of the gradient: clipping
} pb_adamw_step;
/// `half`, unless null, gets the new parameters as bfloat16.
void pb_adamw(float *parameters, const float *gradients, float *first, float *second, uint16_t *half,
              long count, const pb_adamw_step *step);

#endif
