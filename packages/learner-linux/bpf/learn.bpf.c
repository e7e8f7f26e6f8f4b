// SPDX-License-Identifier: Apache-2.0
//
// Learns at a guest's port: a traffic-control classifier on the port's ingress, which is where the guest's own
// frames come in. Per station, a VLAN and a source address, it keeps when a frame was last seen and how many
// multicast membership reports there were; per station and IP address, when the guest last proved the address
// to be its own. It decides nothing: every frame goes on to the next filter.
//
// Uses what Linux 5.8 has (bpf_ktime_get_ns for programs under any licence is the newest of it). Little-endian
// machines only. After a change: npm run generate, in this package.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#define HELPER(name) (*(name))
static void *HELPER(lookup)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long HELPER(update)(void *map, const void *key, const void *value, __u64 flags) =
	(void *)BPF_FUNC_map_update_elem;
static __u64 HELPER(ktime_get_ns)(void) = (void *)BPF_FUNC_ktime_get_ns;
// Reads from a frame wherever the kernel keeps its parts; fails where it is too short.
static long HELPER(load_bytes)(const struct __sk_buff *skb, __u32 offset, void *to, __u32 length) =
	(void *)BPF_FUNC_skb_load_bytes;

#define INLINE static inline __attribute__((always_inline))
#define NET16(value) __builtin_bswap16(value)

// Least-recently-used hash maps of this port alone; whoever loads the program puts their descriptors here.

// Its keys are a __u64: the VLAN (0 = untagged) in the two low bytes, then the source address as on the wire.
extern char stations;

struct sighting {
	__u64 last_seen_ns; // CLOCK_MONOTONIC
	__u64 reports; // of multicast groups: IGMP in the low half, MLD in the high one
#define ONE_IGMP_REPORT 1
#define ONE_MLD_REPORT (1ull << 32)
};

extern char addresses;

struct address {
	__u64 station;
	__u64 ip[2]; // as on the wire; IPv4 as IPv4-mapped IPv6, ::ffff:0:0/96, which is never on a link itself
};

// What was claimed of an address, by one frame or by all until now.
struct claim {
	__u64 asserted_ns; // when it was last spoken from unasked; 0 = never
	__u64 answered_ns; // when it was last answered for
	__u64 said; // what the guest last said to be there; 0 = nothing
#define SAID_HOST 1
#define SAID_ROUTER 2
};

#define VID_MASK 0x0fff
#define GROUP_BIT 0x01 // of an address's first byte: nothing comes from a group

// A MAC address two bytes at a time: an Ethernet header is only sure to start at an even address.
INLINE __u64 mac_at(const __u16 *at)
{
	return at[0] | (__u64)at[1] << 16 | (__u64)at[2] << 32;
}

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

// Writes both: a choice of where to write is arithmetic with a pointer, for which the kernel wants CAP_PERFMON.
INLINE void stamp(struct claim *claim, int asserts, __u64 now)
{
	claim->asserted_ns = asserts ? now : 0;
	claim->answered_ns = asserts ? 0 : now;
}

#define IPV4_PROTOCOL 9 // offsets in the packet
#define IPV6_NEXT_HEADER 6
#define IPV6_HEADER_BYTES 40
#define HOP_BY_HOP 0
#define IGMP 2
#define ICMPV6 58

// --- ARP, RFC 826 and 5227

struct arp {
	__u16 hardware, protocol, lengths, operation;
	__u16 sender_mac[3], sender_ip[2];
	__u16 target_mac[3], target_ip[2];
};

#define ARP_ETHERNET 1
#define ARP_LENGTHS 0x0604
#define ARP_REQUEST 1
#define ARP_REPLY 2
#define IPV4_MAPPED 0xffff0000 // bytes 8 to 11 of the IPv6 address

INLINE int arp_claims(const struct __sk_buff *skb, __u64 source, __u64 now, struct address *address,
		      struct claim *claim)
{
	struct arp arp;
	if (load_bytes(skb, ETH_HLEN, &arp, sizeof(arp)) < 0)
		return 0;
	if (arp.hardware != NET16(ARP_ETHERNET) || arp.protocol != NET16(ETH_P_IP) ||
	    arp.lengths != NET16(ARP_LENGTHS) || mac_at(arp.sender_mac) != source)
		return 0;
	__u8 requests = arp.operation == NET16(ARP_REQUEST);
	if (!requests && arp.operation != NET16(ARP_REPLY))
		return 0;
	__u32 sender = arp.sender_ip[0] | (__u32)arp.sender_ip[1] << 16;
	__u32 target = arp.target_ip[0] | (__u32)arp.target_ip[1] << 16;
	if (sender == 0) // a probe: whether somebody else has the target
		return 0;
	address->ip[1] = IPV4_MAPPED | (__u64)sender << 32;
	stamp(claim, requests || sender == target, now);
	return 1;
}

// --- Neighbour discovery, RFC 4861

struct discovery { // an IPv6 header and the first eight bytes behind it
	__u8 version, flow_label[3];
	__u16 payload_length;
	__u8 next_header, hop_limit;
	__u64 source[2], destination[2];
	__u8 type, code;
	__u16 checksum;
	__u8 flags, reserved[3];
};

