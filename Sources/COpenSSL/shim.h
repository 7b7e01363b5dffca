#ifndef PHRASEBOOK_COPENSSL_SHIM_H
#define PHRASEBOOK_COPENSSL_SHIM_H
// Message digests only. A record's id is the digest of a few hundred bytes: there the newer interface, which
// allocates and looks its algorithm up, takes longer than the digest itself.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
#endif
