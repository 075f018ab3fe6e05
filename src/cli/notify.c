/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* clock_gettime, SOCK_CLOEXEC */

#include "cli/notify.h"

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A path, or with @ the name of an abstract socket. */
static int connect_to(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t len = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || len >= sizeof(address.sun_path))
        return -1;
    memcpy(address.sun_path, name, len);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, size) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* $WATCHDOG_USEC, unless it is meant for another process; 0: none. */
static int64_t watchdog_ns(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    uint64_t value;
    if (usec == NULL || !epw_text_u64(usec, 1, INT64_MAX / 1000, &value))
        return 0;
    uint64_t whose;
    bool ours =
        pid == NULL || (epw_text_u64(pid, 1, INT32_MAX, &whose) && whose == (uint64_t)getpid());
    return ours ? (int64_t)value * 1000 : 0;
}

void epw_notify_open(struct epw_notify *notify)
{
    const char *name = getenv("NOTIFY_SOCKET");
    *notify = (struct epw_notify){ .fd = name == NULL ? -1 : connect_to(name) };
    if (notify->fd >= 0)
        notify->every_ns = watchdog_ns() / 2;
}

void epw_notify_close(struct epw_notify *notify)
{
    if (notify->fd >= 0)
        close(notify->fd);
    notify->fd = -1;
}

/* The manager that does not listen loses a message, no more: the run does not depend on it. */
static void say(const struct epw_notify *notify, const char *message)
{
    if (notify->fd >= 0 && write(notify->fd, message, strlen(message)) < 0)
        return;
}

void epw_notify_ready(const struct epw_notify *notify)
{
    say(notify, "READY=1");
}

void epw_notify_alive(struct epw_notify *notify)
{
    if (notify->every_ns == 0)
        return;
    int64_t now = now_ns();
    if (now < notify->next_ns)
        return;
    notify->next_ns = now + notify->every_ns;
    say(notify, "WATCHDOG=1");
}

void epw_notify_stopping(const struct epw_notify *notify)
{
    say(notify, "STOPPING=1");
}
