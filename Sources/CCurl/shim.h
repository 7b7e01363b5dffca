#ifndef PHRASEBOOK_CCURL_SHIM_H
#define PHRASEBOOK_CCURL_SHIM_H
// HTTP through libcurl. Its setters and getters take any number of arguments, which Swift cannot call, and its
// messages carry a union.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

static inline CURLcode pb_curl_set_number(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode pb_curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode pb_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}
typedef size_t (*pb_curl_sink)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode pb_curl_set_sink(CURL *easy, CURLoption option, pb_curl_sink sink) {
  return curl_easy_setopt(easy, option, sink);
}
static inline CURLcode pb_curl_copy_body(CURL *easy, const void *bytes, long count) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, count);
  return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, (const char *)bytes);
}
static inline CURLcode pb_curl_get_number(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}
static inline CURLcode pb_curl_get_pointer(CURL *easy, CURLINFO info, void **value) {
  return curl_easy_getinfo(easy, info, value);
}
// The next transfer that is over, or NULL; how it ended stands in `code`.
static inline CURL *pb_curl_next_done(CURLM *multi, CURLcode *code) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    *code = message->data.result;
    return message->easy_handle;
  }
  return NULL;
}
// CURL_GLOBAL_DEFAULT is an expression that Swift does not see.
static inline CURLcode pb_curl_begin(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
#endif
