import { writeSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  asHeraldError,
  CLOCK,
  type Clock,
  FRAME_SINK,
  type FrameBatch,
  type FrameChannel,
  type FrameSink,
  framesOf,
  HeraldError,
  PLUGIN_CONTRACT,
  type PluginFactory,
  type Port,
  type PortClaim,
  type PreparedBatch,
  type SinkOptions,
} from '@nic-herald/core';
import {
  encodePcapHeader,
  encodePcapRecord,
  LINKTYPE_ETHERNET,
  PCAP_HEADER_LENGTH,
  PCAP_SNAP_LENGTH,
  pcapRecordLength,
} from '@nic-herald/wire';
import * as z from 'zod';

const options = z.strictObject({
  /** Takes one file per port: `tap0.pcap`. Made where it is not there. */
  directory: z.string().min(1).max(4096),
  /** Above 60 it takes the taps from the sink that comes with nic-herald; below, only what that one does not serve. */
  preference: z.number().min(0).max(100).default(90),
});

/** A dry run: what would leave by each guest's port goes into a file that Wireshark reads, and nowhere else. */
const pcapSink: PluginFactory<z.input<typeof options>> = ({ directory, preference }) => ({
  name: '@example/nic-herald-pcap-sink',
  contract: PLUGIN_CONTRACT,
  install(registrar) {
    registrar.contribute(FRAME_SINK, {
      factory: ({ get }) => new PcapSink(directory, get(CLOCK), preference),
    });
  },
});

/** What `plugins:` in herald.yaml looks for. A host in code calls it: `plugin({ directory: '/tmp/dry-run' })`. */
export const plugin: PluginFactory<z.input<typeof options>> = Object.assign(pcapSink, { options });

/** Writes down what is sent by each port. Made by `plugin`; exported for its tests. */
export class PcapSink implements FrameSink {
  readonly name = 'pcap';

  constructor(
    private readonly directory: string,
    private readonly clock: Clock,
    private readonly preference = 90,
  ) {}

  /** Only kinds it knows: another kind's frames may not be Ethernet. */
  async claim(port: Port, { direction }: Pick<SinkOptions, 'direction'>): Promise<PortClaim> {
    if (direction !== 'from-guest') return { refusal: 'writes down what leaves the guest alone' };
    if (!['tap', 'macvtap'].includes(port.kind))
      return { refusal: `does not know ports of kind ${port.kind}` };
    return { preference: this.preference, reason: 'a dry run' };
  }

  /** Everything slow is here: the file is open, and begins with its header, before a batch is made ready. */
  async open({ name }: Port): Promise<FrameChannel> {
    if (!/^(?!\.+$)[\w.-]{1,15}$/.test(name)) {
      throw new HeraldError('HERALD_SINK_FAULT', `the port name ${JSON.stringify(name)} makes no file name`);
    }
    const path = join(this.directory, `${name}.pcap`);
    try {
      await mkdir(this.directory, { recursive: true });
      const file = await open(path, 'a');
      if ((await file.stat()).size === 0) await writeHeader(file);
      return {
        prepare: (batch) => this.prepare(batch, file),
        health: async () => ({ ready: true }),
        close: () => file.close(),
      };
    } catch (error) {
      throw asHeraldError(error, 'HERALD_SINK_FAULT', `${path} cannot be written: ${String(error)}`, {
        port: name,
      });
    }
  }

  private prepare(batch: FrameBatch, file: FileHandle): PreparedBatch {
    const frames = framesOf(batch);
    const records = new Uint8Array(
      frames.reduce((bytes, frame) => bytes + pcapRecordLength({ frame, timestampNs: 0n }), 0),
    );
    return {
      // The hot path: stamps the records it is told to send and writes them in one call. It must not throw.
      send: (first = 0, count = frames.length) => {
        const timestampNs = BigInt(Math.round(this.clock.now() * 1000)) * 1000n;
        const end = Math.min(first + count, frames.length);
        let length = 0;
        let accepted = 0;
        for (let index = Math.max(0, first); index < end; index += 1) {
          const frame = frames[index];
          if (frame === undefined) break;
          length += encodePcapRecord({ frame, timestampNs }, PRECISION, records, length);
          accepted += 1;
        }
        try {
          const written = writeSync(file.fd, records, 0, length);
          if (written === length) return { accepted };
          return { accepted: 0, failure: `${written} of ${length} bytes were written: is the disk full?` };
        } catch (error) {
          return { accepted: 0, failure: String(error) };
        }
      },
    };
  }
}

const PRECISION = 'microsecond';

const writeHeader = async (file: FileHandle): Promise<void> => {
  const bytes = new Uint8Array(PCAP_HEADER_LENGTH);
  const header = { precision: PRECISION, snapLength: PCAP_SNAP_LENGTH, linkType: LINKTYPE_ETHERNET } as const;
  encodePcapHeader(header, bytes, 0);
  await file.writeFile(bytes);
};
