/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notified PATH WATCHDOG_USEC COMMAND...: runs it as a service manager would, with a socket at
 * PATH (@NAME: abstract), and appends each message that comes to notified.log as one line.
 */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int listen_at(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    size_t len = strlen(path);
    if (fd < 0 || len >= sizeof(address.sun_path))
        return -1;
    memcpy(address.sun_path, path, len);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    return bind(fd, (const struct sockaddr *)&address, size) == 0 ? fd : -1;
}

static void start(char **argv)
{
    char pid[32];
    snprintf(pid, sizeof(pid), "%ld", (long)getpid());
    setenv("NOTIFY_SOCKET", argv[1], 1);
    setenv("WATCHDOG_USEC", argv[2], 1);
    setenv("WATCHDOG_PID", pid, 1);
    execvp(argv[3], argv + 3);
    perror(argv[3]);
    _exit(99);
}

int main(int argc, char **argv)
{
    int fd = argc < 4 ? -1 : listen_at(argv[1]), status = -1;
    FILE *log = fopen("notified.log", "we");
    if (fd < 0 || log == NULL)
        return 99;
    setvbuf(log, NULL, _IOLBF, 0);
    pid_t child = fork();
    if (child == 0)
        start(argv);
    for (bool ended = false; !ended;) {
        char message[256];
        struct pollfd wait = { .fd = fd, .events = POLLIN };
        ended = waitpid(child, &status, WNOHANG) == child; /* then what came before is still read */
        while (poll(&wait, 1, ended ? 0 : 50) > 0) {
            ssize_t len = recv(fd, message, sizeof(message) - 1, 0);
            message[len < 0 ? 0 : len] = '\0';
            fprintf(log, "%s\n", message);
        }
    }
    fclose(log);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}
