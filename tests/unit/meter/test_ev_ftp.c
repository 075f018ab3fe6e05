/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_ftp;

static struct epw_finder f;

static void clear(void)
{
    fake_clear(&f);
}

TestSuite(ev_ftp, .init = clear);

static struct epw_opening side(enum epw_dir dir)
{
    return fake_opening(6, 40000, 2021, dir);
}

static enum epw_look grow(enum epw_dir dir, const char *text)
{
    return fake_grow(&f, &epw_source_ftp, side(dir), text, strlen(text), NULL);
}

static enum epw_look grow_known(enum epw_dir dir, const char *text)
{
    struct epw_opening o = side(dir);
    o.app = EPW_APP_FTP;
    f.ev.requester = EPW_TO_SERVER;
    return fake_grow(&f, &epw_source_ftp, o, text, strlen(text), NULL);
}

static void assert_endpoint(const struct epw_sighting *s, const char *address, uint16_t port,
                            int listener)
{
    char text[EPW_IP_STRLEN];
    cr_assert_eq(s->kind, EPW_SIGHT_ENDPOINT);
    cr_assert_str_eq(epw_ip_format(&s->address, text), address);
    cr_assert_eq(s->port, port);
    cr_assert_eq(s->endpoint_listener, listener);
    cr_assert_eq(s->proto, 6);
    cr_assert_str_eq(epw_ip_format(&s->client, text), "10.0.0.1");
    cr_assert_str_eq(epw_ip_format(&s->server, text), "10.0.0.2");
    cr_assert_eq(s->client_port, 40000);
    cr_assert_eq(s->server_port, 2021);
}

Test(ev_ftp, server_side_with_passive_replies)
{
    static const char text[] = "220 (vsFTPd 3.0.3)\r\n331 Please specify the password.\r\n"
                               "230 Login successful.\r\n"
                               "227 Entering Passive Mode (192,168,1,5,78,52).\r\n"
                               "229 Entering Extended Passive Mode (|||20021|)\r\n";
    cr_assert_eq(grow(EPW_TO_CLIENT, text), EPW_LOOK_MINE);
    cr_assert_str_eq(f.hint, "(vsFTPd 3.0.3)");
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    cr_assert_eq(f.sights, 2);
    assert_endpoint(&f.sight[0], "192.168.1.5", 78 * 256 + 52, 1);
    assert_endpoint(&f.sight[1], "10.0.0.2", 20021, 1);
    assert_prefixes(&epw_source_ftp, side(EPW_TO_CLIENT), text, strlen(text));
}

Test(ev_ftp, client_side_with_active_commands)
{
    static const char text[] = "USER avupdate\r\nPASS secret\r\nSYST\r\n"
                               "PORT 10,0,0,1,200,17\r\nEPRT |2|fd00::1|51300|\r\n"
                               "EPRT |1|132.235.1.2|6275|\r\n";
    cr_assert_eq(grow(EPW_TO_SERVER, text), EPW_LOOK_MINE);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    cr_assert_eq(f.sights, 3);
    assert_endpoint(&f.sight[0], "10.0.0.1", 200 * 256 + 17, 0);
    assert_endpoint(&f.sight[1], "fd00::1", 51300, 0);
    assert_endpoint(&f.sight[2], "132.235.1.2", 6275, 0);
    cr_assert_str_empty(f.hint, "neither user nor password is kept");
}

Test(ev_ftp, greeting_without_the_word_waits_for_a_reply_of_its_own)
{
    cr_assert_eq(fake_look(&f, &epw_source_ftp, side(EPW_TO_CLIENT), "220 Welcome\r\n", 13),
                 EPW_LOOK_MORE);
    cr_assert_eq(grow(EPW_TO_CLIENT, "220-Welcome\r\n we log\r\n220 ready\r\n331 Password\r\n"),
                 EPW_LOOK_MINE);
    cr_assert_str_eq(f.hint, "Welcome");
}

Test(ev_ftp, mail_servers_are_not_ftp)
{
    cr_assert_eq(grow(EPW_TO_CLIENT, "220 ftp.example.net ESMTP Postfix\r\n"), EPW_LOOK_NO);
    cr_assert_eq(grow(EPW_TO_CLIENT, "220 ftp.example.net\r\n250 Hello\r\n230 x\r\n"), EPW_LOOK_NO);
    cr_assert_eq(grow(EPW_TO_SERVER, "EHLO client\r\nAUTH LOGIN\r\n"), EPW_LOOK_NO);
    cr_assert_eq(grow(EPW_TO_CLIENT, "+OK POP3 ready\r\n"), EPW_LOOK_NO);
    cr_assert_eq(f.sights, 0);
}

Test(ev_ftp, pop3_login_alone_is_not_ftp)
{
    static const char text[] = "USER a\r\nPASS b\r\nSTAT\r\nLIST\r\nRETR 1\r\nQUIT\r\n";
    cr_assert_neq(grow(EPW_TO_SERVER, text), EPW_LOOK_MINE);
    cr_assert_eq(f.ev.requester, EPW_REQUESTER_UNKNOWN);
}

Test(ev_ftp, tls_ends_the_reading)
{
    cr_assert_eq(grow(EPW_TO_CLIENT, "220 FTP\r\n234 AUTH TLS successful\r\n\x16\x03\x03"),
                 EPW_LOOK_DONE);
    cr_assert(f.ev.starttls);
    cr_assert(f.tunnel);
    clear();
    cr_assert_eq(grow(EPW_TO_SERVER, "AUTH TLS\r\n\x16\x03\x01\x02"), EPW_LOOK_DONE);
    cr_assert_not(f.ev.starttls, "asked for, but not granted");
    cr_assert(f.tunnel);
}

