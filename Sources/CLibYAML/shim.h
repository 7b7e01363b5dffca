#ifndef PHRASEBOOK_CLIBYAML_SHIM_H
#define PHRASEBOOK_CLIBYAML_SHIM_H
#include <yaml.h>
#endif
