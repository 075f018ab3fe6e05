/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ready-made exchanges: each says what both sides say, over a conversation
 * that is already open. Options: the keys in verbs.c, meanings in README.md.
 */
#ifndef EPW_SCENARIO_SAY_H
#define EPW_SCENARIO_SAY_H

#include "scenario.h"

typedef void say_fn(struct scene *s, struct convo *c, const struct options *o);

say_fn say_talk, say_syslog, say_ntp, say_ssh, say_dhcp; /* say_plain.c */
say_fn say_dns;                                          /* say_dns.c */
say_fn say_tls;                                          /* say_tls.c */
say_fn say_quic;                                         /* say_quic.c */
say_fn say_http, say_connect, say_ftp;                   /* say_web.c, say_ftp.c */
say_fn say_smb, say_smb1;                                /* say_smb.c, say_smb1.c */
say_fn say_nbns, say_nbds;                               /* say_netbios.c */
say_fn say_ldap, say_cldap, say_kerberos;                /* say_directory.c */
say_fn say_tds, say_mysql, say_mqtt, say_rmi;            /* say_data.c */

/* The NetBIOS session that carries SMB on port 139 (say_netbios.c). */
void netbios_session(struct scene *s, struct convo *c);
/* 32 letters and a length before, a zero after: RFC 1001, 14.1. */
void netbios_name(struct buf *out, const char *name, unsigned suffix);

#endif
