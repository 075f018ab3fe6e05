/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_smb;

static struct epw_finder f;

static void clear(void)
{
    fake_clear(&f);
}

TestSuite(ev_smb, .init = clear);

/* SMB 1 negotiate: session message of 47 bytes, header of 32, one dialect */
static const uint8_t negotiate1[] = {
    0, 0, 0, 47, 0xff, 'S', 'M', 'B', 0x72, 0,   0,   0,   0,   0x18, 0x53, 0xc8, 0,
    0, 0, 0, 0,  0,    0,   0,   0,   0,    0,   0,   0,   0,   0xff, 0xfe, 0,    0,
    0, 0, 0, 12, 0,    2,   'N', 'T', ' ',  'L', 'M', ' ', '0', '.',  '1',  '2',  0,
};

/* SMB 1 tree connect AndX, Unicode: \\10.0.0.5\ADMIN$ */
static const uint8_t tree1[] = {
    0,    0,    0,    86,   0xff, 'S', 'M',  'B', 0x75, 0,   0,   0,   0,   0x18,
    0x07, 0xc8, 0,    0,    0,    0,   0,    0,   0,    0,   0,   0,   0,   0,
    0,    0,    0xff, 0xfe, 0,    8,   0,    0,                      /* header to its end at 36 */
    4,    0xff, 0,    0,    0,    0,   0,    1,   0,    43,  0,   0, /* words: AndX none, password 1
                                                                      */
    '\\', 0,    '\\', 0,    '1',  0,   '0',  0,   '.',  0,   '0', 0,   '.', 0,
    '0',  0,    '.',  0,    '5',  0,   '\\', 0,   'A',  0,   'D', 0,   'M', 0,
    'I',  0,    'N',  0,    '$',  0,   0,    0,   '?',  '?', '?', '?', '?', 0,
};

#define HEADER2(command, flags, next)                                                              \
    0xfe, 'S', 'M', 'B', 64, 0, 1, 0, 0, 0, 0, 0, command, 0, 1, 0, flags, 0, 0, 0, next, 0, 0, 0, \
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0

/* SMB 2 negotiate request, body cut down to its size field: nothing of it is read */
static const uint8_t negotiate2[] = { 0, 0, 0, 66, HEADER2(0, 0, 0), 36, 0 };
static const uint8_t reply2[] = { 0, 0, 0, 66, HEADER2(0, 1, 0), 65, 0 };
/* SMB 2 tree connects: \\s\IPC$ and \\s\C$ (path at 72) */
static const uint8_t tree2_ipc[] = { 0,    0,   0,   88,   HEADER2(3, 0, 0),
                                     9,    0,   0,   0,    72,
                                     0,    16,  0,   '\\', 0,
                                     '\\', 0,   's', 0,    '\\',
                                     0,    'I', 0,   'P',  0,
                                     'C',  0,   '$', 0 };
static const uint8_t tree2_c[] = {
    0,   0, 0,   84, HEADER2(3, 0, 0), 9, 0, 0, 0, 72, 0, 12, 0, '\\', 0, '\\', 0, 's', 0, '\\', 0,
    'C', 0, '$', 0
};
static const uint8_t encrypted[] = { 0, 0, 0, 52, 0xfd, 'S', 'M', 'B', 1, 2, 3, 4 };

/* Session request of RFC 1002: called *SMBSERVER, calling HOST */
static const char request[] = "\x81\0\0\x44"
                              "\x20"
                              "CKFDENECFDEFFCFGEFFCCACACACACACA"
                              "\0"
                              "\x20"
                              "EIEPFDFECACACACACACACACACACACAAA";

static struct epw_opening side(enum epw_dir dir)
{
    return fake_opening(6, 40000, 445, dir);
}

static enum epw_look grow(const void *bytes, size_t len)
{
    return fake_grow(&f, &epw_source_smb, side(EPW_TO_SERVER), bytes, len, NULL);
}

/* Pieces one after the other, in place. */
static size_t join(uint8_t *out, size_t at, const void *bytes, size_t len)
{
    memcpy(out + at, bytes, len);
    return at + len;
}

