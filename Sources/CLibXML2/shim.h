#ifndef PHRASEBOOK_CLIBXML2_SHIM_H
#define PHRASEBOOK_CLIBXML2_SHIM_H
// The push parser with SAX2 handlers, and its error codes; nothing of the tree or reader interfaces.
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#endif
