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

/// Query rows that attend to the same keys: `key_count` rows from row `key_start` of the batch.
typedef struct {
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
  /// How many of its span's keys a query row sees.
  const int32_t *limits;
} pb_attention;

/// Floats of scratch that a span with `keys` keys needs, either way.
long pb_attention_scratch(long keys, long width);
/// out [query rows][heads · width]; log_sums [query rows][heads] for the way back.
void pb_attention_forward(const pb_attention *attention, const pb_attention_span *spans, long count,
                          float *out, float *log_sums, float *scratch);
/// Writes dqueries; adds to dkeys and dvalues (strides as the keys').
void pb_attention_backward(const pb_attention *attention, const pb_attention_span *spans, long count,
                           const float *out, const float *log_sums, const float *dout,
                           float *dqueries, float *dkeys, float *dvalues, float *scratch);

/// Some rows of keys and of their values.
typedef struct {
  const float *keys;
  const float *values;
  long stride;
  long count;
} pb_key_run;

/// Query rows that attend to a path of runs, of which the last ends with the rows' own keys.
typedef struct {
  const pb_key_run *runs;
  long run_count;
  /// How many keys at the path's beginning are those of the path before it.
  long kept;
  long query_start;
  long query_count;
} pb_attention_path;

/// Attention over paths of a tree: keys that neighbouring paths share are packed once. Of `attention`, keys and values
/// are not used; `limits` count along a row's path. The scratch is that for the longest path.
void pb_attention_tree(const pb_attention *attention, const pb_attention_path *paths, long count, float *out,
                       float *scratch);

// ---- Generation, a row a text -------------------------------------------------------------------

/// How the numbers of a matrix are written: as they are, or in blocks of 32 with a scale and an offset.
typedef enum {
  PB_STEP_F32,
  PB_STEP_BF16,
  PB_STEP_8,      // signed bytes · scale
  PB_STEP_4       // half bytes · scale + offset; a block's first 16 numbers are the low halves
} pb_step_format;

/// A matrix [outputs][inputs].
typedef struct {
  pb_step_format format;
  const void *numbers;
  const float *scales;  // [outputs][inputs / 32]
  const float *offsets; // the same
  long inputs;
} pb_step_matrix;

/// y[row][output] = x[row] · w[output], or += with `adding`, for the outputs from `first` to `end`. A number of y
/// does not depend on how many rows or outputs a call has.
void pb_step_product(const pb_step_matrix *w, const float *x, long x_stride, long rows, long first, long end,
                     float *y, long y_stride, int adding);
/// `count` numbers, a multiple of 32, in blocks of signed bytes; a block's largest is 127.
void pb_step_quantize(const float *from, int8_t *numbers, float *scales, long count);
/// Numbers of a matrix' row as f32.
void pb_step_row(const pb_step_matrix *w, long row, float *out);

/// Keys and values of a text in one layer, for queries a row at a time: keys in blocks of sixteen, [width][16] each,
/// values row after row; a head's after the one before it. The capacity is a multiple of sixteen.
typedef struct {
  float *keys;   // [key heads][capacity · width]
  float *values; // [key heads][capacity][width]
  long capacity;
  long count;
} pb_step_run;

/// Writes rows of keys and values (stride `stride`) behind the first `place`.
void pb_step_store(const pb_step_run *run, long place, const float *keys, const float *values, long stride, long rows,
                   long key_heads, long width);
/// Floats of scratch for so many keys in so many runs.
long pb_step_scratch(long keys, long runs, long group, long width);
/// One query row's attention over all keys of the runs, for the query heads that share the key head.
void pb_step_attention(const float *query, const pb_step_run *runs, long count, long group, long key_head, long width,
                       float scale, float *out, float *scratch);

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