Test(ev_smb, first_share_in_clear_that_is_no_ipc_becomes_the_hint)
{
    uint8_t stream[600];
    size_t len = join(stream, 0, negotiate1, sizeof(negotiate1));
    len = join(stream, len, negotiate2, sizeof(negotiate2));
    len = join(stream, len, tree2_ipc, sizeof(tree2_ipc));
    len = join(stream, len, tree2_c, sizeof(tree2_c));
    cr_assert_eq(grow(stream, len), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "//s/C$");
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    assert_prefixes(&epw_source_smb, side(EPW_TO_SERVER), stream, len);
    clear();
    cr_assert_eq(fake_look(&f, &epw_source_smb, side(EPW_TO_SERVER), stream, len), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "//s/C$");
}

Test(ev_smb, share_of_smb1)
{
    cr_assert_eq(sizeof(tree1), 4 + 86);
    cr_assert_eq(grow(tree1, sizeof(tree1)), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "//10.0.0.5/ADMIN$");
}

Test(ev_smb, share_behind_a_session_setup_in_one_message)
{
    uint8_t both[sizeof(tree1) + 16] = { 0 };
    static const uint8_t setup[] = { 0, 0x75, 0, 48, 0 }; /* no words read; next at 48 */
    memcpy(both, tree1, 36);
    both[3] = (uint8_t)(sizeof(both) - 4);
    both[8] = 0x73;
    memcpy(both + 36, setup, sizeof(setup));
    memcpy(both + 52, tree1 + 36, sizeof(tree1) - 36);
    cr_assert_eq(grow(both, sizeof(both)), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "//10.0.0.5/ADMIN$");
}

Test(ev_smb, compound_requests)
{
    uint8_t compound[4 + 72 + 84] = { 0, 0, 0, 72 + 84 };
    memcpy(compound + 4, negotiate2 + 4, 64);
    compound[4 + 20] = 72;
    memcpy(compound + 4 + 72, tree2_c + 4, 84);
    cr_assert_eq(grow(compound, sizeof(compound)), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "//s/C$");
}

Test(ev_smb, server_side_and_encryption_end_it)
{
    struct epw_opening o = side(EPW_TO_CLIENT);
    cr_assert_eq(fake_look(&f, &epw_source_smb, o, reply2, sizeof(reply2)), EPW_LOOK_DONE);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    cr_assert_eq(fake_look(&f, &epw_source_smb, o, encrypted, sizeof(encrypted)), EPW_LOOK_DONE);
    assert_prefixes(&epw_source_smb, o, reply2, sizeof(reply2));
}

Test(ev_smb, after_the_netbios_handshake)
{
    uint8_t stream[300];
    size_t len = join(stream, 0, request, sizeof(request));
    cr_assert_eq(len, 4 + 68);
    len = join(stream, len, tree1, sizeof(tree1));
    assert_prefixes(&epw_source_smb, fake_opening(6, 40000, 139, EPW_TO_SERVER), stream, len);
    cr_assert_eq(grow(stream, len), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "//10.0.0.5/ADMIN$");
    clear();
    len = join(stream, 0, "\x82\0\0\0", 4);
    len = join(stream, len, reply2, sizeof(reply2));
    assert_prefixes(&epw_source_smb, fake_opening(6, 40000, 139, EPW_TO_CLIENT), stream, len);
}

Test(ev_smb, near_misses)
{
    /* Free: length, command and what follows it up to the flags. */
    assert_near_misses(&epw_source_smb, side(EPW_TO_SERVER), negotiate2, sizeof(negotiate2), 10,
                       bytes_from_to(1, 3));
    cr_assert_eq(grow("\0\0\0\x10\xffSMBr", 9), EPW_LOOK_NO, "shorter than its header");
    cr_assert_eq(grow("\0\0\0\x40\xfbSMB", 8), EPW_LOOK_NO);
    cr_assert_eq(grow("\x16\x03\x01\0\x05", 5), EPW_LOOK_NO);
}

Test(ev_smb, lying_offsets_give_no_share)
{
    uint8_t copy[sizeof(tree2_c)];
    static const uint8_t offsets[] = { 0, 71, 83, 255 };
    for (size_t i = 0; i < sizeof(offsets); i++) {
        clear();
        memcpy(copy, tree2_c, sizeof(copy));
        copy[4 + 64 + 4] = offsets[i];
        cr_assert_eq(grow(copy, sizeof(copy)), EPW_LOOK_MINE);
        cr_assert_str_empty(f.hint);
    }
    uint8_t password[sizeof(tree1)];
    memcpy(password, tree1, sizeof(password));
    password[36 + 7] = 255;
    cr_assert_eq(grow(password, sizeof(password)), EPW_LOOK_MINE);
    cr_assert_str_empty(f.hint);
}
