import type { ChannelHealth, ErrorCode, FrameDirection } from '@nic-herald/core';
import type { LinkInfo } from '@nic-herald/linux-sys';

/**
 * Whether a frame that comes in at a port would be taken further; the first fault found, if any.
 *
 * `link` is the port as it is now, looked up by the number it had when it was opened: an interface that was
 * removed and made anew has another number, and frames for the old one vanish without an error. A bridge
 * port that is not forwarding drops what comes in, so it counts for frames from the guest alone, and so does a port
 * that stands alone though it was seen in a bridge or switch before (`wasAttached`). Without a carrier a Linux bridge disables
 * its port, and other switches take what comes in there all the same.
 */
export const portHealth = (
  port: string,
  link: LinkInfo | undefined,
  direction: FrameDirection,
  wasAttached = false,
): ChannelHealth => {
  if (!link) {
    return fault(
      'HERALD_PORT_MISSING',
      `port ${port} is gone, or was removed and made anew: frames for it are lost`,
    );
  }
  if (!link.up)
    return fault('HERALD_PORT_DOWN', `port ${port} is down: set it up with \`ip link set ${port} up\``);
  if (!link.carrier && !(direction === 'from-guest' && takesWithoutCarrier(link))) {
    const why =
      link.kind === 'macvtap'
        ? 'what it stands on has no link'
        : "no QEMU has it open, or the guest's link is off";
    return fault('HERALD_PORT_NO_CARRIER', `port ${port} has no carrier: ${why}`);
  }
  if (direction === 'from-guest' && wasAttached && link.masterIndex === undefined) {
    return fault(
      'HERALD_PORT_NOT_ATTACHED',
      `port ${port} was taken out of its bridge or switch: frames for it reach no network`,
    );
  }
  const state = link.bridgePortState;
  if (direction === 'from-guest' && state !== undefined && state !== 'forwarding') {
    return fault(
      'HERALD_PORT_NOT_FORWARDING',
      `port ${port} is ${state} in its bridge, which drops what comes in: with spanning tree or a forward delay it becomes forwarding later`,
    );
  }
  return { ready: true };
};

/** A switch of another kind than a Linux bridge, Open vSwitch for one: it learns also from a tap that no process has open. */
const takesWithoutCarrier = ({ masterIndex, bridgePortState }: LinkInfo): boolean =>
  masterIndex !== undefined && bridgePortState === undefined;

const fault = (code: ErrorCode, message: string): ChannelHealth => ({ ready: false, code, message });
