/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main() of a fuzz target in ordinary builds: shows it every file of its
 * corpus (or the files named), so that `make check` replays what fuzzing found.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return -1;
    }
    static uint8_t bytes[1 << 20];
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    /* A copy of the exact size, so that AddressSanitizer sees a read beyond it. */
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL)
        return -1;
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    return 0;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++, count++)
        if (replay(argv[i]) != 0)
            return 1;
    if (argc > 1)
        return 0;
    const char *base = strrchr(argv[0], '/');
    base = base == NULL ? argv[0] : base + 1;
    if (strncmp(base, "lt-", 3) == 0)
        base += 3;
    const char *srcdir = getenv("EPW_SRCDIR");
    char folder[2048], path[4096];
    snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", srcdir == NULL ? "." : srcdir,
             base);
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        perror(folder);
        return 1;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (replay(path) != 0)
            return 1;
        count++;
    }
    closedir(dir);
    printf("%s: %d inputs replayed\n", base, count);
    return count == 0;
}
