/* SPDX-License-Identifier: Apache-2.0 */
#include "output/record.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROTO_ICMP = 1,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    PROTO_DCCP = 33,
    PROTO_ICMP6 = 58,
    PROTO_SCTP = 132,
    PROTO_UDPLITE = 136,
};

static const struct {
    uint8_t number;
    char name[EPW_PROTO_LEN];
} protos[] = {
    { PROTO_TCP, "TCP" },   { PROTO_UDP, "UDP" },
    { PROTO_ICMP, "ICMP" }, { PROTO_ICMP6, "IPv6-ICMP" },
    { 2, "IGMP" },          { PROTO_SCTP, "SCTP" },
    { PROTO_DCCP, "DCCP" }, { 47, "GRE" },
    { 50, "ESP" },          { 51, "AH" },
    { 89, "OSPF" },         { 103, "PIM" },
    { 112, "VRRP" },        { PROTO_UDPLITE, "UDPLite" },
};

char *epw_record_proto(uint8_t proto, char out[EPW_PROTO_LEN])
{
    for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
        if (protos[i].number == proto)
            return memcpy(out, protos[i].name, EPW_PROTO_LEN);
    snprintf(out, EPW_PROTO_LEN, "%03u", (unsigned)proto);
    return out;
}

bool epw_record_has_ports(uint8_t proto)
{
    return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP || proto == PROTO_DCCP ||
           proto == PROTO_UDPLITE;
}

struct epw_community {
    EVP_MD *sha1;
    EVP_MD_CTX *ctx;
};

struct epw_community *epw_community_new(void)
{
    struct epw_community *c = calloc(1, sizeof(*c));
    if (c == NULL)
        return NULL;
    c->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    c->ctx = EVP_MD_CTX_new();
    if (c->ctx != NULL)
        return c;
    epw_community_free(c);
    return NULL;
}

void epw_community_free(struct epw_community *community)
{
    if (community == NULL)
        return;
    EVP_MD_CTX_free(community->ctx);
    EVP_MD_free(community->sha1);
    free(community);
}

bool epw_community_id(struct epw_community *community, const struct epw_flow_record *record,
                      char out[EPW_COMMUNITY_LEN])
{
    out[0] = '\0';
    if (record->proto == PROTO_ICMP || record->proto == PROTO_ICMP6)
        return false;

    /* The smaller endpoint comes first, so that both directions have one id. */
    int order = epw_ip_cmp(&record->ip[0], &record->ip[1]);
    int low = order < 0 || (order == 0 && record->port[0] <= record->port[1]) ? 0 : 1;
    int end[2] = { low, 1 - low };
    size_t skip = epw_ip_is4(&record->ip[0]) && epw_ip_is4(&record->ip[1]) ? 12 : 0;

    uint8_t bytes[2 + 16 + 16 + 2 + 4] = { 0 }; /* the seed is the first two */
    size_t at = 2;
    for (int i = 0; i < 2; i++, at += 16 - skip)
        memcpy(bytes + at, record->ip[end[i]].b + skip, 16 - skip);
    bytes[at++] = record->proto;
    bytes[at++] = 0;
    if (epw_record_has_ports(record->proto))
        for (int i = 0; i < 2; i++) {
            bytes[at++] = (uint8_t)(record->port[end[i]] >> 8);
            bytes[at++] = (uint8_t)(record->port[end[i]] & 0xff);
        }

    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (EVP_DigestInit_ex(community->ctx, community->sha1, NULL) != 1 ||
        EVP_DigestUpdate(community->ctx, bytes, at) != 1 ||
        EVP_DigestFinal_ex(community->ctx, digest, &len) != 1 || len != 20)
        return false;
    memcpy(out, "1:", 2);
    EVP_EncodeBlock((unsigned char *)out + 2, digest, (int)len);
    return true;
}

uint64_t epw_record_flow_id(uint64_t flow_id)
{
    return flow_id & ((UINT64_C(1) << 53) - 1);
}

char *epw_record_eve_time(int64_t ts_ns, char out[EPW_TEXT_LEN])
{
    epw_text_time(ts_ns, out);
    size_t len = strlen(out);
    if (len != 0 && out[len - 1] == 'Z')
        memcpy(out + len - 1, "+0000", 6);
    return out;
}

/* How many names of the verdict are the flow's own. */
static size_t weighed(const struct epw_flow_record *record)
{
    size_t own = record->evidence->name_count;
    return own < EPW_FLOW_NAMES ? own : EPW_FLOW_NAMES;
}

size_t epw_record_name_count(const struct epw_flow_record *record,
                             const struct epw_verdict *verdict)
{
    return record->evidence->name_count + verdict->name_count - weighed(record);
}

const struct epw_flow_name *epw_record_name(const struct epw_flow_record *record,
                                            const struct epw_verdict *verdict, size_t i)
{
    size_t own = record->evidence->name_count;
    return i < own ? &record->evidence->name[i] : &verdict->name[i - own + weighed(record)];
}
