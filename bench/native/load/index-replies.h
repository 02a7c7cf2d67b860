/* Whether a reply of the index server is the right one: a server that answers anything else has answered nothing. */
#ifndef INDEX_REPLIES_H
#define INDEX_REPLIES_H
#include "lanes.h"
#include "options.h"

/* `repeated` says that the request was sent more than once: an END then finds itself already done. */
bool is_right_index_reply(enum request kind, const struct reply *reply, const struct options *options, bool repeated);
#endif
