// SPDX-License-Identifier: Apache-2.0
//
// Learns at a guest's port: a traffic-control classifier on the port's ingress, which is where the guest's own
// frames come in. Per station, a VLAN and a source address, it keeps when a frame was last seen and how many
// multicast membership reports there were; per station and IP address, when the guest last proved the address
// to be its own; per station, whom it asked for by ARP. It decides nothing: every frame goes on to the next filter.
//
// Uses what Linux 5.8 has (bpf_ktime_get_ns for programs under any licence is the newest of it). Little-endian
// machines only. After a change: npm run generate, in this package.

#include "claims.h"
#include <linux/pkt_cls.h>

static __u64 HELPER(jiffies64)(void) = (void *)BPF_FUNC_jiffies64; // two instructions: a verifier puts them in place of the call

// --- Hash maps of this port alone; whoever loads the program puts their descriptors here. What does not fit is not kept: user
// space takes out what is oldest (src/aged-map.ts).

// Its keys are a __u64: the VLAN (0 = untagged) in the two low bytes, then the source address as on the wire.
extern char stations;

struct sighting {
	__u64 last_seen_ns; // CLOCK_MONOTONIC; at most `lasts` before the last frame
	__u64 reports; // of multicast groups: IGMP in the low half, MLD in the high one
#define ONE_IGMP_REPORT 1
#define ONE_MLD_REPORT (1ull << 32)
};

extern char addresses;

// Whom a station asked for by ARP, in so many places each: what a guest asks for costs no other station its memory.
extern char questions;

struct question_key {
	__u64 station;
	__u64 place; // follows from the target, so that a target has one place
#define PLACES_BITS 3
};

struct question {
	__u64 asked_ns;
	__u64 target; // as on the wire, in the low half
};

struct claim {
	__u64 asserted_ns; // when it was last spoken from unasked; 0 = never
	__u64 answered_ns; // when it was last answered for
	__u64 said; // what the guest last said to be there; 0 = nothing
};

// --- Arrays in front of them. Times in them are jiffies: reading the clock is most of what a sighting costs.

// One entry, of this port alone. User space writes it whole (src/recent-stations.ts).
extern char port;

struct port {
	__u64 number; // in the bits above a time's: nothing else has it, and a new one voids what is recent of this port
	__u64 lasts; // so long a station counts as just seen
	__u64 added_at; // when a station was last added
	__u64 no_room_at; // when a station found no room
	__u64 no_room_for_address_at;
	__u64 no_room_for_question_at;
};

// The stations that were just seen at any port of this host, each in the one place that it may have. Two CPUs may write a place at
// once: what does not belong together is then no station's.
extern char recent;

#define RECENT_BITS 14 // of the number of places

struct recent {
	__u64 station;
	__u64 seen; // number of the port and time, mixed with the station
};

#define IPV4_PROTOCOL 9 // offset in the packet
#define HOP_BY_HOP 0
#define IGMP 2

// One byte near the beginning of a frame, which is at hand but for odd frames; 0 where the frame is too short.
INLINE __u8 early_byte(const struct __sk_buff *skb, __u32 offset)
{
	const __u8 *frame = (void *)(long)skb->data;
	if ((void *)frame + offset + 1 <= (void *)(long)skb->data_end)
		return frame[offset];
	__u8 byte = 0;
	load_bytes(skb, offset, &byte, 1);
	return byte;
}

// --- Multicast membership reports

// RFC 1112, 2236 and 3376.
INLINE int is_igmp_report(const struct __sk_buff *skb)
{
	__u16 ip[4];
	if (load_bytes(skb, ETH_HLEN, ip, sizeof(ip)) < 0)
		return 0;
	__u32 header = (ip[0] & 0x0f) * 4;
	__u8 type = 0;
	if (header < 20 || ip[3] & NET16(0x1fff) || load_bytes(skb, ETH_HLEN + header, &type, 1) < 0)
		return 0; // no message begins there, or in another fragment
	return type == 0x12 || type == 0x16 || type == 0x22;
}

