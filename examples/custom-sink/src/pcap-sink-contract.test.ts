import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, frameSinkContract, testContract } from '@nic-herald/testkit';
import { decodePcap, isDecodeError } from '@nic-herald/wire';
import * as vitest from 'vitest';
import { PcapSink } from './pcap-sink.js';

testContract(
  frameSinkContract({
    open: async () => {
      const directory = await mkdtemp(join(tmpdir(), 'pcap-sink-'));
      return {
        sink: new PcapSink(directory, new FakeClock()),
        port: { kind: 'tap', name: 'tap0' },
        missing: { kind: 'tap', name: '..' }, // any port is written down, but for names that make no file
        heard: async () => {
          const file = decodePcap(await readFile(join(directory, 'tap0.pcap')));
          if (isDecodeError(file)) throw file;
          return file.records.map(({ frame }) => frame);
        },
        close: () => rm(directory, { recursive: true }),
      };
    },
  }),
  vitest,
);
