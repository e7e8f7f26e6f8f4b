import type { LinkInfo } from '@nic-herald/linux-sys';

/** Whether an interface leads to a guest, and not to the network. */
export const leadsToGuest = ({ kind }: Pick<LinkInfo, 'kind'>): boolean =>
  kind === 'tun' || kind === 'macvtap';
