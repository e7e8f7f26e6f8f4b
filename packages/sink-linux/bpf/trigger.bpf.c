// SPDX-License-Identifier: Apache-2.0
//
// A classifier at the ingress of a guest's tap. Where QEMU announces the guest there, whose announcement lies ready, a copy of QEMU's
// frame goes to the ingress of herald1, where generate.bpf.c makes ours of it. This program changes nothing and ends no frame's way.
//
// The copy is only put into the backlog of this CPU, which is looked at when QEMU's own frame has left: ours never come first.
//
// Uses what Linux 5.8 has, and needs no CAP_PERFMON. Little-endian machines only. After a change: npm run generate, in this package.

#include "announcement.h"

INLINE __u64 mac_at(const __u16 *at)
{
	return at[0] | (__u64)at[1] << 16 | (__u64)at[2] << 32;
}

__attribute__((section("classifier"), used)) int trigger(struct __sk_buff *skb)
{
	if (skb->protocol != NET16(ETH_P_RARP) || skb->mark == skb->ifindex || skb->vlan_present)
		return TC_ACT_UNSPEC;
	const __u16 *header = (void *)(long)skb->data;
	if ((void *)header + ETH_HLEN > (void *)(long)skb->data_end)
		return TC_ACT_UNSPEC;
	__u64 source = mac_at(header + 3);

	on_stack ifindex = skb->ifindex, zero = 0;
	const __u64 *announcement = lookup(&armed, &ifindex);
	if (!announcement)
		return TC_ACT_UNSPEC;
	__u64 number = *announcement;
	const __u64 *mac = lookup(&tokens, &number);
	const struct lease *all = lookup(&lease, &zero);
	if (!mac || !all || *mac != source || ktime_get_ns() > all->until_ns)
		return TC_ACT_UNSPEC;

	// Lent to the copy. Of a tap's second queue it could not be told which CPU it is to go to.
	__u32 mark = MEMBER(skb, mark), queue = MEMBER(skb, queue_mapping);
	MEMBER(skb, mark) = ifindex;
	MEMBER(skb, queue_mapping) = 0;
	send_copy(skb, all->herald1, BPF_F_INGRESS); // where it fails the announcement stays with user space
	MEMBER(skb, mark) = mark;
	MEMBER(skb, queue_mapping) = queue;
	return TC_ACT_UNSPEC;
}
