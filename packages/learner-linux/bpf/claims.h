// SPDX-License-Identifier: Apache-2.0
//
// What one frame proves of an IP address, for programs that are shown frames: who says to have it, and how. The packet begins
// behind an Ethernet header, the kernel has taken the outermost tag off, and checksums are not looked at.

#include <linux/bpf.h>
#include <linux/if_ether.h>

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

struct address {
	__u64 station;
	__u64 ip[2]; // as on the wire; IPv4 as IPv4-mapped IPv6, ::ffff:0:0/96, which is never on a link itself
};

// How a frame proves an address: its sender spoke from it unasked, or answered for it.
enum proof { NO_PROOF, ASSERTED, ANSWERED };

// What the sender says to be at the address; 0 = nothing.
#define SAID_HOST 1
#define SAID_ROUTER 2

#define VID_MASK 0x0fff
#define GROUP_BIT 0x01 // of an address's first byte: nothing comes from a group

// A MAC address two bytes at a time: an Ethernet header is only sure to start at an even address.
INLINE __u64 mac_at(const __u16 *at)
{
	return at[0] | (__u64)at[1] << 16 | (__u64)at[2] << 32;
}

#define IPV6_NEXT_HEADER 6 // offset in the packet
#define IPV6_HEADER_BYTES 40
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

// The packet is left in `arp`.
INLINE enum proof arp_claims(const struct __sk_buff *skb, __u64 source, struct arp *arp, struct address *address)
{
	if (load_bytes(skb, ETH_HLEN, arp, sizeof(*arp)) < 0)
		return NO_PROOF;
	if (arp->hardware != NET16(ARP_ETHERNET) || arp->protocol != NET16(ETH_P_IP) ||
	    arp->lengths != NET16(ARP_LENGTHS) || mac_at(arp->sender_mac) != source)
		return NO_PROOF;
	__u8 requests = arp->operation == NET16(ARP_REQUEST);
	if (!requests && arp->operation != NET16(ARP_REPLY))
		return NO_PROOF;
	__u32 sender = arp->sender_ip[0] | (__u32)arp->sender_ip[1] << 16;
	__u32 target = arp->target_ip[0] | (__u32)arp->target_ip[1] << 16;
	if (sender == 0) // a probe: whether somebody else has the target
		return NO_PROOF;
	address->ip[1] = IPV4_MAPPED | (__u64)sender << 32;
	return requests || sender == target ? ASSERTED : ANSWERED;
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

INLINE enum proof discovery_claims(const struct __sk_buff *skb, __u64 source, struct address *address, __u64 *said)
{
	struct discovery nd;
	if (load_bytes(skb, ETH_HLEN, &nd, sizeof(nd)) < 0)
		return NO_PROOF;
	if (nd.version >> 4 != 6 || nd.hop_limit != NOT_ROUTED || nd.code != 0)
		return NO_PROOF;

	__u8 advertises = nd.type == NEIGHBOUR_ADVERTISEMENT;
	__u32 options; // where they begin in the message
	if (nd.type == ROUTER_SOLICITATION)
		options = 8;
	else if (nd.type == ROUTER_ADVERTISEMENT)
		options = 16;
	else if (nd.type == NEIGHBOUR_SOLICITATION || advertises)
		options = 24;
	else
		return NO_PROOF;
	__u32 length = NET16(nd.payload_length);
	__u32 message = ETH_HLEN + IPV6_HEADER_BYTES;
	if (length < options || message + length > skb->len)
		return NO_PROOF;

	__u8 names_mac = 0;
	struct option first;
	if (length >= options + sizeof(first) && load_bytes(skb, message + options, &first, sizeof(first)) == 0 &&
	    (first.type == SOURCE_LINK_LAYER_ADDRESS || first.type == TARGET_LINK_LAYER_ADDRESS)) {
		if (first.length != 1 || mac_at(first.mac) != source)
			return NO_PROOF; // it speaks of somebody else
		names_mac = 1;
	}
	// Without its MAC also a host solicits whose address is still tentative (RFC 4429 section 3.2).
	if (nd.type == ROUTER_SOLICITATION && !names_mac)
		return NO_PROOF;

	if (advertises) {
		if (!(nd.flags & OVERRIDE_FLAG)) // proxies and those that share an address with others clear it
			return NO_PROOF;
		if (load_bytes(skb, message + 8, address->ip, sizeof(address->ip)) < 0)
			return NO_PROOF;
	} else {
		address->ip[0] = nd.source[0];
		address->ip[1] = nd.source[1];
	}
	// From :: comes the question whether somebody else has the target.
	if (address->ip[0] == 0 && (address->ip[1] == 0 || (__u32)address->ip[1] == IPV4_MAPPED))
		return NO_PROOF;

	if (nd.type == ROUTER_ADVERTISEMENT || (advertises && nd.flags & ROUTER_FLAG))
		*said = SAID_ROUTER;
	else if (nd.type == ROUTER_SOLICITATION || advertises)
		*said = SAID_HOST;
	return advertises && nd.flags & SOLICITED_FLAG ? ANSWERED : ASSERTED;
}
