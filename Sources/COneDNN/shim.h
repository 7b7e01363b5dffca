#ifndef PHRASEBOOK_CONEDNN_SHIM_H
#define PHRASEBOOK_CONEDNN_SHIM_H
// The C interface: dnnl_sgemm takes row-major matrices and Int64 sizes.
#include <oneapi/dnnl/dnnl.h>

/// A product of two bfloat16 matrices with an f32 result, made once for its sizes.
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_memory_t a, b, c, scratch;
  size_t scratch_size;
} pb_product;

static inline void pb_product_destroy(pb_product *product) {
  if (product->primitive) dnnl_primitive_destroy(product->primitive);
  if (product->a) dnnl_memory_destroy(product->a);
  if (product->b) dnnl_memory_destroy(product->b);
  if (product->c) dnnl_memory_destroy(product->c);
  if (product->scratch) dnnl_memory_destroy(product->scratch);
}

// In C because descriptions hold arrays of twelve numbers and a union, which Swift sees as tuples.
/// c[m][n] = a · b (+ c), where a is m by k and b is k by n; an element's place is row · strides[0] +
/// column · strides[1]. Scratch memory is the caller's, so that primitives may be used on any thread.
static inline dnnl_status_t pb_product_create(pb_product *out, dnnl_engine_t engine, long m, long n, long k,
                                              const long a_strides[2], const long b_strides[2], long c_stride,
                                              int adding) {
  pb_product made = {0};
  dnnl_memory_desc_t a, b, c;
  dnnl_dims_t a_sizes = {m, k}, b_sizes = {k, n}, c_sizes = {m, n}, c_strides = {c_stride, 1};
  dnnl_dims_t a_steps = {a_strides[0], a_strides[1]}, b_steps = {b_strides[0], b_strides[1]};
  dnnl_matmul_desc_t description;
  dnnl_primitive_attr_t attributes = 0;
  dnnl_post_ops_t after = 0;
  dnnl_primitive_desc_t chosen = 0;
  dnnl_status_t status = dnnl_memory_desc_init_by_strides(&a, 2, a_sizes, dnnl_bf16, a_steps);
  if (!status) status = dnnl_memory_desc_init_by_strides(&b, 2, b_sizes, dnnl_bf16, b_steps);
  if (!status) status = dnnl_memory_desc_init_by_strides(&c, 2, c_sizes, dnnl_f32, c_strides);
  if (!status) status = dnnl_matmul_desc_init(&description, &a, &b, 0, &c);
  if (!status) status = dnnl_primitive_attr_create(&attributes);
  if (!status) status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (!status && adding) {
    status = dnnl_post_ops_create(&after);
    if (!status) status = dnnl_post_ops_append_sum(after, 1);
    if (!status) status = dnnl_primitive_attr_set_post_ops(attributes, after);
  }
  if (!status) status = dnnl_primitive_desc_create(&chosen, &description, attributes, engine, 0);
  if (!status) {
    const dnnl_memory_desc_t *scratch = dnnl_primitive_desc_query_md(chosen, dnnl_query_scratchpad_md, 0);
    made.scratch_size = dnnl_memory_desc_get_size(scratch);
    status = dnnl_primitive_create(&made.primitive, chosen);
    if (!status) status = dnnl_memory_create(&made.a, &a, engine, DNNL_MEMORY_NONE);
    if (!status) status = dnnl_memory_create(&made.b, &b, engine, DNNL_MEMORY_NONE);
    if (!status) status = dnnl_memory_create(&made.c, &c, engine, DNNL_MEMORY_NONE);
    if (!status) status = dnnl_memory_create(&made.scratch, scratch, engine, DNNL_MEMORY_NONE);
  }
  if (chosen) dnnl_primitive_desc_destroy(chosen);
  if (after) dnnl_post_ops_destroy(after);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  if (status) pb_product_destroy(&made);
  else *out = made;
  return status;
}

static inline dnnl_status_t pb_product_run(const pb_product *product, dnnl_stream_t stream, const void *a,
                                           const void *b, float *c, void *scratch) {
  dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, product->a},
                                 {DNNL_ARG_WEIGHTS, product->b},
                                 {DNNL_ARG_DST, product->c},
                                 {DNNL_ARG_SCRATCHPAD, product->scratch}};
  dnnl_status_t status = dnnl_memory_set_data_handle(product->a, (void *)a);
  if (!status) status = dnnl_memory_set_data_handle(product->b, (void *)b);
  if (!status) status = dnnl_memory_set_data_handle(product->c, c);
  if (!status) status = dnnl_memory_set_data_handle(product->scratch, scratch);
  if (!status) status = dnnl_primitive_execute(product->primitive, stream, 4, arguments);
  return status ? status : dnnl_stream_wait(stream);
}
#endif