#define ROUTER_SOLICITATION 133
#define ROUTER_ADVERTISEMENT 134
#define NEIGHBOUR_SOLICITATION 135
#define NEIGHBOUR_ADVERTISEMENT 136
#define NOT_ROUTED 255 // hop limit: whoever passes a packet on lowers it
#define ROUTER_FLAG 0x80
#define SOLICITED_FLAG 0x40
#define OVERRIDE_FLAG 0x20

struct option {
	__u8 type, length;
	__u16 mac[3];
};

#define SOURCE_LINK_LAYER_ADDRESS 1
#define TARGET_LINK_LAYER_ADDRESS 2

INLINE int discovery_claims(const struct __sk_buff *skb, __u64 source, __u64 now, struct address *address,
			    struct claim *claim)
{
	struct discovery nd;
	if (load_bytes(skb, ETH_HLEN, &nd, sizeof(nd)) < 0)
		return 0;
	if (nd.version >> 4 != 6 || nd.hop_limit != NOT_ROUTED || nd.code != 0)
		return 0;

	__u8 advertises = nd.type == NEIGHBOUR_ADVERTISEMENT;
	__u32 options; // where they begin in the message
	if (nd.type == ROUTER_SOLICITATION)
		options = 8;
	else if (nd.type == ROUTER_ADVERTISEMENT)
		options = 16;
	else if (nd.type == NEIGHBOUR_SOLICITATION || advertises)
		options = 24;
	else
		return 0;
	__u32 length = NET16(nd.payload_length);
	__u32 message = ETH_HLEN + IPV6_HEADER_BYTES;
	if (length < options || message + length > skb->len)
		return 0;

	__u8 names_mac = 0;
	struct option first;
	if (length >= options + sizeof(first) && load_bytes(skb, message + options, &first, sizeof(first)) == 0 &&
	    (first.type == SOURCE_LINK_LAYER_ADDRESS || first.type == TARGET_LINK_LAYER_ADDRESS)) {
		if (first.length != 1 || mac_at(first.mac) != source)
			return 0; // it speaks of somebody else
		names_mac = 1;
	}
	// Without its MAC also a host solicits whose address is still tentative (RFC 4429 section 3.2).
	if (nd.type == ROUTER_SOLICITATION && !names_mac)
		return 0;

	if (advertises) {
		if (!(nd.flags & OVERRIDE_FLAG)) // proxies and those that share an address with others clear it
			return 0;
		if (load_bytes(skb, message + 8, address->ip, sizeof(address->ip)) < 0)
			return 0;
	} else {
		address->ip[0] = nd.source[0];
		address->ip[1] = nd.source[1];
	}
	// From :: comes the question whether somebody else has the target.
	if (address->ip[0] == 0 && (address->ip[1] == 0 || (__u32)address->ip[1] == IPV4_MAPPED))
		return 0;

	if (nd.type == ROUTER_ADVERTISEMENT || (advertises && nd.flags & ROUTER_FLAG))
		claim->said = SAID_ROUTER;
	else if (nd.type == ROUTER_SOLICITATION || advertises)
		claim->said = SAID_HOST;
	stamp(claim, !(advertises && nd.flags & SOLICITED_FLAG), now);
	return 1;
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

INLINE void see_station(const __u64 *station, __u64 now)
{
	struct sighting *known = lookup(&stations, station);
	if (known) { // written in place: an update would look the station up again and take a lock
		known->last_seen_ns = now;
		return;
	}
	struct sighting first = {now, 0};
	update(&stations, station, &first, BPF_NOEXIST);
}

INLINE void count_report(const __u64 *station, __u64 one)
{
	struct sighting *known = lookup(&stations, station);
	if (known)
		__sync_fetch_and_add(&known->reports, one);
}

INLINE void learn_address(const struct address *address, const struct claim *claim)
{
	struct claim *known = lookup(&addresses, address);
	if (!known) {
		update(&addresses, address, claim, BPF_NOEXIST);
		return;
	}
	if (claim->asserted_ns)
		known->asserted_ns = claim->asserted_ns;
	if (claim->answered_ns)
		known->answered_ns = claim->answered_ns;
	if (claim->said)
		known->said = claim->said;
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

	// The kernel has taken the outermost tag off before this hook. A customer tag names the VLAN, whatever tags
	// are within; to an 802.1Q bridge a frame with a service tag (802.1ad) is untagged.
	__u64 vlan = 0;
	__u8 has_service_tag = 0;
	if (skb->vlan_present) {
		if (skb->vlan_proto == NET16(ETH_P_8021Q))
			vlan = skb->vlan_tci & VID_MASK;
		else
			has_service_tag = 1;
	}

	__u64 station = source << 16 | vlan;
	__u64 now = ktime_get_ns();
	see_station(&station, now);

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
	struct claim claim = {0, 0, 0};
	if (skb->protocol == NET16(ETH_P_IPV6)) {
		__u8 next = early_byte(skb, ETH_HLEN + IPV6_NEXT_HEADER);
		if (next == HOP_BY_HOP && is_mld_report(skb))
			count_report(&station, ONE_MLD_REPORT);
		if (next != ICMPV6 || !discovery_claims(skb, source, now, &address, &claim))
			return TC_ACT_UNSPEC;
	} else if (skb->protocol != NET16(ETH_P_ARP) || !arp_claims(skb, source, now, &address, &claim)) {
		return TC_ACT_UNSPEC;
	}
	learn_address(&address, &claim);
	return TC_ACT_UNSPEC;
}
