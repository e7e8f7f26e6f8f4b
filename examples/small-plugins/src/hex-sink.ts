import { appendFileSync, existsSync, promises } from 'node:fs';
import { FRAME_SINK, type FrameSink, framesOf, HeraldError, type HeraldPlugin } from '@nic-herald/core';
import * as z from 'zod';

const write = (fd: number, lines: readonly string[]) => {
  try {
    appendFileSync(fd, lines.join(''));
    return { accepted: lines.length };
  } catch (error) {
    return { accepted: 0, failure: String(error) };
  }
};

/** What leaves by a tap goes into `DIRECTORY/TAP.hex`, which is there beforehand: a line of hex for each frame. */
export const hexSink = (directory: string): FrameSink => ({
  name: 'hex',
  claim: async ({ kind }, { direction }) =>
    kind === 'tap' && direction === 'from-guest' ? { preference: 90 } : { refusal: 'for what taps send' },
  open: async ({ name }) => {
    const path = `${directory}/${encodeURIComponent(name)}.hex`;
    if (!existsSync(path)) throw new HeraldError('HERALD_PORT_MISSING', `${path} is not there, for ${name}`);
    const file = await promises.open(path, 'a');
    return {
      prepare: (batch) => {
        const lines = framesOf(batch).map((frame) => `${Buffer.from(frame).toString('hex')}\n`);
        return { send: (from = 0, count = lines.length) => write(file.fd, lines.slice(from, from + count)) };
      },
      health: async () => ({ ready: true }),
      close: () => file.close(),
    };
  },
});

const make = ({ directory }: { directory: string }): HeraldPlugin => ({
  name: '@example/nic-herald-hex-sink',
  contract: 2,
  install: (registrar) => registrar.contribute(FRAME_SINK, { value: hexSink(directory) }),
});
export const plugin = Object.assign(make, { options: z.strictObject({ directory: z.string().min(1) }) });
