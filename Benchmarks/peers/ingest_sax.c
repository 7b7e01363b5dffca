// A plain loop over libxml2's SAX2 interface: the pairs of a file to their fields, copied, counted. It finds what it
// looks for by comparing names, as one writes such a loop by hand.
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
  char *bytes;
  size_t count, room;
};

struct state {
  struct text fields[4];
  int open;  // the field whose text is collected, or -1
  size_t records, characters[4];
};

static void add(struct text *text, const char *bytes, size_t count) {
  if (text->count + count > text->room) {
    text->room = 2 * (text->count + count);
    text->bytes = realloc(text->bytes, text->room);
  }
  memcpy(text->bytes + text->count, bytes, count);
  text->count += count;
}

static void begins(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n,
                   const xmlChar **namespaces, int count, int defaulted, const xmlChar **attributes) {
  struct state *state = data;
  if (!strcmp((const char *)name, "pair")) {
    for (int i = 0; i < 4; i++) state->fields[i].count = 0;
    for (int i = 0; i < count; i++) {
      const xmlChar **a = attributes + 5 * i;
      int field = !strcmp((const char *)a[0], "id") ? 0 : !strcmp((const char *)a[0], "value") ? 3 : -1;
      if (field >= 0) add(&state->fields[field], (const char *)a[3], (size_t)(a[4] - a[3]));
    }
  } else if (!strcmp((const char *)name, "t")) {
    state->open = 1;
  } else if (!strcmp((const char *)name, "h")) {
    state->open = 2;
  }
}

static void ends(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
  struct state *state = data;
  state->open = -1;
  if (strcmp((const char *)name, "pair")) return;
  state->records++;
  for (int i = 0; i < 4; i++)
    for (size_t b = 0; b < state->fields[i].count; b++)
      state->characters[i] += (state->fields[i].bytes[b] & 0xC0) != 0x80;
}

static void text(void *data, const xmlChar *bytes, int count) {
  struct state *state = data;
  if (state->open >= 0) add(&state->fields[state->open], (const char *)bytes, (size_t)count);
}

int main(int argc, char **argv) {
  static char buffer[1 << 18];
  struct state state = {.open = -1};
  xmlSAXHandler handlers = {0};
  handlers.initialized = XML_SAX2_MAGIC;
  handlers.startElementNs = begins;
  handlers.endElementNs = ends;
  handlers.characters = text;
  FILE *file = fopen(argv[1], "rb");
  if (!file) return 1;
  xmlParserCtxtPtr context = xmlCreatePushParserCtxt(&handlers, &state, NULL, 0, NULL);
  size_t count;
  while ((count = fread(buffer, 1, sizeof buffer, file)) > 0) xmlParseChunk(context, buffer, (int)count, 0);
  xmlParseChunk(context, NULL, 0, 1);
  printf("%zu %zu %zu %zu %zu\n", state.records, state.characters[0], state.characters[1], state.characters[2],
         state.characters[3]);
  return 0;
}
