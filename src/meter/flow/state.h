/* SPDX-License-Identifier: Apache-2.0 */
/* What a flow is by now, told from what was seen of it. */
#ifndef EPW_METER_FLOW_STATE_H
#define EPW_METER_FLOW_STATE_H

#include "meter/flow/expiry.h"
#include "meter/flow/flow.h"

/*
 * The state of flow_record.h. initiator: the side that is to count as such. over: nothing more is
 * awaited, so that what was not answered is "unanswered", not "new". Where one side only is
 * captured, its FIN closes and its ACK shows that the other side answered.
 */
enum epw_flow_state epw_flow_state(const struct epw_flow *flow, unsigned initiator, bool over);

/* The queue a flow belongs in. */
enum epw_queue epw_flow_queue(const struct epw_flow *flow);

/* Whether an ICMP error of this kind says that nobody is there (not: too big, too far). */
bool epw_icmp_refuses(bool v6, uint8_t type, uint8_t code);

#endif
