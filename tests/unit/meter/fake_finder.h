/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A finder that only writes down what a source tells it, and ways to show a
 * source some bytes: all at once, every prefix, byte by byte. The bytes shown
 * are always a copy of their exact size, so that a sanitizer sees any read
 * beyond them.
 */
#ifndef EPW_TESTS_FAKE_FINDER_H
#define EPW_TESTS_FAKE_FINDER_H

#include "meter/evidence/source.h"

#define FAKE_MAX 64

struct epw_finder {
    const struct epw_opening *opening;
    struct epw_evidence ev;
    char name[FAKE_MAX][EPW_NAME_LEN];
    unsigned names;
    char hint[EPW_HINT_LEN], request[EPW_HINT_LEN];
    struct epw_sighting sight[FAKE_MAX];
    unsigned sights;
    struct epw_sighting question[FAKE_MAX]; /* ASKED, ANSWERED, ALIAS: what is known of answers */
    unsigned questions;
    size_t consumed;
    bool tunnel; /* what follows the bytes consumed is another protocol */
    uint8_t note[EPW_EV_NOTE_LEN];
};

/* A TCP (6) or UDP (17) opening of the initiator 10.0.0.1 to the responder 10.0.0.2. */
struct epw_opening fake_opening(uint8_t proto, uint16_t port0, uint16_t port1, enum epw_dir dir);

/* Forgets everything but the finder's place. */
void fake_clear(struct epw_finder *f);

/* One look at bytes; o's other fields are used as they are. Keeps what was found before. */
enum epw_look fake_look(struct epw_finder *f, const struct epw_source *source, struct epw_opening o,
                        const void *bytes, size_t len);

/*
 * Shows bytes as they would come in one by one, with consumption, until the
 * source is done with them; `last` is set when all are there. *at (may be
 * NULL): how many bytes had come by then. Returns the last answer, MINE when it
 * still wanted more after having said so.
 */
enum epw_look fake_grow(struct epw_finder *f, const struct epw_source *source, struct epw_opening o,
                        const void *bytes, size_t len, size_t *at);

#endif
