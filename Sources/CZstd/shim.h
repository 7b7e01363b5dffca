#ifndef PHRASEBOOK_CZSTD_SHIM_H
#define PHRASEBOOK_CZSTD_SHIM_H
// Streams of zstd, by the stable part of the interface; the error codes tell a window that is too wide.
#include <zstd.h>
#include <zstd_errors.h>
#endif
