/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

const char *epw_strerror(enum epw_err err)
{
    /* No default: the compiler names the value that is missing here. */
    switch (err) {
    case EPW_OK:
        return "success";
    case EPW_ENOMEM:
        return "out of memory";
    case EPW_EUSAGE:
        return "wrong usage";
    case EPW_ENOENT:
        return "no such file or folder";
    case EPW_EISDIR:
        return "is a folder";
    case EPW_EACCES:
        return "permission denied";
    case EPW_EIO:
        return "input/output error";
    case EPW_EFORMAT:
        return "wrong format";
    case EPW_ETRUNC:
        return "cut short";
    case EPW_EUNSUP:
        return "not supported";
    case EPW_ELIMIT:
        return "limit reached";
    case EPW_EFILTER:
        return "filter does not compile";
    case EPW_EDOWN:
        return "interface is down";
    }
    return "unknown error";
}

enum epw_err epw_err_from_errno(int errnum)
{
    switch (errnum) {
    case 0:
        return EPW_OK;
    case ENOMEM:
        return EPW_ENOMEM;
    case ENOENT:
    case ENOTDIR:
        return EPW_ENOENT;
    case EISDIR:
        return EPW_EISDIR;
    case EACCES:
    case EPERM:
        return EPW_EACCES;
    default:
        return EPW_EIO;
    }
}

/* Text may quote foreign input; a terminal must never see its control characters. */
static void blunt(char *text)
{
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
}

enum epw_err epw_diag_set(struct epw_diag *diag, enum epw_err code, const char *fmt, ...)
{
    if (diag == NULL)
        return code;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(diag->text, sizeof(diag->text), fmt, ap);
    va_end(ap);
    blunt(diag->text);
    diag->code = code;
    return code;
}
