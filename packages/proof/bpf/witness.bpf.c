// SPDX-License-Identifier: Apache-2.0
//
// Notes which sealed announcements come in from the network: a filter of packet sockets that are bound to a host's uplinks. Whose they
// are and whether a seal is right, user space finds out. What is no RARP costs it three instructions.
//
// Uses what Linux 5.8 has. After a change: npm run generate, in this package.

#include "socket-filter.h"

static long HELPER(update)(void *map, const void *key, const void *value, __u64 flags) =
	(void *)BPF_FUNC_map_update_elem;
static __u64 HELPER(ktime_get_ns)(void) = (void *)BPF_FUNC_ktime_get_ns;

// The padding of a RARP begins behind 28 bytes of it; the kernel has taken the tag off.
#define PADDING (ETH_HLEN + 28)
#define SEAL_MARK 0x686e // "nh"

struct sealed {
	__u64 station; // the source of the frame
	__u64 seal; // as on the wire
};

// A hash map in which user space makes room. Its values are when the first frame of each came in, CLOCK_MONOTONIC.
extern char sealed;

__attribute__((section("socket"), used)) int witness(struct __sk_buff *skb)
{
	if (skb->protocol != NET16(ETH_P_RARP))
		return 0;
	__u64 vlan = 0;
	if (skb->vlan_present) {
		if (skb->vlan_proto != NET16(ETH_P_8021Q))
			return 0;
		vlan = skb->vlan_tci & VID_MASK;
	}
	__u64 head; // the sender, and the EtherType
	__u16 padding[5];
	if (load_bytes(skb, ETH_ALEN, &head, sizeof(head)) < 0 || load_bytes(skb, PADDING, padding, sizeof(padding)) < 0)
		return 0;
	if (padding[0] != SEAL_MARK)
		return 0;
	struct sealed key = {
		station_of(head, vlan),
		padding[1] | (__u64)padding[2] << 16 | (__u64)padding[3] << 32 | (__u64)padding[4] << 48,
	};
	__u64 now = ktime_get_ns();
	update(&sealed, &key, &now, BPF_NOEXIST);
	return 0;
}
