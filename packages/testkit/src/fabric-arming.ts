import type { ArmedFrames, ArmRefusal, ArmRequest, FrameGrant, Taken } from '@nic-herald/core';
import { EtherType } from '@nic-herald/wire';
import type { FabricFrame } from './fabric-frame.js';
import type { BridgePort } from './learning-bridge.js';

/** Frames that lie ready at a port of the fabric, and how one of them leaves. */
export interface FabricLoad {
  readonly port: BridgePort;
  readonly frames: readonly (FabricFrame | undefined)[];
  readonly now: () => number;
  /** Whether what leaves now goes nowhere. */
  readonly isLost: () => boolean;
  send(index: number): void;
}

/** A grant is for so many frames, as the Linux sink's are. */
const GRANT_FRAMES = 8;
const MOST_LENT = 8192;

/** Frames that leave by themselves when the hypervisor announces its guest, in the fabric. */
export class FabricArming implements FrameGrant {
  private readonly armed = new Map<BridgePort, FabricArmed>();
  private lent = 0;

  lend(frames: number): number {
    const taken = Math.floor(Math.min(frames, MOST_LENT - this.lent) / GRANT_FRAMES) * GRANT_FRAMES;
    this.lent += Math.max(0, taken);
    return Math.max(0, taken);
  }

  reclaim(): number {
    const { lent } = this;
    this.lent = 0;
    return lent;
  }

  /** See `PreparedBatch.arm`. */
  arm(load: FabricLoad, request: ArmRequest): ArmedFrames | ArmRefusal {
    const { count, ungranted, holdUs, instead } = request;
    const refuse = (refusal: string): ArmRefusal => ({ code: 'HERALD_FABRIC_ARM', refusal });
    if (!Number.isInteger(count) || count < 1 || count > load.frames.length)
      return refuse(`count is ${count}`);
    if (!Number.isInteger(ungranted) || ungranted < 0 || ungranted > count)
      return refuse(`ungranted is ${ungranted}`);
    if (!(holdUs >= 0)) return refuse(`holdUs is ${holdUs}`);
    const before = this.armed.get(load.port);
    if (before !== undefined && before !== instead && !before.isTaken)
      return refuse('something else is armed');
    if (instead?.take().firedBy === 'kernel') return refuse('what was armed has been set off');
    const armed = new FabricArmed(load, request, () => this.draw());
    this.armed.set(load.port, armed);
    return armed;
  }

  /** Takes back whatever is armed at a port. */
  disarm(port: BridgePort): void {
    this.armed.get(port)?.take();
  }

  private draw(): number {
    if (this.lent === 0) return 0;
    this.lent -= GRANT_FRAMES;
    return GRANT_FRAMES;
  }
}

class FabricArmed implements ArmedFrames {
  private outcome: Taken | undefined;
  private fired: Extract<Taken, { readonly firedBy: 'kernel' }> | undefined;
  private readonly unhear: () => void;

  constructor(
    private readonly load: FabricLoad,
    private readonly request: ArmRequest,
    private readonly draw: () => number,
  ) {
    this.unhear = load.port.afterReceive((frame) => {
      if (frame.injected !== true && frame.source === request.trigger && isRarp(frame)) this.fire();
    });
  }

  get isTaken(): boolean {
    return this.outcome !== undefined;
  }

  get isSetOff(): boolean {
    return this.fired !== undefined;
  }

  take(): Taken {
    this.unhear();
    this.outcome ??= this.fired ?? { firedBy: 'agent' };
    return this.outcome;
  }

  private fire(): void {
    if (this.fired !== undefined) return;
    const { load, request } = this;
    const firedAt = load.now();
    const isLost = load.isLost();
    let sent = 0;
    let drawn = 0;
    for (; sent < request.count; sent += 1) {
      if (sent >= request.ungranted + drawn) {
        const granted = this.draw();
        if (granted === 0) break;
        drawn += granted;
      }
      load.send(sent);
    }
    const shortfall = sent < request.count ? { shortfall: 'no more frames were granted' } : {};
    this.fired = { firedBy: 'kernel', sent, drawn, ...shortfall, firedAt, lastAt: load.now(), isLost };
  }
}

/** Untagged, as a hypervisor sends it. */
const isRarp = ({ bytes }: FabricFrame): boolean =>
  ((bytes[12] ?? 0) << 8) + (bytes[13] ?? 0) === EtherType.rarp;
