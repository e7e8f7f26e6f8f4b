// SPDX-License-Identifier: Apache-2.0
//
// Notes who speaks from IP addresses that somebody asked about, at the ports of a bridge: a filter of packet sockets that are
// bound to these ports and hear what comes in there before the bridge takes it. It takes no frame, so none is copied to user
// space. What it takes for proof is what the learning program does (claims.h).
//
// A filter of sockets may not look at a frame's memory itself: it asks for each piece. So it needs no CAP_PERFMON, and what is
// neither ARP nor ICMPv6 costs it a few instructions.
//
// Uses what Linux 5.8 has. Little-endian machines only. After a change: npm run generate, in this package.

#include "claims.h"

// A hash map of the addresses asked about: 16 bytes as in struct address. User space writes it.
extern char watched;

// A hash map in which user space makes room (src/aged-map.ts). Its keys are a struct address. For `station` they have the VLAN (0 = untagged) in the two low
// bytes, and NOT_SPOKEN where the address was answered for and not spoken from: the two are kept apart, since the last of one
// must not hide the other.
extern char speakers;
#define NOT_SPOKEN (1 << 16)

struct speaker {
	__u64 last_ns; // CLOCK_MONOTONIC
	__u64 earlier_ns; // the time before that from the same source at the same port; 0 = none known
	__u64 source; // the MAC in the six low bytes, as on the wire
	__u64 port; // number of the interface
};

#define RESERVED_VLAN 4095

// Written whole, which replaces the entry at once: who reads it never sees the source of one frame and the port of another.
INLINE void note(const struct address *spoken, __u64 source, __u64 port, __u64 now)
{
	struct speaker speaker = {now, 0, source, port};
	const struct speaker *known = lookup(&speakers, spoken);
	if (known && known->source == source && known->port == port)
		speaker.earlier_ns = known->last_ns;
	update(&speakers, spoken, &speaker, BPF_ANY);
}

__attribute__((section("socket"), used)) int watch(struct __sk_buff *skb)
{
	__u8 discovers = skb->protocol == NET16(ETH_P_IPV6);
	if (discovers) {
		__u8 next = 0;
		if (load_bytes(skb, ETH_HLEN + IPV6_NEXT_HEADER, &next, 1) < 0 || next != ICMPV6)
			return 0;
	} else if (skb->protocol != NET16(ETH_P_ARP)) {
		return 0;
	}
	if (skb->mark == skb->ifindex) // nic-herald itself put it in
		return 0;
	__u64 spoken_at = 0; // the VLAN
	if (skb->vlan_present) {
		if (skb->vlan_proto != NET16(ETH_P_8021Q)) // what is behind a service tag is not in the network as it is here
			return 0;
		spoken_at = skb->vlan_tci & VID_MASK;
		if (spoken_at == RESERVED_VLAN)
			return 0;
	}
	__u16 mac[3];
	if (load_bytes(skb, ETH_ALEN, mac, sizeof(mac)) < 0)
		return 0;
	__u64 source = mac_at(mac);
	if (source == 0 || source & GROUP_BIT)
		return 0;

	struct address address = {0, {0, 0}};
	__u64 said = 0;
	struct arp arp;
	enum proof proof = discovers ? discovery_claims(skb, source, &address, &said) :
				       arp_claims(skb, source, &arp, &address);
	if (proof == NO_PROOF || !lookup(&watched, address.ip))
		return 0;
	address.station = spoken_at | (proof == ANSWERED ? NOT_SPOKEN : 0);
	note(&address, source, skb->ifindex, ktime_get_ns());
	return 0;
}
