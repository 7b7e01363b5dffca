#include "vector.h"
#include <string.h>

// The block formats of ggml (ggml/src/ggml-quants.c, `dequantize_row_*`), one function each. Bytes are read one by
// one or copied: a file's blocks are not aligned. Products and sums are not fused, so that every processor gives
// the same numbers.
#pragma STDC FP_CONTRACT OFF

PB_INLINE float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

PB_INLINE uint32_t to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

/// IEEE half precision without branches (Dukhan's FP16): the exponent is moved by a multiplication, and small
/// numbers are made by subtracting a half.
PB_INLINE float half(uint16_t h) {
  uint32_t w = (uint32_t)h << 16, twice = w + w;
  float normal = from_bits((twice >> 4) + (0xE0u << 23)) * 0x1.0p-112f;
  float small = from_bits((twice >> 17) | (126u << 23)) - 0.5f;
  return from_bits((w & 0x80000000u) | to_bits(twice < (1u << 27) ? small : normal));
}

PB_INLINE float half_at(const uint8_t *p) { return half((uint16_t)(p[0] | p[1] << 8)); }

PB_CLONES void pb_from_f16(const uint8_t *from, float *out, long count) {
  for (long i = 0; i < count; i++) out[i] = half_at(from + 2 * i);
}

PB_CLONES void pb_from_bf16(const uint8_t *from, float *out, long count) {
  for (long i = 0; i < count; i++) out[i] = from_bits((uint32_t)(from[2 * i] | from[2 * i + 1] << 8) << 16);
}

PB_CLONES void pb_from_q8_0(const uint8_t *from, float *out, long count) {
  for (long b = 0; b < count / 32; b++, from += 34, out += 32) {
    float scale = half_at(from);
    for (int j = 0; j < 32; j++) out[j] = (float)(int8_t)from[2 + j] * scale;
  }
}

PB_CLONES void pb_from_q4_0(const uint8_t *from, float *out, long count) {
  for (long b = 0; b < count / 32; b++, from += 18, out += 32) {
    float scale = half_at(from);
    for (int j = 0; j < 16; j++) {
      out[j] = (float)((from[2 + j] & 15) - 8) * scale;
      out[j + 16] = (float)((from[2 + j] >> 4) - 8) * scale;
    }
  }
}

PB_CLONES void pb_from_q4_1(const uint8_t *from, float *out, long count) {
  for (long b = 0; b < count / 32; b++, from += 20, out += 32) {
    float scale = half_at(from), least = half_at(from + 2);
    for (int j = 0; j < 16; j++) {
      out[j] = (float)(from[4 + j] & 15) * scale + least;
      out[j + 16] = (float)(from[4 + j] >> 4) * scale + least;
    }
  }
}

PB_INLINE uint32_t word_at(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

PB_CLONES void pb_from_q5_0(const uint8_t *from, float *out, long count) {
  for (long b = 0; b < count / 32; b++, from += 22, out += 32) {
    float scale = half_at(from);
    uint32_t high = word_at(from + 2);
    for (int j = 0; j < 16; j++) {
      uint32_t q = from[6 + j];
      out[j] = (float)((int)(q & 15 | (high >> j & 1) << 4) - 16) * scale;
      out[j + 16] = (float)((int)(q >> 4 | (high >> (j + 16) & 1) << 4) - 16) * scale;
    }
  }
}

PB_CLONES void pb_from_q5_1(const uint8_t *from, float *out, long count) {
  for (long b = 0; b < count / 32; b++, from += 24, out += 32) {
    float scale = half_at(from), least = half_at(from + 2);
    uint32_t high = word_at(from + 4);
    for (int j = 0; j < 16; j++) {
      uint32_t q = from[8 + j];
      out[j] = (float)(int)(q & 15 | (high >> j & 1) << 4) * scale + least;
      out[j + 16] = (float)(int)(q >> 4 | (high >> (j + 16) & 1) << 4) * scale + least;
    }
  }
}

/// Scale and least value of a group of 32, six bits each, packed into twelve bytes.
PB_INLINE void group_of_q4_k(int group, const uint8_t *packed, float *scale, float *least) {
  int s, m;
  if (group < 4) {
    s = packed[group] & 63;
    m = packed[group + 4] & 63;
  } else {
    s = (packed[group + 4] & 15) | (packed[group - 4] >> 6) << 4;
    m = packed[group + 4] >> 4 | (packed[group] >> 6) << 4;
  }
  *scale = (float)s;
  *least = (float)m;
}

PB_CLONES void pb_from_q4_k(const uint8_t *from, float *out, long count) {
  for (long b = 0; b < count / 256; b++, from += 144) {
    float d = half_at(from), dmin = half_at(from + 2);
    const uint8_t *packed = from + 4, *q = from + 16;
    for (int group = 0; group < 8; group += 2, q += 32, out += 64) {
      float scale, least, next_scale, next_least;
      group_of_q4_k(group, packed, &scale, &least);
      group_of_q4_k(group + 1, packed, &next_scale, &next_least);
      scale *= d, least *= dmin, next_scale *= d, next_least *= dmin;
      for (int j = 0; j < 32; j++) out[j] = scale * (float)(q[j] & 15) - least;
      for (int j = 0; j < 32; j++) out[j + 32] = next_scale * (float)(q[j] >> 4) - next_least;
    }
  }
}

PB_CLONES void pb_from_q6_k(const uint8_t *from, float *out, long count) {
  for (long b = 0; b < count / 256; b++, from += 210) {
    float d = half_at(from + 208);
    for (int part = 0; part < 2; part++, out += 128) {
      const uint8_t *low = from + 64 * part, *high = from + 128 + 32 * part;
      const int8_t *scales = (const int8_t *)(from + 192 + 8 * part);
      for (int j = 0; j < 32; j++) {
        int g = j / 16;
        out[j] = d * (float)scales[g] * (float)(((low[j] & 15) | (high[j] & 3) << 4) - 32);
        out[j + 32] = d * (float)scales[g + 2] * (float)(((low[j + 32] & 15) | (high[j] >> 2 & 3) << 4) - 32);
        out[j + 64] = d * (float)scales[g + 4] * (float)((low[j] >> 4 | (high[j] >> 4 & 3) << 4) - 32);
        out[j + 96] = d * (float)scales[g + 6] * (float)((low[j + 32] >> 4 | (high[j] >> 6 & 3) << 4) - 32);
      }
    }
  }
}
