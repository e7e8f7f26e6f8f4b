import {
  asHeraldError,
  type FrameChannel,
  type FrameSink,
  HeraldError,
  type NicDescriptor,
} from '@nic-herald/core';

/** An open way for one NIC's frames, or why there is none. */
export type NicChannel =
  | { readonly sink: string; readonly channel: FrameChannel }
  | { readonly sink?: string; readonly problem: HeraldError };

/** The sinks of a host. */
export class SinkRegistry {
  constructor(private readonly sinks: readonly FrameSink[]) {}

  /** Opens the way onto the network for a NIC. Never rejects. */
  async open(nic: NicDescriptor): Promise<NicChannel> {
    const { port } = nic;
    if (port === undefined) {
      return {
        problem: new HeraldError(
          'HERALD_NIC_NO_PORT',
          `${nic.id}: its port is not known (${nic.portProblem ?? 'the monitor did not say'}); nothing can be announced for it`,
          { details: { nic: nic.id } },
        ),
      };
    }
    const sink = this.sinks.find((each) => each.supports(port, 'from-guest'));
    if (sink === undefined) {
      return {
        problem: new HeraldError(
          'HERALD_NIC_NO_SINK',
          `${nic.id}: no sink of this host can send through its port ${port.name} of kind ${port.kind}`,
          { details: { nic: nic.id, port: port.name, kind: port.kind } },
        ),
      };
    }
    try {
      return { sink: sink.name, channel: await sink.open(port, 'from-guest') };
    } catch (error) {
      return {
        sink: sink.name,
        problem: asHeraldError(
          error,
          'HERALD_SINK_FAULT',
          `${nic.id}: the sink ${sink.name} could not open port ${port.name}`,
          { nic: nic.id, port: port.name },
        ),
      };
    }
  }
}
