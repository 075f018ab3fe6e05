/* SPDX-License-Identifier: Apache-2.0 */
#include "output/eve.h"

#include "analyst/verdict/verdict.h"
#include "output/record.h"

#include <string.h>

/*
 * A JSON string of any text. Texts are clean by contract; should one not be
 * UTF-8 after all, it is cleaned here, because jansson would refuse it and the
 * key would be missing. NULL without memory.
 */
static json_t *text_of(const char *value)
{
    json_t *string = json_string(value);
    if (string != NULL)
        return string;
    char clean[4 * EPW_REASON_LEN];
    epw_text_clean(value, strlen(value), clean, sizeof(clean));
    return json_string(clean);
}

static json_t *number_of(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

int epw_eve_set_text(json_t *object, const char *key, const char *value)
{
    return value[0] == '\0' ? 0 : json_object_set_new(object, key, text_of(value));
}

int epw_eve_set_time(json_t *object, const char *key, int64_t ts_ns)
{
    char stamp[EPW_TEXT_LEN];
    return json_object_set_new(object, key, json_string(epw_record_eve_time(ts_ns, stamp)));
}

/* src_ip, src_port, dest_ip, dest_port, proto; [0] is the source. */
static int set_endpoints(json_t *root, const struct epw_ip ip[2], const uint16_t port[2],
                         uint8_t proto)
{
    static const char *const ip_key[] = { "src_ip", "dest_ip" };
    static const char *const port_key[] = { "src_port", "dest_port" };
    char text[EPW_IP_STRLEN], name[EPW_PROTO_LEN];
    int bad = 0;
    for (int side = 0; side < 2; side++) {
        bad |= epw_eve_set_text(root, ip_key[side], epw_ip_format(&ip[side], text));
        if (epw_record_has_ports(proto))
            bad |= json_object_set_new(root, port_key[side], json_integer(port[side]));
    }
    return bad | epw_eve_set_text(root, "proto", epw_record_proto(proto, name));
}

static json_t *hosts(const struct epw_finding *f)
{
    char text[EPW_IP_STRLEN];
    json_t *array = json_array();
    for (size_t i = 0; array != NULL && i < f->host_count; i++)
        if (json_array_append_new(array, json_string(epw_ip_format(&f->host[i], text))) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static int set_finding(json_t *root, const struct epw_finding *f)
{
    json_t *own = json_object();
    int bad = epw_eve_set_text(own, "finding", f->kind);
    bad |= epw_eve_set_text(own, "finding_id", f->id);
    bad |= epw_eve_set_text(own, "state", epw_finding_state_name(f->state));
    bad |= epw_eve_set_text(own, "product", f->product);
    bad |= epw_eve_set_text(own, "function", f->function);
    bad |= epw_eve_set_text(own, "subject", f->subject);
    bad |= json_object_set_new(own, "hosts", hosts(f));
    bad |= json_object_set_new(own, "host_total", number_of(f->host_total));
    bad |= json_object_set_new(own, "count", number_of(f->count));
    bad |= epw_eve_set_time(own, "first", f->first_ns);
    bad |= epw_eve_set_time(own, "last", f->last_ns);
    bad |= epw_eve_set_text(own, "documented", f->documented);
    bad |= epw_eve_set_text(own, "advice", f->advice);
    return json_object_set_new(root, "epwatch", own) | bad;
}

int epw_eve_set_alert(json_t *root, const struct epw_finding *f)
{
    int bad = epw_eve_set_time(root, "timestamp", f->last_ns);
    if (f->sample_count != 0)
        bad |= json_object_set_new(root, "flow_id",
                                   number_of(epw_record_flow_id(f->sample[0].flow_id)));
    bad |= epw_eve_set_text(root, "event_type", "alert");
    if (f->sample_count != 0)
        bad |= set_endpoints(root, f->sample[0].ip, f->sample[0].port, f->sample[0].proto);
    json_t *alert = json_object();
    bad |= epw_eve_set_text(alert, "signature", f->summary[0] == '\0' ? f->kind : f->summary);
    bad |= epw_eve_set_text(alert, "category", f->kind);
    bad |= json_object_set_new(alert, "severity", json_integer(f->severity));
    bad |= json_object_set_new(root, "alert", alert);
    return bad | set_finding(root, f);
}

/* One counter of a group of the stats event. */
struct counter {
    const char *key;
    uint64_t value;
};

static int set_counters(json_t *root, const char *key, const struct counter *counter, size_t count)
{
    json_t *group = json_object();
    int bad = 0;
    for (size_t i = 0; i < count; i++)
        bad |= json_object_set_new(group, counter[i].key, number_of(counter[i].value));
    return json_object_set_new(root, key, group) | bad;
}
#define SET_COUNTERS(root, key, ...)                                                               \
    set_counters(root, key, (const struct counter[])__VA_ARGS__,                                   \
                 sizeof((const struct counter[])__VA_ARGS__) / sizeof(struct counter))

static int set_quality(json_t *root, const struct epw_stats *s)
{
    double share =
        s->tcp_flows_data == 0 ? 0 : (double)s->tcp_flows_one_way / (double)s->tcp_flows_data;
    json_t *quality = json_object();
    int bad = json_object_set_new(quality, "one_way_share", json_real(share));
    bad |= json_object_set_new(quality, "duplicates", number_of(s->duplicates));
    bad |= json_object_set_new(quality, "truncated", number_of(s->cut_frames));
    bad |= json_object_set_new(quality, "time_steps", number_of(s->time_steps));
    bad |= json_object_set_new(quality, "vlan_joined", number_of(s->vlan_joined));
    bad |= json_object_set_new(quality, "vlan_variants", number_of(s->vlan_variants));
    return json_object_set_new(root, "quality", quality) | bad;
}

int epw_eve_set_stats(json_t *root, const struct epw_stats *s, bool partial)
{
    struct counter decoder[EPW_ENDINGS], limits[EPW_LIMIT_COUNT];
    for (unsigned i = 0; i < EPW_ENDINGS; i++)
        decoder[i] = (struct counter){ epw_ending_name((enum epw_ending)i), s->ending[i] };
    for (unsigned i = 0; i < EPW_LIMIT_COUNT; i++)
        limits[i] = (struct counter){ epw_limit_name((enum epw_limit)i), s->limited[i] };
    json_t *stats = json_object();
    int bad = json_object_set_new(stats, "packets", number_of(s->packets));
    bad |= json_object_set_new(stats, "bytes", number_of(s->bytes));
    bad |= json_object_set_new(stats, "flows", number_of(s->flows));
    bad |= json_object_set_new(stats, "labelled", number_of(s->labelled));
    bad |= SET_COUNTERS(stats, "drops",
                        { { "kernel", s->drops_kernel },
                          { "interface", s->drops_interface },
                          { "queue", s->records_dropped } });
    bad |= set_counters(stats, "decoder", decoder, EPW_ENDINGS);
    bad |= SET_COUNTERS(stats, "flow",
                        { { "evicted", s->flows_evicted },
                          { "fragments", s->fragments },
                          { "fragments_orphan", s->fragments_orphan },
                          { "datagrams_joined", s->datagrams_joined },
                          { "datagrams_dropped", s->datagrams_dropped },
                          { "icmp_errors", s->icmp_errors },
                          { "icmp_orphan", s->icmp_orphan } });
    bad |= SET_COUNTERS(stats, "evidence",
                        { { "limited", s->evidence_limited },
                          { "gaps", s->evidence_gaps },
                          { "malformed", s->evidence_bad } });
    bad |= SET_COUNTERS(stats, "analyst",
                        { { "wait_evicted", s->wait_evicted },
                          { "names_evicted", s->names_evicted },
                          { "hosts_evicted", s->hosts_evicted } });
    bad |= set_counters(stats, "limits", limits, EPW_LIMIT_COUNT);
    bad |= SET_COUNTERS(stats, "findings",
                        { { "reported", s->findings },
                          { "withheld", s->findings_withheld },
                          { "dropped", s->findings_dropped },
                          { "pairs_one_way", s->pairs_one_way } });
    bad |= set_quality(stats, s);
    bad |= json_object_set_new(stats, "partial", json_boolean(partial));
    return json_object_set_new(root, "stats", stats) | bad;
}
