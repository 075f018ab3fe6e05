/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* ioctl */

#include "capture/any.h"

#include "base/cursor.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

struct epw_any {
    int fd;
    uint16_t count, last; /* names; the one that was asked for last */
    uint32_t index[EPW_ANY_NAMES];
    const char *name[EPW_ANY_NAMES];
    char text[EPW_ANY_NAMES][IFNAMSIZ];
};

struct epw_any *epw_any_new(int fd)
{
    struct epw_any *any = calloc(1, sizeof(*any));
    if (any == NULL)
        return NULL;
    any->fd = fd;
    any->count = 1; /* no interface has the index 0 */
    for (size_t i = 0; i < EPW_ANY_NAMES; i++)
        any->name[i] = any->text[i];
    strcpy(any->text[0], "any");
    return any;
}

void epw_any_free(struct epw_any *any)
{
    free(any);
}

/* One that is gone already when its first packet is read keeps its number for later ones. */
static uint16_t add(struct epw_any *any, uint32_t index)
{
    struct ifreq request = { .ifr_ifindex = (int)index };
    if (any->count == EPW_ANY_NAMES)
        return 0;
    bool known = ioctl(any->fd, SIOCGIFNAME, &request) == 0;
    memcpy(any->text[any->count], known ? request.ifr_name : any->text[0], IFNAMSIZ);
    any->text[any->count][IFNAMSIZ - 1] = '\0';
    any->index[any->count] = index;
    return any->count++;
}

uint16_t epw_any_source(struct epw_any *any, const uint8_t *bytes, uint32_t len)
{
    struct epw_cur c = epw_cur(bytes, len);
    epw_cur_skip(&c, 4); /* protocol, reserved */
    uint32_t index = epw_cur_be32(&c);
    if (!epw_cur_ok(&c) || index == 0)
        return 0;
    if (any->index[any->last] == index)
        return any->last;
    uint16_t at = 1;
    while (at < any->count && any->index[at] != index)
        at++;
    any->last = at < any->count ? at : add(any, index);
    return any->last;
}

const char *const *epw_any_names(const struct epw_any *any)
{
    return any->name;
}
