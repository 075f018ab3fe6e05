/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/batches.h"

#include <stdlib.h>

enum epw_err epw_batches_init(struct epw_batches *batches)
{
    for (unsigned i = 0; i < EPW_BATCHES; i++) {
        batches->slot[i] = malloc(sizeof(*batches->slot[i]));
        if (batches->slot[i] == NULL)
            return EPW_ENOMEM;
    }
    return EPW_OK;
}

void epw_batches_free(struct epw_batches *batches)
{
    for (unsigned i = 0; i < EPW_BATCHES; i++)
        free(batches->slot[i]);
}

unsigned epw_batches_count(const struct epw_batches *batches)
{
    /* In this order: what is dropped in between was put before. */
    unsigned out = atomic_load(&batches->out);
    return atomic_load(&batches->in) - out;
}

struct epw_batch *epw_batches_room(struct epw_batches *batches)
{
    if (epw_batches_count(batches) == EPW_BATCHES)
        return NULL;
    struct epw_batch *batch = batches->slot[atomic_load(&batches->in) % EPW_BATCHES];
    batch->count = batch->used = 0;
    return batch;
}

void epw_batches_put(struct epw_batches *batches)
{
    atomic_fetch_add(&batches->in, 1);
}

const struct epw_batch *epw_batches_first(const struct epw_batches *batches)
{
    unsigned out = atomic_load(&batches->out);
    return atomic_load(&batches->in) == out ? NULL : batches->slot[out % EPW_BATCHES];
}

void epw_batches_drop(struct epw_batches *batches)
{
    atomic_fetch_add(&batches->out, 1);
}
