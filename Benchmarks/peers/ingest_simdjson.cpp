// simdjson's own parse of JSON lines: every document parsed, four fields looked up and counted.
#include <simdjson.h>

#include <cstdio>

int main(int argc, char **argv) {
  auto data = simdjson::padded_string::load(argv[1]);
  if (data.error()) return 1;
  simdjson::dom::parser parser;
  simdjson::dom::document_stream stream;
  if (parser.parse_many(data.value(), 1 << 20).get(stream)) return 1;
  const char *names[] = {"id", "premise", "hypothesis", "label"};
  size_t records = 0, characters[4] = {0};
  for (auto document : stream) {
    records++;
    for (int field = 0; field < 4; field++) {
      std::string_view text = document[names[field]];
      for (char byte : text) characters[field] += (byte & 0xC0) != 0x80;
    }
  }
  std::printf("%zu %zu %zu %zu %zu\n", records, characters[0], characters[1], characters[2], characters[3]);
}