Test(ev_ftp, tls_is_no_line_whatever_bytes_it_has)
{
    struct epw_opening o = side(EPW_TO_SERVER);
    o.app = EPW_APP_FTP;
    f.ev.requester = EPW_TO_SERVER;
    cr_assert_eq(fake_look(&f, &epw_source_ftp, o, "\x16\x03\x01\n\x0a", 5), EPW_LOOK_DONE);
    cr_assert(f.tunnel);
    cr_assert_eq(f.consumed, 0, "all of it is TLS's");
    o.inner = true;
    cr_assert_eq(fake_look(&f, &epw_source_ftp, o, "\x16\x03", 2), EPW_LOOK_NO);
}

Test(ev_ftp, refused_tls_goes_on_in_clear)
{
    cr_assert_eq(grow(EPW_TO_CLIENT, "220 FTP\r\n530 no TLS\r\n227 x (1,2,3,4,5,6)\r\n"),
                 EPW_LOOK_MINE);
    cr_assert_not(f.ev.starttls);
    cr_assert_not(f.tunnel);
    cr_assert_eq(f.sights, 1);
}

Test(ev_ftp, announcements_that_lie_are_none)
{
    static const char *const replies[] = {
        "227 Entering Passive Mode (1,2,3,4,5).\r\n",
        "227 (1,2,3,4,5,256)\r\n",
        "227 (1,2,3,4,0,0)\r\n",
        "227 \r\n",
        "229 Extended (|||0|)\r\n",
        "229 Extended (|||65536|)\r\n",
        "229 Extended (|||6446)\r\n",
        "229 Extended |||6446|\r\n",
        "229 Extended (\r\n",
        "227-Entering (1,2,3,4,5,6)\r\n",
        "227 (99999999999999999999999999,2,3,4,5,6)\r\n",
        "PORT 1,2,3,4,5,6\r\n",
    };
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        clear();
        cr_assert_eq(grow_known(EPW_TO_CLIENT, replies[i]), EPW_LOOK_MINE);
        cr_assert_eq(f.sights, 0, "%s", replies[i]);
    }
    static const char *const commands[] = {
        "PORT 1,2,3,4,5\r\n",
        "PORT\r\n",
        "EPRT |1|1.2.3.4|0|\r\n",
        "EPRT |1|example.net|21|\r\n",
        "EPRT |||21|\r\n",
        "PORT 0,0,0,0,5,6\r\n",
        "EPRT 1\r\n",
        "PORTA 1,2,3,4\r\n",
        "227 (1,2,3,4,5,6)\r\n",
    };
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        clear();
        cr_assert_eq(grow_known(EPW_TO_SERVER, commands[i]), EPW_LOOK_MINE);
        cr_assert_eq(f.sights, 0, "%s", commands[i]);
    }
}

Test(ev_ftp, passive_reply_forms_of_real_servers)
{
    static const char *const replies[] = { "227 Entering Passive Mode (10,1,2,3,4,5)\r\n",
                                           "227 Entering Passive Mode 10,1,2,3,4,5\r\n",
                                           "227 =10,1,2,3,4,5\n",
                                           "227 ok (10, 1, 2, 3, 4, 5).\r\n" };
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        clear();
        grow_known(EPW_TO_CLIENT, replies[i]);
        cr_assert_eq(f.sights, 1, "%s", replies[i]);
        assert_endpoint(&f.sight[0], "10.1.2.3", 1029, 1);
    }
}

Test(ev_ftp, midstream_needs_what_only_ftp_says)
{
    struct epw_opening o = side(EPW_TO_CLIENT);
    o.from_start = false;
    static const char passive[] = "complete.\r\n227 Entering Passive Mode (10,0,0,2,8,1)\r\n";
    cr_assert_eq(fake_look(&f, &epw_source_ftp, o, passive, strlen(passive)), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 1);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    clear();
    static const char mail[] = "226 something\r\n150 File okay\r\n";
    cr_assert_eq(fake_look(&f, &epw_source_ftp, o, mail, strlen(mail)), EPW_LOOK_NO);
    cr_assert_eq(fake_look(&f, &epw_source_ftp, o, "\x00\x01\x02", 3), EPW_LOOK_NO);
}

Test(ev_ftp, midstream_with_the_sides_swapped_keeps_the_roles)
{
    struct epw_opening o = fake_opening(6, 2021, 40000, EPW_TO_SERVER);
    char text[EPW_IP_STRLEN];
    o.from_start = false;
    static const char passive[] = "229 Entering Extended Passive Mode (|||5000|)\r\n";
    cr_assert_eq(fake_look(&f, &epw_source_ftp, o, passive, strlen(passive)), EPW_LOOK_MINE);
    cr_assert_eq(f.ev.requester, EPW_TO_CLIENT);
    cr_assert_str_eq(epw_ip_format(&f.sight[0].server, text), "10.0.0.1");
    cr_assert_eq(f.sight[0].server_port, 2021);
}

Test(ev_ftp, a_line_without_end_ends_it)
{
    static char text[6000];
    memset(text, 'x', sizeof(text));
    struct epw_opening o = side(EPW_TO_SERVER);
    o.app = EPW_APP_FTP;
    cr_assert_eq(fake_look(&f, &epw_source_ftp, o, text, sizeof(text)), EPW_LOOK_DONE);
}
