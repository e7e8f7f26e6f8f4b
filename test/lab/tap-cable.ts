import type { LabRig } from './lab-rig.js';
import { type HostName, inNamespace } from './namespaces.js';

/** The end of the cable to send on. */
export const cableEnd = 'cable0';

/**
 * A cable whose frames enter a host at a guest's tap, as if that guest sent them: they are redirected to the tap's
 * ingress, where whatever learns there sees them. An emulated guest is far too slow for many.
 */
export class TapCable {
  readonly namespace: string;
  readonly #tap: string;

  private constructor(namespace: string, tap: string) {
    this.namespace = namespace;
    this.#tap = tap;
  }

  /** Lays the cable. */
  static async at(rig: LabRig, host: HostName, tap: string): Promise<TapCable> {
    const cable = new TapCable(rig.network.hosts[host], tap);
    await cable.#pair(cableEnd, 'cable1');
    await cable.#redirect('cable1', 'all', 'ingress', 'redirect', 'dev', tap);
    return cable;
  }

  /** Takes frames of an EtherType away behind the learner: neither the bridge nor the switch sees them. */
  async takeAway(etherType: number): Promise<void> {
    // Nothing listens at its far end: a bucket.
    await this.#pair('bucket0', 'bucket1');
    const protocol = `0x${etherType.toString(16)}`;
    await this.#redirect(this.#tap, protocol, 'egress', 'redirect', 'dev', 'bucket0');
  }

  /** How many frames were taken away. */
  async takenAway(): Promise<number> {
    const shown = await this.#inside('tc', '-s', 'filter', 'show', 'dev', this.#tap, 'ingress');
    return Number(/Sent \d+ bytes (\d+) pkt/.exec(shown)?.[1] ?? 0);
  }

  async #pair(near: string, far: string): Promise<void> {
    await this.#inside('ip', 'link', 'add', near, 'type', 'veth', 'peer', 'name', far);
    for (const end of [near, far]) await this.#inside('ip', 'link', 'set', end, 'up');
  }

  async #redirect(from: string, protocol: string, ...to: string[]): Promise<void> {
    await this.#inside('tc', 'qdisc', 'add', 'dev', from, 'clsact');
    // u32 and mirred alone: other classifiers and actions are not in every kernel.
    const filter = [
      'dev',
      from,
      'ingress',
      'pref',
      '100',
      'protocol',
      protocol,
      'u32',
      'match',
      'u32',
      '0',
      '0',
    ];
    await this.#inside('tc', 'filter', 'add', ...filter, 'action', 'mirred', ...to);
  }

  #inside(...command: string[]): Promise<string> {
    return inNamespace(this.namespace, command);
  }
}
