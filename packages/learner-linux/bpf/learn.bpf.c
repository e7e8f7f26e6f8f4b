// SPDX-License-Identifier: Apache-2.0
//
// Learns at a guest's port: a traffic-control classifier on the port's ingress, which is where the guest's own
// frames come in. Per (VLAN, source address) it keeps when a frame was last seen and how many there were. It
// decides nothing: every frame goes on to the next filter.
//
// Uses what Linux 5.8 has (bpf_ktime_get_ns for programs under any licence is the newest of it).
// After a change: npm run generate, in this package.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#define HELPER(name) (*(name))
static void *HELPER(lookup)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long HELPER(update)(void *map, const void *key, const void *value, __u64 flags) =
	(void *)BPF_FUNC_map_update_elem;
static __u64 HELPER(ktime_get_ns)(void) = (void *)BPF_FUNC_ktime_get_ns;

// A least-recently-used hash map of this port alone; whoever loads the program puts its descriptor here.
// Its keys are a __u64: the VLAN (0 = untagged) in the two low bytes, then the address as on the wire.
extern char stations;

struct sighting {
	__u64 last_seen_ns; // CLOCK_MONOTONIC
	__u64 frames;
};

#define VID_MASK 0x0fff
#define GROUP_BIT 0x01 // of an address's first byte: nothing comes from a group

__attribute__((section("classifier"), used)) int learn(struct __sk_buff *skb)
{
	// What nic-herald itself puts in at this port carries the port's number as its mark. Learned, a guess of
	// ours would be evidence at the guest's next migration.
	if (skb->mark == skb->ifindex)
		return TC_ACT_UNSPEC;

	// What QEMU announces comes in here too and is not the guest's word: it names the MAC that the card was
	// made with, which a guest that set another one uses no more.
	if (skb->protocol == __builtin_bswap16(ETH_P_RARP))
		return TC_ACT_UNSPEC;

	// Two bytes at a time: an Ethernet header is only sure to start at an even address.
	const __u16 *header = (void *)(long)skb->data;
	if ((void *)header + ETH_HLEN > (void *)(long)skb->data_end)
		return TC_ACT_UNSPEC;
	__u64 source = header[3] | (__u64)header[4] << 16 | (__u64)header[5] << 32;
	if (source == 0 || source & GROUP_BIT)
		return TC_ACT_UNSPEC;

	// The kernel has taken the outermost tag off before this hook. A customer tag names the VLAN, whatever tags
	// are within; to an 802.1Q bridge a frame with a service tag (802.1ad) is untagged.
	__u64 vlan = 0;
	if (skb->vlan_present && skb->vlan_proto == __builtin_bswap16(ETH_P_8021Q))
		vlan = skb->vlan_tci & VID_MASK;

	__u64 station = source << 16 | vlan;
	__u64 now = ktime_get_ns();
	struct sighting *known = lookup(&stations, &station);
	if (known) { // written in place: an update would look the station up again and take a lock
		known->last_seen_ns = now;
		__sync_fetch_and_add(&known->frames, 1);
	} else {
		struct sighting first = {now, 1};
		update(&stations, &station, &first, BPF_NOEXIST);
	}
	return TC_ACT_UNSPEC;
}
