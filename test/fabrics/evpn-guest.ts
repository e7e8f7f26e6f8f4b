import { GuestBuilder, type GuestRecipe } from '../lab/guest-recipe.js';
import { GATEWAY } from './evpn-fabric.js';

/** The addresses of the guest in its network. */
export const GUEST = { ipv4: '10.10.0.2', ipv6: '2001:db8:10::2' } as const;

/** A guest with one card and an address of each family, which reaches other networks through its gateway. */
export const evpnGuest = (): GuestRecipe => {
  const { guest, stations } = new GuestBuilder().card('virtio').build('evpn');
  const setUp = [
    'for s in all default eth0; do echo 0 > /proc/sys/net/ipv6/conf/$s/disable_ipv6; done',
    'echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad',
    'echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_ra',
    'ip link set eth0 up',
    `ip addr add ${GUEST.ipv4}/24 dev eth0`,
    `ip -6 addr add ${GUEST.ipv6}/64 dev eth0 nodad`,
    `ip route add default via ${GATEWAY.ipv4}`,
    `ip -6 route add default via ${GATEWAY.ipv6}`,
  ];
  return { guest, setUp, stations };
};

/** The line that makes it speak with its gateway, which it then asks for from each of its addresses. */
export const ASKS_GATEWAY = `ping -c 1 -W 5 ${GATEWAY.ipv4} >/dev/null; ping -6 -c 1 -W 5 ${GATEWAY.ipv6} >/dev/null; true`;
