#ifndef PHRASEBOOK_CONEDNN_SHIM_H
#define PHRASEBOOK_CONEDNN_SHIM_H
// The C interface: dnnl_sgemm takes row-major matrices and Int64 sizes.
#include <oneapi/dnnl/dnnl.h>
#endif
