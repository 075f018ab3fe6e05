/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

Test(err, every_value_has_its_own_words)
{
    for (int e = EPW_EDOWN; e < EPW_OK; e++)
        cr_assert_str_neq(epw_strerror((enum epw_err)e), "unknown error");
}

Test(err, errno_is_mapped)
{
    cr_assert_eq(epw_err_from_errno(ENOENT), EPW_ENOENT);
    cr_assert_eq(epw_err_from_errno(EACCES), EPW_EACCES);
    cr_assert_eq(epw_err_from_errno(ENOSPC), EPW_EIO);
}

Test(err, diag_is_cut_cleaned_and_optional)
{
    struct epw_diag diag;
    char big[EPW_DIAG_LEN * 2];
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    cr_assert_eq(epw_diag_set(&diag, EPW_EIO, "%s", big), EPW_EIO);
    cr_assert_eq(strlen(diag.text), EPW_DIAG_LEN - 1);
    epw_diag_set(&diag, EPW_EFORMAT, "a\x1b[31mb\n");
    cr_assert_str_eq(diag.text, "a?[31mb?");
    cr_assert_eq(epw_diag_set(NULL, EPW_ENOMEM, "x"), EPW_ENOMEM);
}