// RFC 2710 and 3810: always behind a hop-by-hop header, which holds the router alert.
INLINE int is_mld_report(const struct __sk_buff *skb)
{
	__u8 header[2]; // what follows it, and its length beyond eight bytes in units of eight
	__u32 offset = ETH_HLEN + IPV6_HEADER_BYTES;
	if (load_bytes(skb, offset, header, sizeof(header)) < 0 || header[0] != ICMPV6)
		return 0;
	__u8 type = 0;
	load_bytes(skb, offset + 8 + header[1] * 8, &type, 1);
	return type == 131 || type == 143;
}

// --- What is kept

#define E2BIG 7

INLINE int add_station(struct port *port, const __u64 *station, __u64 time)
{
	if (port->no_room_at == time) // room is made once a second; a flood would ask for it with each frame
		return 0;
	struct sighting first = {ktime_get_ns(), 0};
	long failed = update(&stations, station, &first, BPF_NOEXIST);
	if (failed == -E2BIG)
		port->no_room_at = time;
	if (!failed)
		port->added_at = time;
	return !failed;
}

// 2^64 by the golden ratio: what differs little goes far apart.
INLINE __u64 spread(__u64 number)
{
	return number * 0x9e3779b97f4a7c15;
}

// By the station alone: where it speaks at two ports, each of its frames is written with its time, and which was last is certain.
// MACs and VLANs that follow one another stand side by side, four in a line of the CPU's cache: a guest's often do.
INLINE __u64 place_of(__u64 station)
{
	__u64 last_bytes = NET16((__u16)(station >> 48)), vlan = station & VID_MASK;
	__u64 first_bytes = station << 16 >> 32;
	return ((spread(first_bytes) >> (64 - RECENT_BITS)) + last_bytes + vlan) & ((1 << RECENT_BITS) - 1);
}

// What was just seen is not looked up again, unless a station was added since: who goes on speaking must not look older than one
// that came in between, or it goes in its place when room is made.
INLINE void see_station(struct port *port, const __u64 *station, __u64 time)
{
	__u64 number = port->number; // once: user space may change it
	__u64 mix = spread(*station);
	__u64 place = place_of(*station); // whose low half is the key
	struct recent *last = lookup(&recent, &place);
	if (!last)
		return; // there is no such place
	__u64 seen = number | time;
	__u64 ago = seen - (last->seen ^ mix);
	if (last->station == *station && ago < port->lasts && ago < time - port->added_at)
		return;

	struct sighting *known = lookup(&stations, station);
	if (known) // written in place: an update would look the station up again and take a lock
		known->last_seen_ns = ktime_get_ns();
	else if (!add_station(port, station, time))
		return; // it takes no place from one that is known
	last->station = *station;
	last->seen = seen ^ mix;
}

INLINE void count_report(const __u64 *station, __u64 one)
{
	struct sighting *known = lookup(&stations, station);
	if (known)
		__sync_fetch_and_add(&known->reports, one);
}

INLINE void add_address(struct port *port, const struct address *address, enum proof proof, __u64 said, __u64 time)
{
	if (port->no_room_for_address_at == time)
		return;
	__u64 now = ktime_get_ns();
	struct claim first = {proof == ASSERTED ? now : 0, proof == ASSERTED ? 0 : now, said};
	if (update(&addresses, address, &first, BPF_NOEXIST) == -E2BIG)
		port->no_room_for_address_at = time;
}

// Keeps a compiler from making one write of two: a choice of where to write is arithmetic with a pointer, for which the kernel
// wants CAP_PERFMON.
#define APART asm volatile("")

// Here and below, what a look-up found is asked once whether it is there: without CAP_PERFMON, the verifier of Linux 6.1 follows a
// processor that guesses a second answer wrong.
INLINE void learn_address(struct port *port, const struct address *address, enum proof proof, __u64 said, __u64 time)
{
	struct claim *known = lookup(&addresses, address);
	if (!known) {
		add_address(port, address, proof, said, time);
		return;
	}
	__u64 now = ktime_get_ns();
	if (proof == ASSERTED)
		known->asserted_ns = now;
	APART;
	if (proof == ANSWERED)
		known->answered_ns = now;
	if (said)
		known->said = said;
}

// Whom an ARP packet that claims its sender's address asks for; 0 = nobody. Of itself it only speaks.
INLINE __u32 asked_by(const struct arp *arp)
{
	__u32 sender = arp->sender_ip[0] | (__u32)arp->sender_ip[1] << 16;
	__u32 target = arp->target_ip[0] | (__u32)arp->target_ip[1] << 16;
	return arp->operation == NET16(ARP_REQUEST) && target != sender ? target : 0;
}

