// SPDX-License-Identifier: Apache-2.0
//
// Notes when the first frame for each of a guest's stations goes out at its port, and until the guest runs how many do: a filter of a
// packet socket that is bound to the port. What most frames cost is one look into the frame, and one into the map.
//
// Uses what Linux 5.8 has. After a change: npm run generate, in this package.

#include "socket-filter.h"
#include <linux/if_packet.h>

static void *HELPER(lookup)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static __u64 HELPER(ktime_get_ns)(void) = (void *)BPF_FUNC_ktime_get_ns;

#define GROUP_BIT 0x01 // of an address's first byte

// How a frame begins. One without the last two bytes carries nothing.
struct header {
	__u64 head; // the receiver, and two bytes of the sender
	__u16 sender[2];
	__u16 type;
	__u16 next; // behind the tag of a VLAN's type: its number
};

// A hash map that user space fills. Its keys are stations.
extern char awaited;

// Times are CLOCK_MONOTONIC; 0 = none came.
struct arrival {
	__u64 first_ns;
	__u64 running_ns; // the first since the guest runs, as far as it is known here
	__u64 frames; // until then, that one with them; two processors at once may count one
};

// An array of one: not zero once the guest runs, by the hypervisor's own RARP, which is the first frame that comes in at the port of
// a guest that arrives, or once user space knows it. Of a guest that leaves it stays zero.
extern char running;

__attribute__((section("socket"), used)) int arrive(struct __sk_buff *skb)
{
	__u32 only = 0;
	if (skb->pkt_type != PACKET_OUTGOING) {
		if (skb->protocol == NET16(ETH_P_RARP)) {
			__u64 *runs = lookup(&running, &only);
			if (runs)
				*runs = 1;
		}
		return 0;
	}
	struct header header;
	if (load_bytes(skb, 0, &header, sizeof(header)) < 0 || header.head & GROUP_BIT)
		return 0;
	__u64 vlan = 0;
	if (skb->vlan_present) {
		if (skb->vlan_proto != NET16(ETH_P_8021Q))
			return 0;
		vlan = skb->vlan_tci & VID_MASK;
	} else if (header.type == NET16(ETH_P_8021Q)) { // the tag stands in the frame
		vlan = NET16(header.next) & VID_MASK;
	}
	__u64 station = station_of(header.head, vlan);
	struct arrival *arrival = lookup(&awaited, &station);
	if (!arrival || arrival->running_ns)
		return 0;
	arrival->frames++;
	const __u64 *runs = lookup(&running, &only);
	int is_running = runs && *runs;
	if (arrival->first_ns && !is_running)
		return 0; // the time is dear
	__u64 now = ktime_get_ns();
	if (!arrival->first_ns)
		arrival->first_ns = now;
	if (is_running)
		arrival->running_ns = now;
	return 0;
}
