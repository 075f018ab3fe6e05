/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/evidence/assembly.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

static struct epw_asm a;
static struct epw_asm_pool pool;

static void setup(void)
{
    a = (struct epw_asm){ 0 };
    pool = (struct epw_asm_pool){ .cap = 1 << 20 };
}

static void teardown(void)
{
    epw_asm_free(&a, &pool);
}

TestSuite(assembly, .init = setup, .fini = teardown);

static bool put(uint64_t offset, const char *text)
{
    return epw_asm_put(&a, &pool, offset, text, strlen(text), 1000);
}

static void expect(const char *text)
{
    cr_assert_eq(a.len, strlen(text), "%u bytes are contiguous, %zu expected", a.len, strlen(text));
    cr_assert_eq(memcmp(a.bytes, text, a.len), 0);
}

Test(assembly, joins_pieces_in_any_order)
{
    put(6, "ghi");
    put(3, "def");
    put(12, "m");
    cr_assert_eq(a.len, 0);
    put(0, "abc");
    expect("abcdefghi");
    put(9, "jkl");
    expect("abcdefghijklm");
    cr_assert_eq(a.pieces, 0);
}

Test(assembly, keeps_the_first_copy)
{
    put(4, "EF");
    put(8, "IJ");
    put(2, "cdefghijkl");
    put(0, "ab");
    expect("abcdEFghIJkl");
    put(0, "xxxxxxxxxxxxxx");
    expect("abcdEFghIJklxx");
}

Test(assembly, refuses_what_does_not_fit)
{
    cr_assert_not(put(998, "abc"));
    cr_assert_not(put(UINT64_MAX, "abc"));
    cr_assert(put(997, "abc"));
    pool.cap = pool.held;
    epw_asm_free(&a, &pool);
    pool.cap = 50;
    cr_assert_not(put(0, "abc"), "the pool is too small");
    cr_assert_eq(pool.held, 0);
}

Test(assembly, refuses_too_many_pieces)
{
    for (uint64_t i = 1; i <= EPW_ASM_PIECES; i++)
        cr_assert(put(i * 10, "x"));
    cr_assert_not(put(500, "x"));
    cr_assert(put(11, "x"), "joined to one that is there");
    cr_assert(put(0, "0123456789"));
    cr_assert_eq(a.len, 12);
}

Test(assembly, drops_the_beginning)
{
    put(0, "abcdef");
    put(8, "ij");
    epw_asm_drop(&a, 4);
    expect("ef");
    put(2, "gh");
    expect("efghij");
}

Test(assembly, drops_what_has_not_come)
{
    put(0, "ab");
    put(4, "ef");
    put(8, "ijkl");
    epw_asm_drop(&a, 9);
    expect("jkl");
    epw_asm_drop(&a, 100);
    expect("");
    put(0, "mn");
    expect("mn");
}

Test(assembly, tells_whether_bytes_agree)
{
    put(2, "cdef");
    put(8, "ij");
    cr_assert(epw_asm_agrees(&a, 0, "abcd", 4));
    cr_assert(epw_asm_agrees(&a, 5, "f..ij.", 6));
    cr_assert(epw_asm_agrees(&a, 20, "x", 1));
    cr_assert_not(epw_asm_agrees(&a, 0, "abcx", 4));
    cr_assert_not(epw_asm_agrees(&a, 5, "f..iX.", 6));
    put(0, "ab");
    cr_assert_not(epw_asm_agrees(&a, 1, "xc", 2));
    cr_assert_not(epw_asm_agrees(&a, UINT64_MAX, "ab", 2));
}

Test(assembly, skips_a_hole)
{
    size_t skipped = 0;
    put(0, "ab");
    cr_assert_not(epw_asm_skip_hole(&a, &skipped));
    put(5, "fg");
    put(9, "j");
    cr_assert(epw_asm_skip_hole(&a, &skipped));
    cr_assert_eq(skipped, 5);
    expect("fg");
    put(2, "hi");
    expect("fghij");
}

/* Against a model that keeps one flag a byte. */
Test(assembly, agrees_with_a_model)
{
    enum { SPACE = 256 };
    for (unsigned seed = 1; seed < 300; seed++) {
        char model[SPACE] = { 0 };
        unsigned state = seed * 2654435761u;
        for (int step = 0; step < 60; step++) {
            state = state * 1664525u + 1013904223u;
            size_t offset = state >> 24, len = (state >> 16 & 31) + 1;
            if (offset + len > SPACE)
                continue;
            char bytes[32];
            memset(bytes, 'a' + step % 26, len);
            if (!epw_asm_put(&a, &pool, offset, bytes, len, SPACE))
                continue;
            for (size_t i = offset; i < offset + len; i++)
                model[i] = model[i] != 0 ? model[i] : bytes[0];
            size_t contiguous = 0;
            while (contiguous < SPACE && model[contiguous] != 0)
                contiguous++;
            cr_assert_eq(a.len, contiguous);
            cr_assert(contiguous == 0 || memcmp(a.bytes, model, contiguous) == 0);
        }
        epw_asm_free(&a, &pool);
    }
    cr_assert_eq(pool.held, 0);
}
