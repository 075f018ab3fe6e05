/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* the types of pcap.h */

#include "capture/devices.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for all words at once. */
#define STATE_LEN 80

static const char *link_state(const pcap_if_t *device)
{
    switch (device->flags & PCAP_IF_CONNECTION_STATUS) {
    case PCAP_IF_CONNECTION_STATUS_CONNECTED:
        return "Connected";
    case PCAP_IF_CONNECTION_STATUS_DISCONNECTED:
        return "Disconnected";
    default:
        return NULL;
    }
}

static void describe(const pcap_if_t *device, char state[STATE_LEN])
{
    const char *const words[] = {
        (device->flags & PCAP_IF_UP) != 0 ? "Up" : "Down",
        (device->flags & PCAP_IF_RUNNING) != 0 ? "Running" : NULL,
        (device->flags & PCAP_IF_LOOPBACK) != 0 ? "Loopback" : NULL,
        (device->flags & PCAP_IF_WIRELESS) != 0 ? "Wireless" : NULL,
        link_state(device),
    };
    int len = 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (words[i] != NULL)
            len += snprintf(state + len, (size_t)(STATE_LEN - len), "%s%s", len == 0 ? "" : ", ",
                            words[i]);
}

bool epw_device_is_network(const char *name)
{
    /* A name that cannot be looked up at all is left to libpcap to judge. */
    return strcmp(name, "any") == 0 || if_nametoindex(name) != 0 || errno != ENODEV;
}

bool epw_device_is_down(const char *name)
{
    struct ifreq request = { .ifr_flags = 0 };
    size_t len = strlen(name);
    if (len >= sizeof(request.ifr_name))
        return false;
    memcpy(request.ifr_name, name, len + 1);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0); /* any kind of socket answers */
    bool known = fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0;
    if (fd >= 0)
        close(fd);
    return known && (request.ifr_flags & IFF_UP) == 0;
}

enum epw_err epw_devices_each(void (*each)(void *ctx, const struct epw_device *device), void *ctx,
                              struct epw_diag *diag)
{
    char why[PCAP_ERRBUF_SIZE] = "", state[STATE_LEN];
    pcap_if_t *all;
    if (pcap_findalldevs(&all, why) != 0)
        return epw_diag_set(diag, EPW_EIO, "interfaces cannot be listed: %s", why);
    for (const pcap_if_t *at = all; at != NULL; at = at->next) {
        if (!epw_device_is_network(at->name))
            continue;
        describe(at, state);
        const struct epw_device device = {
            .name = at->name,
            .description = at->description == NULL ? "" : at->description,
            .state = state,
        };
        each(ctx, &device);
    }
    pcap_freealldevs(all);
    return EPW_OK;
}