// A new target takes the place of one asked for before.
INLINE void learn_question(struct port *port, __u64 station, __u32 target, __u64 time)
{
	struct question_key key = {station, (target * 0x9e3779b1u) >> (32 - PLACES_BITS)};
	struct question *known = lookup(&questions, &key);
	if (known) {
		if (known->target == target) {
			known->asked_ns = ktime_get_ns();
			return;
		}
	} else if (port->no_room_for_question_at == time) {
		return;
	}
	struct question question = {ktime_get_ns(), target};
	if (update(&questions, &key, &question, BPF_ANY) == -E2BIG) // at once: nobody reads a half of each
		port->no_room_for_question_at = time;
}

__attribute__((section("classifier"), used)) int learn(struct __sk_buff *skb)
{
	// What nic-herald itself puts in at this port carries the port's number as its mark. Learned, a guess of
	// ours would be evidence at the guest's next migration.
	if (skb->mark == skb->ifindex)
		return TC_ACT_UNSPEC;

	// What QEMU announces comes in here too and is not the guest's word: it names the MAC that the card was
	// made with, which a guest that set another one uses no more.
	if (skb->protocol == NET16(ETH_P_RARP))
		return TC_ACT_UNSPEC;

	const __u16 *header = (void *)(long)skb->data;
	if ((void *)header + ETH_HLEN > (void *)(long)skb->data_end)
		return TC_ACT_UNSPEC;
	__u64 source = mac_at(header + 3);
	if (source == 0 || source & GROUP_BIT)
		return TC_ACT_UNSPEC;

	// The kernel has taken the outermost tag off before this hook; where a macvtap sends, it stands in the frame. A customer tag
	// names the VLAN, whatever tags are within; to an 802.1Q bridge a frame with a service tag (802.1ad) is untagged.
	__u64 vlan = 0;
	__u8 has_service_tag = 0;
	if (skb->vlan_present) {
		if (skb->vlan_proto == NET16(ETH_P_8021Q))
			vlan = skb->vlan_tci & VID_MASK;
		else
			has_service_tag = 1;
	} else if (skb->protocol == NET16(ETH_P_8021Q)) {
		__u16 tci = 0;
		if (load_bytes(skb, ETH_HLEN, &tci, sizeof(tci)) < 0)
			return TC_ACT_UNSPEC;
		vlan = NET16(tci) & VID_MASK;
	}

	__u64 station = source << 16 | vlan;
	__u64 time = jiffies64();
	__u64 first = 0; // its low half is the key
	struct port *own = lookup(&port, &first);
	if (!own)
		return TC_ACT_UNSPEC;
	see_station(own, &station, time);

	// What is behind a service tag cannot be announced. (Behind a further customer tag there is no IP either: the
	// protocol is then that tag's.)
	if (has_service_tag)
		return TC_ACT_UNSPEC;
	if (skb->protocol == NET16(ETH_P_IP)) {
		if (early_byte(skb, ETH_HLEN + IPV4_PROTOCOL) == IGMP && is_igmp_report(skb))
			count_report(&station, ONE_IGMP_REPORT);
		return TC_ACT_UNSPEC;
	}
	struct address address = {station, {0, 0}};
	__u64 said = 0;
	__u32 asked = 0;
	enum proof proof = NO_PROOF;
	if (skb->protocol == NET16(ETH_P_IPV6)) {
		__u8 next = early_byte(skb, ETH_HLEN + IPV6_NEXT_HEADER);
		if (next == HOP_BY_HOP && is_mld_report(skb))
			count_report(&station, ONE_MLD_REPORT);
		if (next == ICMPV6)
			proof = discovery_claims(skb, source, &address, &said);
	} else if (skb->protocol == NET16(ETH_P_ARP)) {
		struct arp arp;
		proof = arp_claims(skb, source, &arp, &address);
		if (proof != NO_PROOF)
			asked = asked_by(&arp);
	}
	if (proof == NO_PROOF)
		return TC_ACT_UNSPEC;
	learn_address(own, &address, proof, said, time);
	if (asked)
		learn_question(own, station, asked, time);
	return TC_ACT_UNSPEC;
}
