#ifndef PHRASEBOOK_COPENSSL_SHIM_H
#define PHRASEBOOK_COPENSSL_SHIM_H
// Message digests only.
#include <openssl/evp.h>
#endif
