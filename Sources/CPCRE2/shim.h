#ifndef PHRASEBOOK_CPCRE2_SHIM_H
#define PHRASEBOOK_CPCRE2_SHIM_H
// Byte patterns over UTF-8; the width macro must be set before the header.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#endif
