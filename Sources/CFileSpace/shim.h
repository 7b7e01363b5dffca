#ifndef PHRASEBOOK_CFILESPACE_SHIM_H
#define PHRASEBOOK_CFILESPACE_SHIM_H
#include <sys/types.h>

// glibc declares it for _GNU_SOURCE only, which Swift's module of glibc is made without.
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);

#endif
