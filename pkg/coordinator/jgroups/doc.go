// Package jgroups reads what the nodes of a cluster tell of their messaging
// layer, JGroups: how much each has sent, what it knows to be missing, whom it
// sees. It gives raw figures (coordinator.Node); what they mean for the delivery
// of events is worked out elsewhere. Nothing outside knows MBeans, exporters or
// PromQL.
//
// # Sources
//
//   - Jolokia 2.x, per node: one POST with a bulk request a poll. Before the
//     first one, after failures and after a restart of the JVM, a search for
//     jgroups:* finds the MBeans. An entry that fails (each has its own status,
//     under an HTTP 200) leaves its figures out; a read of single attributes
//     that fails, as 2.x does with 500 for one that it does not know (4.x and
//     5.x give null), is a read of the whole MBean from then on.
//   - The Prometheus JMX exporter, per node: one GET a poll.
//   - A Prometheus server: one query for up to 40 nodes a poll, for the samples
//     of the last 150 s with their own times. A node whose last scrape failed or
//     whose newest sample is too old was not read.
//
// # What is read
//
// Sources of the names: [M] measured on JGroups 2.12.3, 3.6.20, 4.2.30 and
// 5.3.16 with Jolokia 2.1.1 and JMX exporter 1.0.1 (recordings in testdata, and
// two-node clusters of each that were read while this was written); [S] also
// looked up in JGroups' published source of 2.12.2, 3.6.20, 4.2.22 and 5.3.20.
//
//	meaning (coordinator.Node)  2.x: protocol=NAKACK           3.6, 4.x, 5.x: protocol=NAKACK2         source
//	Sent                        CurrentSeqno                   current_seqno                           [M]
//	SentLimit                   GcLag                          –                                       [M]
//	Gaps                        PendingRetransmissionRequests  xmit_table_missing_messages             [M]
//	Held                        – (from printMessages)         xmit_table_undelivered_msgs             [M]
//	RequestsReceived            XmitReqsReceived               xmit_reqs_received                      [M]
//	ResponsesSent               XmitRspsSent                   xmit_rsps_sent                          [M]
//	RequestsSent                XmitReqsSent                   xmit_reqs_sent                          [M]
//	ResponsesReceived           XmitRspsReceived               xmit_rsps_received                      [M]
//	View, ViewID                channel View                   channel view                            [M] [S]
//	View, where that is cut     –                              GMS members: ids, 5.x only              [M]
//	View, where there is none   GMS Members                    GMS members: text, 3.6 and 4.x          [M] [S]
//	own name                    channel Address                channel address                         [M] [S]
//	Windows                     operation printMessages        operation printMessages                 [M] [S]
//	StartedAt                   java.lang:type=Runtime         java.lang:type=Runtime StartTime        Java SE API
//
// Counters of retransmission are numbers in 2.x, objects of all getters of an
// AtomicLong in 3.6 and strings in 4.x and 5.x [M].
//
// # Traps
//
//   - XmitTableSize (2.x) is not the fill of the sent events buffer and is not
//     read: it counts the delivered events of all members. xmit_table_capacity is
//     an allocated size.
//   - "missing=" of printMessages in 2.x counts places of events that nobody
//     misses (1004 in a healthy window); what is missing is worked out of the
//     table's size, where that is possible.
//   - From 3.x on JGroups prints 20 members of a view and "..." [M] [S]. Such a
//     view is not a view of 20 members: it is made of GMS' member ids (5.x), or it is
//     not told (3.x and 4.x cut GMS' members as well). -Dmax.list.print_size=1000
//     on the JVMs lifts the limit.
//   - The exporter's label is cluster="\"name\"", with the quotes of the MBean's
//     name, unless a rule takes them away [M].
//   - A node that does not answer has no figures. A figure that is not told is
//     nil, never 0.
//
// # Names
//
// Exporters' metrics are known by jgroups_<protocol>_<attribute> (the usual rule)
// and jgroups_protocol_<attribute>{protocol="…"} (no rule), in small letters or
// the attribute's, with _total or without. An exporter gives numbers only; with
// this rule the view comes as a label [M], metric jgroups_channel_view, label
// view:
//
//	rules:
//	  - pattern: 'jgroups<type=channel, cluster="(.+)"><>[Vv]iew: (.+)'
//	    name: jgroups_channel_view
//	    value: 1
//	    labels: {cluster: "$1", view: "$2"}
//
// Members and senders are given their configured names where the node's own name
// in JGroups is another; an address that answers as another configured node is
// an error.
package jgroups
